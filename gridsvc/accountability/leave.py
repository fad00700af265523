"""Days off (请假), so that they blame nobody."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from gridsvc.accountability.models import Leave
from gridsvc.accountability.queries import leaves
from gridsvc.accountability.service import BadDays, somebody, stand_in_line
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.ids import new_id
from gridsvc.session import Session
from gridsvc.weeks import local_day

DAY = timedelta(days=1)


class OnLeaveAlready(Conflict):
    """Some of these days are already off for that person."""


class UnknownLeave(NotFound):
    """There is no such leave, or none that is yours to see."""


class LeaveOver(Refused):
    """These days are over, or were taken back already."""


class OwnSubstitute(Refused):
    """Nobody stands in for themselves."""


def record_leave(
    session: Session,
    person_id: UUID,
    *,
    substitute_id: UUID | None = None,
    first_day: date,
    last_day: date,
    reason: str,
    by: Actor,
    now: datetime,
) -> Leave:
    """Record days off. Both days are included; they may be past, and `recorded_at` tells so.

    Raises BadDays, UnknownPerson, OwnSubstitute, OnLeaveAlready.
    """
    if first_day > last_day:
        raise BadDays(f"{first_day} comes after {last_day}.")
    if substitute_id == person_id:
        raise OwnSubstitute("Name somebody else as the substitute.")
    stand_in_line(session)
    for one in filter(None, (person_id, substitute_id)):
        somebody(session, one)
    if earlier := leaves(session, first_day, last_day, [person_id]):
        days = f"{earlier[0].first_day} to {earlier[0].last_day}"
        raise OnLeaveAlready(f"{days} are already recorded.", leave_id=str(earlier[0].id))
    leave = Leave(
        id=new_id(),
        person_id=person_id,
        substitute_id=substitute_id,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        recorded_at=now,
    )
    session.add(leave)
    days_off = {"first_day": [None, str(first_day)], "last_day": [None, str(last_day)]}
    audit.record(session, [_act("leave.record", leave, days_off)], by=by, at=now)
    return leave


def cancel_leave(session: Session, leave_id: UUID, *, by: Actor, now: datetime) -> Leave:
    """Take back the days off from today on. Those that were had stay as they are.

    Raises UnknownLeave, LeaveOver.
    """
    stand_in_line(session)
    leave, today = session.get(Leave, leave_id, populate_existing=True), local_day(now)
    if leave is None:
        raise UnknownLeave(f"There is no leave {leave_id}.")
    if leave.cancelled_at is not None or leave.last_day < today:
        raise LeaveOver(f"It ended on {leave.last_day}.")
    changes: dict[str, list[Any]]
    if leave.first_day < today:
        changes = {"last_day": [str(leave.last_day), str(today - DAY)]}
        leave.last_day = today - DAY
    else:
        changes = {"cancelled_at": [None, now]}
        leave.cancelled_at = now
    audit.record(session, [_act("leave.cancel", leave, changes)], by=by, at=now)
    return leave


def _act(deed: str, leave: Leave, changes: dict[str, list[Any]]) -> Act:
    return Act(deed=deed, subject_kind="leave", subject_id=leave.id, changes=changes)
