"""HTTP for days off."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability import access
from gridsvc.accountability.leave import UnknownLeave, cancel_leave, record_leave
from gridsvc.accountability.models import Leave
from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.service import UnknownPerson
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs
from gridsvc.leaves.queries import leave_rows, leaves_of, people_kept
from gridsvc.leaves.schemas import (
    LeaveReportSchema,
    LeaveSchema,
    LeavesQuerySchema,
    LeavesSchema,
)
from gridsvc.people.models import Person
from gridsvc.roster.queries import grids_of
from gridsvc.session import Session, transaction
from gridsvc.weeks import local_day

AHEAD = timedelta(days=31)

blueprint = Blueprint(
    "leaves", __name__, url_prefix="/api/v1/leaves", description="Days off, and who stands in"
)


@blueprint.get("")
@blueprint.arguments(LeavesQuerySchema, location="query")
@blueprint.response(200, LeavesSchema)
@needs("leave.record")
def get_leaves(query: dict[str, Any]) -> dict[str, Any]:
    """List who is away of those whose leave the caller may record."""
    now = utc_now()
    first = query["first_day"] or local_day(now)
    last = query["last_day"] or max(first, local_day(now)) + AHEAD
    with transaction(caller().jurisdiction_id) as session:
        mine = access.visible_grids(session, "leave.record", now)
        kept = people_kept(session, mine, now)
        return {"items": leaves_of(session, kept, first, last), "as_of": now}


@blueprint.post("")
@blueprint.arguments(LeaveReportSchema)
@blueprint.response(201, LeaveSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("leave.record")
def post_leave(body: dict[str, Any]) -> dict[str, Any]:
    """Record days off of somebody who holds a duty where the caller may record them."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _keeps(session, body["person_id"], now)
        leave = record_leave(session, by=who.actor, now=now, **body)
        [row] = leave_rows(session, [leave])
    return row


@blueprint.post("/<uuid:leave_id>:cancel")
@blueprint.response(200, LeaveSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("leave.record")
def post_cancel(leave_id: UUID) -> dict[str, Any]:
    """Take back the days off from today on. What was had stays as it is."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        leave = session.get(Leave, leave_id)
        if leave is None:
            raise UnknownLeave(f"There is no leave {leave_id}, or none for you.")
        _keeps(session, leave.person_id, now)
        cancel_leave(session, leave.id, by=who.actor, now=now)
        [row] = leave_rows(session, [leave])
    return row


def _keeps(session: Session, person_id: UUID, now: datetime) -> None:
    """Raise unless the caller may record leave where somebody holds a duty now."""
    if session.get(Person, person_id) is None:
        raise UnknownPerson(f"There is no person {person_id}.")
    mine = access.visible_grids(session, "leave.record", now)
    held = duties_of(session, now, person_ids=[person_id])
    if not mine & grids_of(session, held):
        raise access.NotYours("None of your duties allows this for them.", deed="leave.record")
