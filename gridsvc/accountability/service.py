"""Beginning, ending and handing over duties.

Duties of a jurisdiction change one writer at a time (`stand_in_line`): two writers that
put somebody on the same seat at once would wait for each other in the exclusion
constraint until PostgreSQL ends one of them as a deadlock. The constraint stays as the
last guard.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.queries import overlapping
from gridsvc.accountability.rules import KEPT_APART, SEATED, SUBJECT_KINDS, Role
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


class KeptApart(Conflict):
    """Nobody is two of system, security and audit administrator."""


class NotHeldThen(Refused):
    """The duty is not held at that moment."""


class BackDated(Refused):
    """A change of duties in the past is not yours to enter."""


class ReasonMissing(Refused):
    """A change of duties in the past needs a reason."""


class UnfitRole(Refused):
    """That role is not held for such a subject."""


class UnknownDuty(NotFound):
    """No such duty."""


class UnknownPerson(NotFound):
    """No such person."""


class BadDays(Refused):
    """It ends before it begins."""


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


@dataclass(frozen=True)
class Dated:
    """When a change of duties counts, and why. It may lie in the past only for whom it is said."""

    at: datetime
    reason: str = ""
    may_be_past: bool = False

    def check(self, now: datetime) -> None:
        """Raise BackDated, or ReasonMissing where a past moment has none."""
        if self.at >= now:
            return
        if not self.may_be_past:
            raise BackDated(f"{self.at.isoformat()} is past.", now=now.isoformat())
        if not self.reason.strip():
            raise ReasonMissing("Say why it is entered only now.")


class Succession(NamedTuple):
    """A duty that ended, the one that began, their handover, and its lines for the trail."""

    earlier: Duty
    later: Duty
    handover: Handover
    acts: list[Act]


def appoint(
    session: Session,
    post: Post,
    person_id: UUID,
    *,
    since: Dated,
    until: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Duty:
    """Begin a duty. Raises UnfitRole, UnknownPerson, SeatTaken, HeldAlready; see Dated, too."""
    if post.subject_kind not in SUBJECT_KINDS[Role(post.role)]:
        raise UnfitRole(f"Nobody is {post.role} of a {post.subject_kind}.", role=post.role)
    since.check(now)
    if until is not None and until <= since.at:
        raise BadDays("It ends before it begins.")
    stand_in_line(session)
    somebody(session, person_id)
    duty = Duty(
        id=new_id(), person_id=person_id, period=Range(since.at, until), recorded_at=now,
        **asdict(post),
    )  # fmt: skip
    _begin(session, duty)
    audit.record(session, [begun(duty, since.reason)], by=by, at=now)
    return duty


def end_duty(session: Session, duty_id: UUID, *, at: Dated, by: Actor, now: datetime) -> Duty:
    """End a duty. Raises UnknownDuty, NotHeldThen; see Dated, too."""
    at.check(now)
    stand_in_line(session)
    duty = _locked(session, duty_id)
    _running(session, duty, at.at)
    act = _end(duty, at, now)
    audit.record(session, [act], by=by, at=now)
    return duty


def succeed(
    session: Session, duty_id: UUID, to_person_id: UUID, *, at: Dated, by: Actor, now: datetime
) -> Succession:
    """End a duty and begin it anew for somebody else, at one instant, the rest of its term along.

    Returns the acts, too, for the deed that this is part of: handovers.service.hand_over.
    Raises UnknownDuty, UnknownPerson, NotHeldThen, HeldAlready, and SeatTaken if it was handed
    over to another meanwhile; see Dated, too.
    """
    at.check(now)
    stand_in_line(session)
    earlier = _locked(session, duty_id)
    successor = somebody(session, to_person_id)
    _running(session, earlier, at.at)
    if successor.id == earlier.person_id:
        raise HeldAlready(f"{successor.name} holds it.", holder=_ref(successor))
    later = Duty(
        id=new_id(),
        person_id=successor.id,
        role=earlier.role,
        subject_kind=earlier.subject_kind,
        subject_id=earlier.subject_id,
        seat=earlier.seat,
        period=Range(at.at, earlier.period.upper),
        recorded_at=now,
    )
    told = _end(earlier, at, now)
    session.flush()
    _begin(session, later)
    handover = _handover(earlier, later, at, by, now)
    session.add(handover)
    acts = [told, begun(later, at.reason), _handed_over(handover, earlier, later)]
    return Succession(earlier, later, handover, acts)


def _handover(earlier: Duty, later: Duty, at: Dated, by: Actor, now: datetime) -> Handover:
    facts = {"at": at.at, "reason": at.reason, "recorded_at": now, "recorded_by_id": by.person_id}
    return Handover(id=new_id(), ended_id=earlier.id, begun_id=later.id, **facts)


def _handed_over(handover: Handover, earlier: Duty, later: Duty) -> Act:
    return Act(
        deed="duty.hand_over",
        subject_kind="handover",
        subject_id=handover.id,
        changes={
            "person_id": [earlier.person_id, later.person_id],
            "reason": [None, handover.reason],
        },
    )


def begun(duty: Duty, reason: str = "") -> Act:
    """Return the line for the trail of a duty that begins."""
    facts = {
        "person_id": duty.person_id,
        "role": duty.role,
        "subject_kind": duty.subject_kind,
        "subject_id": duty.subject_id,
        "seat": duty.seat,
        "from": duty.period.lower,
        "until": duty.period.upper,
        "reason": reason or None,
    }
    terms = {name: [None, fact] for name, fact in facts.items() if fact is not None}
    return _duty_act("duty.begin", duty.id, terms)


def ended(duty_id: UUID, period: Period, at: datetime, reason: str = "") -> Act:
    """Return the line for the trail of a duty that ended otherwise, and now ends at `at`."""
    said = {"reason": [None, reason]} if reason else {}
    return _duty_act("duty.end", duty_id, {"until": [period.upper, at], **said})


def _end(duty: Duty, at: Dated, now: datetime) -> Act:
    act = ended(duty.id, duty.period, at.at, at.reason)
    duty.period, duty.end_recorded_at = Range(duty.period.lower, at.at), now
    return act


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
    _keep_apart(session, duty)
    session.add(duty)
    session.flush()


def _keep_apart(session: Session, duty: Duty) -> None:
    """Raise if a duty would make somebody a second kind of administrator at the same time."""
    if duty.role not in KEPT_APART:
        return
    theirs = select(Duty).where(Duty.person_id == duty.person_id, Duty.role.in_(KEPT_APART))
    for other in session.scalars(theirs.where(Duty.period.op("&&")(duty.period))):
        raise KeptApart("Appoint somebody else.", role=other.role, duty_id=str(other.id))


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


def _locked(session: Session, duty_id: UUID) -> Duty:
    duty = select(Duty).where(Duty.id == duty_id).with_for_update()
    found = session.scalars(duty, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise UnknownDuty(f"There is no duty {duty_id}.")
    return found


def somebody(session: Session, person_id: UUID) -> Person:
    """Return a person. Raises UnknownPerson."""
    person = session.get(Person, person_id)
    if person is None:
        raise UnknownPerson(f"There is no person {person_id}.")
    return person


def _ref(person: Person) -> dict[str, str]:
    return {"id": str(person.id), "name": person.name}
