"""Days off (请假), so that they blame nobody."""

from datetime import date, datetime
from uuid import UUID

from gridsvc.accountability.models import Leave
from gridsvc.accountability.queries import leaves
from gridsvc.accountability.service import BadDays, somebody, stand_in_line
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.errors import Conflict, Refused
from gridsvc.ids import new_id
from gridsvc.session import Session


class OnLeaveAlready(Conflict):
    """Some of these days are already off for that person."""


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
    act = Act(deed="leave.record", subject_kind="leave", subject_id=leave.id, changes=days_off)
    audit.record(session, [act], by=by, at=now)
    return leave
