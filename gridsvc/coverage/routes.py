"""HTTP for who owes which visits, and for what a change of the rules would change."""

from typing import Any

from flask_smorest import Blueprint

from gridsvc.accountability.access import require
from gridsvc.clock import utc_now
from gridsvc.coverage.preview import preview
from gridsvc.coverage.rules import totals, under
from gridsvc.coverage.schemas import (
    DebtRecordsQuerySchema,
    DebtRecordsSchema,
    DebtTotalsQuerySchema,
    DebtTotalsSchema,
    PreviewSchema,
)
from gridsvc.grids.queries import within
from gridsvc.identity import caller, needs
from gridsvc.patrols.arrears import all_owed
from gridsvc.rules.schemas import NewRuleSetSchema
from gridsvc.rules.service import NewRules
from gridsvc.session import transaction

blueprint = Blueprint(
    "coverage", __name__, url_prefix="/api/v1", description="Coverage debt in sum; previews"
)


@blueprint.get("/coverage-debt/totals")
@blueprint.arguments(DebtTotalsQuerySchema, location="query")
@blueprint.response(200, DebtTotalsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_totals(query: dict[str, Any]) -> dict[str, Any]:
    """Add up the visits and rounds that a grid owes by who answers, by grid or by officer."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        require(session, "field.read", query["grid"])
        owed = all_owed(session, within(session, query["grid"]), query.get("at", now))
        lines = totals(owed, query["by"])
        return {"items": lines, "count": len(owed), "by": query["by"], "as_of": now}


@blueprint.get("/coverage-debt/records")
@blueprint.arguments(DebtRecordsQuerySchema, location="query")
@blueprint.response(200, DebtRecordsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_records(query: dict[str, Any]) -> dict[str, Any]:
    """Return exactly the visits and rounds behind a line of the totals, a page of them."""
    now, first = utc_now(), query["skip"]
    with transaction(caller().jurisdiction_id) as session:
        require(session, "field.read", query["grid"])
        owed = all_owed(session, within(session, query["grid"]), query.get("at", now))
        found = under(owed, query["by"], query["key"])
        page = found[first : first + query["limit"]]
        return {"items": page, "count": len(found), "as_of": now}


@blueprint.post("/rule-sets:preview")
@blueprint.arguments(NewRuleSetSchema)
@blueprint.response(200, PreviewSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("rules.change")
def post_preview(wanted: NewRules) -> dict[str, Any]:
    """Tell what a rule set would change, without putting it in force."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        return preview(session, wanted, now)
