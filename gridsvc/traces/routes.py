"""HTTP for traces."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import NotFoundHere, held_by_caller, require
from gridsvc.clock import utc_now
from gridsvc.identity import caller, member
from gridsvc.session import Session, transaction
from gridsvc.traces import pages
from gridsvc.traces.places import traced
from gridsvc.traces.rules import read_until
from gridsvc.traces.schemas import TraceQuerySchema, TraceSchema

blueprint = Blueprint(
    "traces", __name__, url_prefix="/api/v1/trace", description="Who answered for what, as evidence"
)


@blueprint.get("/<any(enterprise, grid, issue):kind>/<uuid:subject_id>")
@blueprint.arguments(TraceQuerySchema, location="query")
@blueprint.response(200, TraceSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@member
def get_trace(query: dict[str, Any], kind: str, subject_id: UUID) -> dict[str, Any]:
    """Show everything about an enterprise, a grid or an issue in a span, on one time line.

    Whoever answered for its grid above the villages may read it; after the end of that
    duty, up to that end.
    """
    with transaction(caller().jurisdiction_id) as session:
        subject = traced(session, kind, subject_id)
        unseen = NotFoundHere(f"There is no {kind} {subject_id}, or none that you may see.")
        if subject is None:
            raise unseen
        until = _readable_until(session, subject.grid_id, unseen, utc_now())
        return pages.trace(session, subject, pages.Wish(**query), readable_until=until)


def _readable_until(
    session: Session, grid_id: UUID, unseen: NotFoundHere, now: datetime
) -> datetime:
    until = read_until(held_by_caller(session), grid_id, now)
    if until is None:
        require(session, "trace.read", grid_id, unseen=unseen)
        raise unseen
    return until
