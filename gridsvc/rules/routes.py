"""HTTP for what is in force."""

from typing import Any

from flask_smorest import Blueprint

from gridsvc.clock import utc_now
from gridsvc.identity import caller, member
from gridsvc.rules import queries
from gridsvc.rules.schemas import (
    CalendarQuerySchema,
    CalendarSchema,
    ChecklistsSchema,
    RuleSetsSchema,
)
from gridsvc.session import transaction

blueprint = Blueprint(
    "rules", __name__, url_prefix="/api/v1", description="Rule sets, checklists, the calendar"
)


@blueprint.get("/rule-sets")
@blueprint.response(200, RuleSetsSchema)
@member
def get_rule_sets() -> dict[str, Any]:
    """List every rule set, the latest first, and say which one counts now."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.rule_sets(session, now), "as_of": now}


@blueprint.get("/checklists")
@blueprint.etag
@blueprint.response(200, ChecklistsSchema)
@blueprint.alt_response(304, description="Nothing changed")
@member
def get_checklists() -> dict[str, Any]:
    """List every version of every checklist: a record names the version it answers."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.checklists(session)}


@blueprint.get("/calendar")
@blueprint.arguments(CalendarQuerySchema, location="query")
@blueprint.response(200, CalendarSchema)
@member
def get_calendar(query: dict[str, Any]) -> dict[str, Any]:
    """Say of each day whether it is worked. A year without data goes by its weekdays."""
    with transaction(caller().jurisdiction_id) as session:
        return queries.work_calendar(session, query["since"], query["until"])
