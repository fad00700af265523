"""HTTP for weekly summaries."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import require, visible_grids
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs
from gridsvc.session import Session, transaction
from gridsvc.summaries import pages, service
from gridsvc.summaries.models import WeeklySummary
from gridsvc.summaries.schemas import (
    BriefsSchema,
    NumberQuerySchema,
    RemarkSchema,
    ReturnSchema,
    SignSchema,
    SummariesQuerySchema,
    SummariesSchema,
    SummarySchema,
)

blueprint = Blueprint(
    "summaries", __name__, url_prefix="/api/v1/weekly-summaries", description="The week of a town"
)


@blueprint.get("")
@blueprint.arguments(SummariesQuerySchema, location="query")
@blueprint.response(200, SummariesSchema)
@needs("summary.read")
def get_summaries(query: dict[str, Any]) -> dict[str, Any]:
    """List the summaries of the towns that the caller may see, the latest week first."""
    grid_id = query.pop("grid")
    with transaction(caller().jurisdiction_id) as session:
        seen = visible_grids(session, "summary.read")
        wanted = seen & {grid_id} if grid_id else seen
        return {"items": pages.items(session, wanted, **query)}


@blueprint.get("/<uuid7:summary_id>")
@blueprint.response(200, SummarySchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("summary.read")
def get_summary(summary_id: UUID) -> dict[str, Any]:
    """Show a whole summary: as it was signed, or as the records stand now."""
    with transaction(caller().jurisdiction_id) as session:
        return _page(session, _allowed(session, summary_id, "summary.read"))


@blueprint.get("/<uuid7:summary_id>/records")
@blueprint.arguments(NumberQuerySchema, location="query")
@blueprint.response(200, BriefsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("summary.read")
def get_records(query: dict[str, Any], summary_id: UUID) -> dict[str, Any]:
    """Show exactly the records behind one of the numbers."""
    with transaction(caller().jurisdiction_id) as session:
        summary = _allowed(session, summary_id, "summary.read")
        items = pages.records(session, summary, query["number"], now=utc_now())
    return {"items": items, "count": len(items)}


@blueprint.get("/<uuid7:summary_id>/supplement")
@blueprint.response(200, BriefsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("summary.read")
def get_supplement(summary_id: UUID) -> dict[str, Any]:
    """Show the records of the week that arrived after it was signed."""
    with transaction(caller().jurisdiction_id) as session:
        items = pages.supplement(session, _allowed(session, summary_id, "summary.read"))
    return {"items": items, "count": len(items)}


@blueprint.post("/<uuid7:summary_id>:remark")
@blueprint.arguments(RemarkSchema)
@blueprint.response(200, SummarySchema)
@blueprint.alt_response(409, "CONFLICT")
@needs("summary.sign")
def post_remark(body: dict[str, Any], summary_id: UUID) -> dict[str, Any]:
    """Say a word about an exception."""
    with transaction(caller().jurisdiction_id) as session:
        _allowed(session, summary_id, "summary.sign")
        summary = service.remark(session, summary_id, **body, by=caller().actor, now=utc_now())
        return _page(session, summary)


@blueprint.post("/<uuid7:summary_id>:sign")
@blueprint.arguments(SignSchema)
@blueprint.response(200, SummarySchema)
@blueprint.alt_response(409, "CONFLICT")
@needs("summary.sign")
def post_sign(body: dict[str, Any], summary_id: UUID) -> dict[str, Any]:
    """Sign: the numbers and the records behind them are frozen as they are now."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        summary = _allowed(session, summary_id, "summary.sign")
        service.sign(session, summary_id, **body, signer_id=who.person_id, by=who.actor, now=now)
        return _page(session, summary)


@blueprint.post("/<uuid7:summary_id>:accept")
@blueprint.response(200, SummarySchema)
@blueprint.alt_response(409, "CONFLICT")
@needs("summary.accept")
def post_accept(summary_id: UUID) -> dict[str, Any]:
    """Accept a signed summary at the level above."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _allowed(session, summary_id, "summary.accept")
        summary = service.accept(
            session, summary_id, accepter_id=who.person_id, by=who.actor, now=now
        )
        return _page(session, summary)


@blueprint.post("/<uuid7:summary_id>:return")
@blueprint.arguments(ReturnSchema)
@blueprint.response(200, SummarySchema)
@blueprint.alt_response(409, "CONFLICT")
@needs("summary.accept")
def post_return(body: dict[str, Any], summary_id: UUID) -> dict[str, Any]:
    """Return a signed summary to its town, with the reason."""
    with transaction(caller().jurisdiction_id) as session:
        _allowed(session, summary_id, "summary.accept")
        summary = service.send_back(
            session, summary_id, body["reason"], by=caller().actor, now=utc_now()
        )
        return _page(session, summary)


def _allowed(session: Session, summary_id: UUID, deed: str) -> WeeklySummary:
    summary = session.get(WeeklySummary, summary_id)
    unseen = service.UnknownSummary(f"There is no summary {summary_id}.")
    if summary is None:
        raise unseen
    require(session, deed, summary.grid_id, sees="summary.read", unseen=unseen)
    return summary


def _page(session: Session, summary: WeeklySummary) -> dict[str, Any]:
    return pages.page(session, summary, now=utc_now())
