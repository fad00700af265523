"""Taking in what phones made, whatever way it comes; and trying again what was kept aside.

An edge, like a route: each step has its own transaction, and a record is never in none of
them. Whoever enters a record looks afterwards who waits for it, and whoever keeps one
waiting looks afterwards whether what it waits for has come: so one of two that meet finds
the other.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app

from gridsvc.actor import Actor, person, system
from gridsvc.errors import DomainError, Kept, Outcome
from gridsvc.identity import Caller
from gridsvc.problems import describe
from gridsvc.quarantine import (
    DISMISSED,
    ENTERED,
    HELD,
    OPEN,
    RELEASE,
    RETRY,
    Quarantined,
    digest_of,
    keep_aside,
)
from gridsvc.record_edge import Deed, keep_refused
from gridsvc.session import transaction
from gridsvc.sync.aside import Result, note
from gridsvc.sync.entering import as_sender, take_in, take_in_whole
from gridsvc.sync.kinds import KINDS
from gridsvc.sync.push import (
    Parcel,
    RecordDismissed,
    Sender,
    WaitsForPredecessor,
    new_ids,
    refused,
    revoked,
)
from gridsvc.sync.schemas import read
from gridsvc.sync.waiting import due, known_asides, standing, waiting_for

AT_ONCE = 200  # records tried again in one go


def hand_in(
    who: Sender, records: Sequence[Any], now: datetime
) -> tuple[list[Parcel], dict[int, Outcome]]:
    """Take in records as they were sent; return them as read, and an outcome for each."""
    known = _known(who, records)
    news = _until(None, now)
    untils = [_until(known[n], now) if n in known else news for n in range(len(records))]
    parcels = [read(sent, who, until=until) for sent, until in zip(records, untils, strict=True)]
    return parcels, _take(who, parcels, known, now)


def take_one(who: Caller, report: Any, deed: Deed, sent: dict[str, Any], now: datetime) -> Outcome:
    """Take in a record that came by itself; what is refused is kept aside.

    It is entered at once, unless it builds on one that is not there: then it waits, as it
    would in a batch.
    """
    name = sent["kind"]
    outcome = take_in_whole(who, KINDS[name], report, deed, now)
    if outcome is None:
        known = _known(as_sender(who, now), [sent])
        parcel = Parcel(sent, name, report, waits_until=_until(known.get(0), now))
        return _take(as_sender(who, now), [parcel], known, now)[0]
    if isinstance(outcome, DomainError):
        keep_refused(who, sent, outcome, now)
    return outcome


def _take(
    who: Sender, parcels: Sequence[Parcel], known: Mapping[int, Quarantined], now: datetime
) -> dict[int, Outcome]:
    """Enter what can be, and keep the rest aside; return an outcome for each."""
    outcomes = revoked(parcels) if who.is_revoked else take_in(who, _open(parcels, known), now)
    outcomes |= _settled(known)
    with transaction(who.jurisdiction_id) as session:
        keep_aside(
            session, refused(parcels, outcomes, describe), sender_id=who.person_id, by=who.actor,
            now=now, clock_offset_s=who.clock_offset_s, handed_in_by_id=who.handed_in_by_id,
        )  # fmt: skip
    _note_known(who, known, outcomes, now)
    release(who.jurisdiction_id, new_ids(outcomes) | _come_meanwhile(who, outcomes), now)
    return outcomes


def _known(who: Sender, records: Sequence[Any]) -> dict[int, Quarantined]:
    """Return, by position, what was kept aside when the same record was sent before."""
    ids = {id for sent in records if isinstance(sent, dict) and (id := _id(sent.get("id")))}
    with transaction(who.jurisdiction_id) as session:
        asides = {one.digest: one for one in known_asides(session, who.person_id, ids)}
    if not asides:
        return {}
    found = {n: asides.get(digest_of(sent)) for n, sent in enumerate(records)}
    return {n: aside for n, aside in found.items() if aside is not None}


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _until(known: Quarantined | None, now: datetime) -> datetime | None:
    """Return until when a record may wait for others: from its first arrival on, or no more."""
    if known is None:
        return now + timedelta(hours=current_app.config["HELD_HOURS"])
    return known.next_at if known.state == HELD and known.next_at and known.next_at > now else None


def _open(parcels: Sequence[Parcel], known: Mapping[int, Quarantined]) -> list[Parcel]:
    """Return the parcels, but for those that somebody has dismissed: they have no kind."""
    gone = {n for n, aside in known.items() if aside.state == DISMISSED}
    return [Parcel(p.sent, None, None) if n in gone else p for n, p in enumerate(parcels)]


def _settled(known: Mapping[int, Quarantined]) -> dict[int, Outcome]:
    """Return the outcomes of what was settled before, whoever sends it again."""
    told: dict[int, Outcome] = {}
    for n, aside in known.items():
        if aside.state == DISMISSED:
            told[n] = RecordDismissed("It is kept as it was sent.", reason=aside.reason)
        elif aside.state == ENTERED and aside.record_id:
            told[n] = Kept(aside.record_id, is_new=False)
    return told


def _note_known(
    who: Sender, known: Mapping[int, Quarantined], outcomes: Mapping[int, Outcome], now: datetime
) -> None:
    """Close the file on what was kept aside and came in now."""
    entered = {
        aside.id: Result(verdict=outcomes[n].verdict)
        for n, aside in known.items()
        if aside.state in OPEN and isinstance(outcomes[n], Kept)
    }
    if entered:
        with transaction(who.jurisdiction_id) as session:
            note(session, entered, by=who.actor, now=now)


def _come_meanwhile(who: Sender, outcomes: Mapping[int, Outcome]) -> set[UUID]:
    """Return what was waited for and stands by now: it came between the look and the wait."""
    needs = {o.waits_for for o in outcomes.values() if isinstance(o, WaitsForPredecessor)}
    if not needs:
        return set()
    with transaction(who.jurisdiction_id) as session:
        return standing(session, {name: kind.model for name, kind in KINDS.items()}, needs)


def release(jurisdiction_id: int, record_ids: Iterable[UUID], now: datetime) -> None:
    """Enter what waited for some records, and what waited for those, in turn."""
    ids = set(record_ids)
    while ids:
        with transaction(jurisdiction_id) as session:
            asides = waiting_for(session, ids)
        ids = try_again(jurisdiction_id, asides, by=system(RELEASE), now=now) - ids


def retry_due(jurisdiction_id: int, now: datetime) -> None:
    """Try again what is due, and judge what has waited long enough."""
    while True:
        with transaction(jurisdiction_id) as session:
            asides = due(session, now, most=AT_ONCE)
        release(jurisdiction_id, try_again(jurisdiction_id, asides, by=system(RETRY), now=now), now)
        if len(asides) < AT_ONCE:
            return


def try_again(
    jurisdiction_id: int,
    asides: Sequence[Quarantined],
    *,
    by: Actor,
    now: datetime,
    settled_by_id: UUID | None = None,
) -> set[UUID]:
    """Try to enter what was kept aside; return the ids that nothing has to wait for any more."""
    results: dict[UUID, Result] = {}
    for sender, theirs in _by_sender(jurisdiction_id, asides):
        is_forced = settled_by_id is not None
        parcels = [_parcel(aside, sender, now, is_forced=is_forced) for aside in theirs]
        outcomes = take_in(sender, parcels, now)
        results |= {
            aside.id: _result(aside, parcels[n], outcomes[n]) for n, aside in enumerate(theirs)
        }
    if not results:
        return set()
    with transaction(jurisdiction_id) as session:
        return note(session, results, by=by, now=now, settled_by_id=settled_by_id)


def _by_sender(
    jurisdiction_id: int, asides: Iterable[Quarantined]
) -> Iterable[tuple[Sender, list[Quarantined]]]:
    groups: dict[Any, list[Quarantined]] = defaultdict(list)
    for aside in asides:
        key = (aside.sender_id, aside.device_id, aside.clock_offset_s, aside.handed_in_by_id)
        groups[key].append(aside)
    for (sender_id, device_id, offset_s, handed_in_by_id), theirs in groups.items():
        actor = person(sender_id, device_id=device_id, handed_in_by_id=handed_in_by_id)
        yield (
            Sender(
                jurisdiction_id=jurisdiction_id,
                person_id=sender_id,
                actor=actor,
                clock_offset_s=offset_s,
                handed_in_by_id=handed_in_by_id,
            ),
            theirs,
        )


def _parcel(aside: Quarantined, sender: Sender, now: datetime, *, is_forced: bool) -> Parcel:
    until = None if is_forced else _until(aside, now)
    return read(_whole(aside), sender, until=until, arrived_at=aside.received_at)


def _whole(aside: Quarantined) -> Any:
    """Return a record as a batch would have it; a single request leaves out what it does not need.

    A part of a track that came by itself has no id, and says nothing of when it was made.
    """
    sent = json.loads(aside.record)
    if not isinstance(sent, dict):
        return sent
    moment = aside.received_at.isoformat()
    whole: dict[str, Any] = {"id": str(aside.id), "made_at": moment, "device_seq": 0} | sent
    if whole.get("kind") == "track" and isinstance(whole.get("body"), dict):
        whole["body"] = {"made_at": moment} | whole["body"]
    return whole


def _result(aside: Quarantined, parcel: Parcel, outcome: Outcome) -> Result:
    if isinstance(outcome, Kept):
        is_torn = aside.state == HELD and parcel.waits_until is None
        return Result(verdict=outcome.verdict, is_marked=is_torn)
    return Result(
        verdict=outcome.verdict,
        problem=describe(outcome),
        heals=outcome.heals,
        waits_for=outcome.waits_for if isinstance(outcome, WaitsForPredecessor) else None,
    )
