"""Entering records, kind by kind: the edge at which each kind of a batch has its transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from gridsvc.errors import Kept, Outcome
from gridsvc.identity import Caller
from gridsvc.record_edge import Deed, clock_offset_s, enter
from gridsvc.session import Session, transaction
from gridsvc.sync.kinds import KINDS, Kind
from gridsvc.sync.push import (
    MOST_HELD,
    PREDECESSOR_MISSING,
    Parcel,
    Sender,
    TooManyHeld,
    WaitsForPredecessor,
    of_kind,
    unreadable,
    waits,
)
from gridsvc.sync.waiting import count_held, gave_up, standing

Need = tuple[str | None, UUID]


def as_sender(who: Caller, now: datetime) -> Sender:
    """Return the caller as the sender of records."""
    return Sender(
        jurisdiction_id=who.jurisdiction_id,
        person_id=who.person_id,
        actor=who.actor,
        clock_offset_s=clock_offset_s(who, now),
        is_revoked=who.is_revoked,
    )


def take_in_whole(
    who: Caller, kind: Kind, report: Any, deed: Deed, now: datetime
) -> Outcome | None:
    """Enter a single record. None: it builds on one that is not there, or may not be seen."""
    needs = list(kind.needs(report))

    def enter_whole(session: Session, reports: Sequence[Any], **told: Any) -> list[Outcome]:
        there = standing(session, {need: KINDS[need].model for need, _ in needs}, needs)
        lacking = [need for need in needs if need[1] not in there]
        return [waits(lacking[0], now)] if lacking else deed(session, reports, **told)

    [outcome] = enter(who, enter_whole if needs else deed, [report], now)
    is_torn = isinstance(outcome, (WaitsForPredecessor, *kind.unseen))
    return None if needs and is_torn else outcome


def take_in(who: Sender, parcels: Sequence[Parcel], now: datetime) -> dict[int, Outcome]:
    """Enter a batch, kind by kind: what others refer to comes first.

    One kind is one transaction: a deed locks clocks first and the trail last, and two in a
    row could wait for each other in a ring. No record stands in the way of another; one that
    builds on a record that is not there waits for it.
    """
    outcomes = unreadable(parcels)
    there: set[UUID] = set()  # of the records that others build on
    for name, kind in KINDS.items():
        outcomes |= _enter_kind(who, kind, of_kind(parcels, name), there, now)
    return outcomes | _bounded(who, outcomes)


def _enter_kind(
    who: Sender, kind: Kind, left: dict[int, Parcel], there: set[UUID], now: datetime
) -> dict[int, Outcome]:
    """Enter what can be; and then what only waited for that, such as corrections."""
    outcomes: dict[int, Outcome] = {}
    while left:
        ready, torn, waiting = _divide(who, kind, left, there)
        reports = {n: left[n].report for n in ready} | {n: _marked(left[n].report) for n in torn}
        entered = enter(who, kind.deed, list(reports.values()), now) if reports else []
        new = dict(zip(reports, entered, strict=True))
        outcomes |= {n: _or_wait(kind, left[n], new[n], n in torn) for n in new}
        came = {outcome.id for outcome in entered if isinstance(outcome, Kept)}
        there |= came
        left = {n: left[n] for n in waiting}
        if not came & {id for _, id in waiting.values()}:
            return outcomes | {n: _waiting(left[n], need) for n, need in waiting.items()}
    return outcomes


def _divide(
    who: Sender, kind: Kind, left: Mapping[int, Parcel], there: set[UUID]
) -> tuple[list[int], set[int], dict[int, Need]]:
    """Return what can be entered now; what is, torn out of its context; and what waits for what.

    What is entered already stands, whatever it builds on.
    """
    needs = {n: list(_needs(kind, parcel)) for n, parcel in left.items()}
    asked = {need for wanted in needs.values() for need in wanted if need[1] not in there}
    if not asked:
        return list(left), set(), {}
    with transaction(who.jurisdiction_id) as session:
        there |= standing(session, {name: KINDS[name].model for name in KINDS}, asked)
        lacking = {n: [w for w in wanted if w[1] not in there] for n, wanted in needs.items()}
        lacking = {n: wanted for n, wanted in lacking.items() if wanted}
        absent = {id for wanted in lacking.values() for _, id in wanted}
        hopeless = gave_up(session, absent)
        ids = {left[n].report.envelope.id for n in lacking}
        entered = standing(session, {"it": kind.model}, {("it", id) for id in ids})
    torn: set[int] = set()
    waiting: dict[int, Need] = {}
    for n, wanted in lacking.items():
        hoped = [need for need in wanted if need[1] not in hopeless]
        if left[n].report.envelope.id in entered:
            continue
        if left[n].waits_until is None or not hoped:
            torn.add(n)
        else:
            waiting[n] = hoped[0]
    return [n for n in left if n not in torn and n not in waiting], torn, waiting


def _needs(kind: Kind, parcel: Parcel) -> Iterator[Need]:
    yield from kind.needs(parcel.report)
    for id in parcel.after:
        yield None, id


def _marked(report: Any) -> Any:
    """Return a report with the mark that it was entered without what it builds on."""
    marks = (*report.envelope.marks, PREDECESSOR_MISSING)
    return replace(report, envelope=replace(report.envelope, marks=marks))


def _or_wait(kind: Kind, parcel: Parcel, outcome: Outcome, is_torn: bool) -> Outcome:
    """What is there and may not be seen is told like what is not there: it is waited for."""
    if is_torn or parcel.waits_until is None or not isinstance(outcome, kind.unseen):
        return outcome
    return waits(next(kind.needs(parcel.report)), parcel.waits_until)


def _waiting(parcel: Parcel, need: Need) -> Outcome:
    if parcel.waits_until is None:
        raise AssertionError("what does not wait was entered")
    return waits(need, parcel.waits_until)


def _bounded(who: Sender, outcomes: Mapping[int, Outcome]) -> dict[int, Outcome]:
    """Return refusals for those records that would wait beyond what one sender may have wait."""
    held = [n for n, outcome in outcomes.items() if isinstance(outcome, WaitsForPredecessor)]
    if not held:
        return {}
    with transaction(who.jurisdiction_id) as session:
        room = MOST_HELD - count_held(session, who.person_id)
    why = TooManyHeld("Send what they wait for.", most=MOST_HELD)
    return {n: why for n in held[max(room, 0) :]}
