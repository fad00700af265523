"""Beginning, ending and handing over duties, and recording days off.

Duties of a jurisdiction change one writer at a time (`stand_in_line`): two writers that
put somebody on the same seat at once would wait for each other in the exclusion
constraint until PostgreSQL ends one of them as a deadlock. The constraint stays as the
last guard.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty, Handover, Leave
from gridsvc.accountability.queries import leaves, overlapping
from gridsvc.accountability.rules import SEATED, SUBJECT_KINDS, Role
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.db import Period
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session


class SeatTaken(Conflict):
    """Somebody else holds that seat."""


class HeldAlready(Conflict):
    """That person already holds this duty."""


class NotHeldThen(Refused):
    """The duty is not held at that moment."""


class BackDated(Refused):
    """A change of duties cannot begin in the past."""


class UnfitRole(Refused):
    """That role is not held for such a subject."""


class UnknownDuty(NotFound):
    """No such duty."""


class UnknownPerson(NotFound):
    """No such person."""


class BadDays(Refused):
    """The first day comes after the last."""


class OnLeaveAlready(Conflict):
    """Some of these days are already off for that person."""


class OwnSubstitute(Refused):
    """Nobody stands in for themselves."""


@dataclass(frozen=True)
class Post:
    """What somebody is appointed to."""

    role: str
    subject_kind: str
    subject_id: UUID
    seat: int = 1


def stand_in_line(session: Session) -> None:
    """Wait until no other transaction changes duties or leaves in the jurisdiction."""
    here = select(Jurisdiction.id).where(Jurisdiction.id == session.jurisdiction_id)
    session.execute(here.with_for_update(key_share=True))


def appoint(
    session: Session,
    post: Post,
    person_id: UUID,
    *,
    since: datetime,
    until: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Duty:
    """Begin a duty. Raises UnfitRole, BackDated, UnknownPerson, SeatTaken, HeldAlready."""
    if post.subject_kind not in SUBJECT_KINDS[Role(post.role)]:
        raise UnfitRole(f"Nobody is {post.role} of a {post.subject_kind}.", role=post.role)
    _not_before(since, now)
    stand_in_line(session)
    _somebody(session, person_id)
    duty = Duty(id=new_id(), person_id=person_id, period=Range(since, until), **asdict(post))
    _begin(session, duty)
    audit.record(session, [begun(duty.id, duty.period)], by=by, at=now)
    return duty


def end_duty(session: Session, duty_id: UUID, *, at: datetime, by: Actor, now: datetime) -> Duty:
    """End a duty. Raises UnknownDuty, BackDated, NotHeldThen."""
    _not_before(at, now)
    stand_in_line(session)
    duty = _locked(session, duty_id)
    _running(session, duty, at)
    act = ended(duty.id, duty.period, at)
    duty.period = Range(duty.period.lower, at)
    audit.record(session, [act], by=by, at=now)
    return duty


def hand_over(
    session: Session,
    duty_id: UUID,
    to_person_id: UUID,
    *,
    at: datetime,
    reason: str,
    by: Actor,
    now: datetime,
) -> tuple[Duty, Duty]:
    """End a duty and begin it anew for somebody else, at one instant; return both.

    The rest of its term goes along. Raises UnknownDuty, UnknownPerson, BackDated,
    NotHeldThen, HeldAlready, and SeatTaken if it was handed over to another meanwhile.
    """
    _not_before(at, now)
    stand_in_line(session)
    earlier = _locked(session, duty_id)
    successor = _somebody(session, to_person_id)
    _running(session, earlier, at)
    if successor.id == earlier.person_id:
        raise HeldAlready(f"{successor.name} holds it.", holder=_ref(successor))
    told = ended(earlier.id, earlier.period, at)
    later = Duty(
        id=new_id(),
        person_id=successor.id,
        role=earlier.role,
        subject_kind=earlier.subject_kind,
        subject_id=earlier.subject_id,
        seat=earlier.seat,
        period=Range(at, earlier.period.upper),
    )
    earlier.period = Range(earlier.period.lower, at)
    session.flush()
    _begin(session, later)
    act = Handover(
        ended_id=earlier.id, begun_id=later.id, at=at, reason=reason, recorded_at=now, id=new_id()
    )
    session.add(act)
    handed = Act(
        deed="duty.hand_over",
        subject_kind="handover",
        subject_id=act.id,
        changes={
            "person_id": [str(earlier.person_id), str(later.person_id)],
            "reason": [None, reason],
        },
    )
    audit.record(session, [told, begun(later.id, later.period), handed], by=by, at=now)
    return earlier, later


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
    for somebody in filter(None, (person_id, substitute_id)):
        _somebody(session, somebody)
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


def begun(duty_id: UUID, period: Period) -> Act:
    """Return the line for the trail of a duty that begins."""
    terms = {"from": [None, period.lower], "until": [None, period.upper]}
    return _duty_act("duty.begin", duty_id, terms)


def ended(duty_id: UUID, period: Period, at: datetime) -> Act:
    """Return the line for the trail of a duty that ended otherwise, and now ends at `at`."""
    return _duty_act("duty.end", duty_id, {"until": [period.upper, at]})


def _duty_act(deed: str, duty_id: UUID, changes: Mapping[str, Any]) -> Act:
    return Act(deed=deed, subject_kind="duty", subject_id=duty_id, changes=dict(changes))


def _begin(session: Session, duty: Duty) -> None:
    """Add a duty, unless its seat or the very duty is held during its period."""
    for other in overlapping(session, duty.role, duty.subject_id, duty.period):
        holder = _ref(other.person)
        if other.person_id == duty.person_id:
            raise HeldAlready(f"{other.person.name} already holds it.", holder=holder)
        if other.role in SEATED and other.seat == duty.seat:
            raise SeatTaken(
                f"{other.person.name} holds the seat.", holder=holder, duty_id=str(other.id)
            )
    session.add(duty)
    session.flush()


def _running(session: Session, duty: Duty, at: datetime) -> None:
    """Raise unless a duty is held at a moment after its beginning."""
    begins = duty.period.lower
    if at in duty.period and at != begins:
        return
    others = overlapping(session, duty.role, duty.subject_id, Range(at, at, bounds="[]"))
    for other in others:
        if other.id != duty.id and duty.role in SEATED and other.seat == duty.seat:
            raise SeatTaken(
                f"{other.person.name} holds the seat then.",
                holder=_ref(other.person), duty_id=str(other.id),
            )  # fmt: skip
    raise NotHeldThen(f"The duty is not held at {at.isoformat()}, or only begins then.")


def _not_before(at: datetime, now: datetime) -> None:
    if at < now:
        raise BackDated(f"{at.isoformat()} is past.", now=now.isoformat())


def _locked(session: Session, duty_id: UUID) -> Duty:
    duty = select(Duty).where(Duty.id == duty_id).with_for_update()
    found = session.scalars(duty, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise UnknownDuty(f"There is no duty {duty_id}.")
    return found


def _somebody(session: Session, person_id: UUID) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise UnknownPerson(f"There is no person {person_id}.")
    return person


def _ref(person: Person) -> dict[str, str]:
    return {"id": str(person.id), "name": person.name}
