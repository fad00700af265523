"""What becomes of a record that was kept aside: tried again, entered, dismissed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.errors import Conflict, NotFound
from gridsvc.ids import new_id
from gridsvc.quarantine import (
    DISMISSED,
    ENTERED,
    HELD,
    OPEN,
    RESTING,
    WAITING,
    Quarantined,
    keepable,
    next_try,
    try_again_at,
)
from gridsvc.session import Session
from gridsvc.sync.models import QuarantineAttempt


class UnknownAside(NotFound):
    """There is no such record kept aside, or none that you may see."""


class AsideSettled(Conflict):
    """The record is entered by now, or was dismissed."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one more attempt."""

    verdict: str
    problem: Mapping[str, Any] = field(default_factory=dict)  # empty if it was entered
    heals: bool = False
    waits_for: tuple[str | None, UUID] | None = None  # still held, for this one
    is_marked: bool = False  # entered without what it had waited for

    @property
    def is_entered(self) -> bool:
        return not self.problem


def note(
    session: Session,
    results: Mapping[UUID, Result],
    *,
    by: Actor,
    now: datetime,
    settled_by_id: UUID | None = None,
) -> set[UUID]:
    """Keep what came of attempts, by id of what was kept aside; each attempt is a row of its own.

    Returns the ids of the records that nothing needs to wait for any longer: they are entered,
    or rest until a person looks.
    """
    asides = _locked(session, results)
    tried = [aside for aside in asides if results[aside.id].waits_for is None]
    lines = [_line(aside, results[aside.id]) for aside in tried]
    for aside in asides:
        change = _change(aside, results[aside.id], now, settled_by_id)
        for name, value in change.items():
            setattr(aside, name, value)
    session.flush()
    insert_all(session, QuarantineAttempt, [_attempt(a, results[a.id], by, now) for a in tried])
    moments = [aside.next_at for aside in asides if aside.next_at]
    if moments:
        try_again_at(session, min(moments))
    audit.record(session, lines, by=by, at=now)
    return {a.record_id for a in asides if a.state in (ENTERED, RESTING) and a.record_id}


def dismiss(
    session: Session, aside_id: UUID, *, reason: str, by: Actor, now: datetime
) -> Quarantined:
    """Set a record aside for good: it is kept, and refused should it come again.

    Raises UnknownAside or AsideSettled.
    """
    aside = next(iter(_locked(session, [aside_id], is_any=True)), None)
    if aside is None:
        raise UnknownAside(f"Nothing is kept aside as {aside_id}.")
    if aside.state not in OPEN:
        raise AsideSettled(f"It is {aside.state}.", state=aside.state)
    aside.state, aside.since, aside.next_at = DISMISSED, now, None
    aside.settled_by_id, aside.reason = by.person_id, reason
    line = Act(
        deed="record.dismiss",
        subject_kind="quarantined",
        subject_id=aside.id,
        digest=aside.digest,
        changes={"reason": [None, reason]},
    )
    audit.record(session, [line], by=by, at=now)
    return aside


def _locked(
    session: Session, ids: Iterable[UUID], *, is_any: bool = False
) -> Sequence[Quarantined]:
    """Return what is kept aside and still open, in order of id."""
    found = select(Quarantined).where(Quarantined.id.in_(list(ids)))
    if not is_any:
        found = found.where(Quarantined.state.in_(OPEN))
    locked = found.order_by(Quarantined.id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def _change(
    aside: Quarantined, result: Result, now: datetime, settled_by_id: UUID | None
) -> dict[str, Any]:
    told: dict[str, Any] = {"verdict": result.verdict}
    if result.is_entered:
        return told | {
            "state": ENTERED, "next_at": None, "waits_for": None, "waits_for_kind": None,
            "is_marked": result.is_marked, "settled_by_id": settled_by_id,
            "attempts": aside.attempts + 1,
        }  # fmt: skip
    told |= {"problem": keepable(dict(result.problem))}
    if result.waits_for is not None:
        kind, id = result.waits_for
        return told | {"state": HELD, "waits_for": id, "waits_for_kind": kind}
    return told | _tried_in_vain(aside, result, now)


def _tried_in_vain(aside: Quarantined, result: Result, now: datetime) -> dict[str, Any]:
    """A record that was held until now begins with its first attempt."""
    is_first = aside.state == HELD
    since, attempts = (now, 0) if is_first else (aside.since, aside.attempts + 1)
    next_at = next_try(since, attempts) if result.heals and aside.state != RESTING else None
    if next_at is not None and next_at <= now:  # nobody was there to try it
        attempts, next_at = _next_ahead(since, attempts, now)
    state = WAITING if next_at else RESTING
    return {"state": state, "since": since, "attempts": attempts, "next_at": next_at}


def _next_ahead(since: datetime, attempts: int, now: datetime) -> tuple[int, datetime | None]:
    """Skip the attempts that should have been made by now."""
    next_at = next_try(since, attempts)
    while next_at is not None and next_at <= now:
        attempts += 1
        next_at = next_try(since, attempts)
    return attempts, next_at


def _attempt(aside: Quarantined, result: Result, by: Actor, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "aside_id": aside.id,
        "at": now,
        "by": by.name,
        "verdict": result.verdict,
        "problem": keepable(dict(result.problem)),
    }


def _line(aside: Quarantined, result: Result) -> Act:
    changes: dict[str, Any] = {"verdict": [aside.verdict, result.verdict]}
    if result.is_marked and result.is_entered:
        changes["without"] = [None, aside.waits_for]
    return Act(
        deed="record.release" if result.is_entered else "record.retry",
        subject_kind="quarantined",
        subject_id=aside.id,
        digest=aside.digest,
        changes=changes,
    )


def attempts_of(
    session: Session, aside_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[QuarantineAttempt]]:
    """Return the attempts to enter what was kept aside, the oldest first."""
    found: dict[UUID, list[QuarantineAttempt]] = {id: [] for id in aside_ids}
    made = select(QuarantineAttempt).where(QuarantineAttempt.aside_id.in_(aside_ids))
    for attempt in session.scalars(made.order_by(QuarantineAttempt.at, QuarantineAttempt.id)):
        found[attempt.aside_id].append(attempt)
    return found
