"""Entering what a round leaves behind: its start, its track, its end, the close of the day."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from operator import itemgetter
from uuid import UUID

from sqlalchemy import select, tuple_

from gridsvc.accountability.queries import held_by_each
from gridsvc.accountability.rules import Held
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import put
from gridsvc.errors import DomainError, Kept, Outcome
from gridsvc.flags.service import mark_unweighed
from gridsvc.patrols.models import DayClose, Patrol, PatrolEnd, TrackChunk
from gridsvc.patrols.queries import closes_of, ends_of, grounds, patrols_by_id
from gridsvc.patrols.rules import (
    ChunkTaken,
    Circumstances,
    DayAlreadyClosed,
    DayCloseReport,
    PatrolAlreadyEnded,
    PatrolEndReport,
    PatrolReport,
    TrackReport,
    admit_close,
    admit_end,
    admit_patrol,
    admit_track,
    pauses_of,
    without_rivals,
)
from gridsvc.records import IdTaken, Report, Row, acts, firsts, judged, outcomes
from gridsvc.session import Session
from gridsvc.synced import enter, tick
from gridsvc.weeks import local_day


def start(
    session: Session, reports: Sequence[PatrolReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter the starts of patrols, each once however often its phone sends it."""
    walking = {id for r in reports for id in (r.envelope.sender_id, *r.companions)}
    known = Circumstances(
        held=held_by_each(session, walking),
        received_at=now,
        grounds=grounds(session, {report.grid_id for report in reports}),
    )
    rows, refusals = judged(firsts(reports), partial(admit_patrol, known=known))
    entered = enter(session, Patrol, rows)
    audit.record(session, acts("patrol", "patrol.start", rows, entered), by=by, at=now)
    return outcomes(session, Patrol, reports, entered, refusals)


def end(
    session: Session, reports: Sequence[PatrolEndReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter the ends of patrols, one for each. Refuses a second one with PatrolAlreadyEnded."""
    known = Circumstances(
        held=_held(session, reports),
        received_at=now,
        patrols=patrols_by_id(session, {report.patrol_id for report in reports}),
    )
    rows, refusals = judged(firsts(reports), partial(admit_end, known=known))
    _queue_up(session, rows)
    standing = ends_of(session, {row["patrol_id"] for row in rows})
    rows, rivals = without_rivals(
        rows, {id: one.id for id, one in standing.items()}, _patrol_of, _already_ended
    )
    entered = enter(session, PatrolEnd, rows)
    over = {row["patrol_id"] for row in rows if row["id"] in entered}
    mark_unweighed(session, [_day_of(known.patrols[id]) for id in over])
    audit.record(session, acts("patrol_end", "patrol.end", rows, entered), by=by, at=now)
    return outcomes(session, PatrolEnd, reports, entered, refusals | rivals)


def close_day(
    session: Session, reports: Sequence[DayCloseReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter day closes, one for each person, grid and day; else DayAlreadyClosed."""
    known = Circumstances(
        held=_held(session, reports),
        received_at=now,
        grounds=grounds(session, {report.grid_id for report in reports}),
    )
    rows, refusals = judged(firsts(reports), partial(admit_close, known=known))
    _queue_up(session, rows)
    rows, rivals = without_rivals(rows, closes_of(session, rows), _whose_day, _already_closed)
    entered = enter(session, DayClose, rows)
    audit.record(session, acts("day_close", "day.close", rows, entered), by=by, at=now)
    return outcomes(session, DayClose, reports, entered, refusals | rivals)


def hand_in_track(
    session: Session, reports: Sequence[TrackReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter parts of tracks, each once: a part is known by its patrol and number, not by its id.

    The trail keeps a digest of what was sent, and not where anybody was.
    """
    patrol_ids = {report.patrol_id for report in reports}
    patrols, ends = patrols_by_id(session, patrol_ids), ends_of(session, patrol_ids)
    known = Circumstances(
        held=_held(session, reports),
        received_at=now,
        patrols=patrols,
        ended_at={id: one.occurred_at for id, one in ends.items()},
        pauses={id: pauses_of(patrols[id], one.facts) for id, one in ends.items()},
    )
    rows, refusals = judged(firsts(reports), partial(admit_track, known=known))
    refusals |= _named_twice(session, rows)
    entered = _enter_chunks(session, [row for row in rows if row["record_id"] not in refusals])
    sent = {report.envelope.id: report.envelope.digest for report in reports}
    lines = [
        Act(deed="track.hand_in", subject_kind="track", subject_id=id, digest=sent[id])
        for id in sorted(entered)
    ]
    walked = {row["patrol_id"] for row in rows if row["record_id"] in entered}
    mark_unweighed(session, [_day_of(patrols[id]) for id in walked & ends.keys()])
    audit.record(session, lines, by=by, at=now)
    return _track_outcomes(session, reports, entered, refusals)


def _held(session: Session, reports: Sequence[Report]) -> dict[UUID, list[Held]]:
    return held_by_each(session, {r.envelope.sender_id for r in reports})


def _queue_up(session: Session, rows: Sequence[Row]) -> None:
    """Take the clocks of the rows' grids now, so that no rival comes in behind our back.

    Whoever holds a grid's clock sees all that was entered there before, and nobody else enters
    anything until the transaction ends.
    """
    tick(session, {row["grid_id"] for row in rows})


def _patrol_of(row: Row) -> UUID:
    patrol_id: UUID = row["patrol_id"]
    return patrol_id


def _already_ended(row: Row, winner: UUID) -> DomainError:
    return PatrolAlreadyEnded("It ended under another id.", patrol_end_id=winner)


def _whose_day(row: Row) -> tuple[UUID, UUID, date]:
    return row["sender_id"], row["grid_id"], row["day"]


def _already_closed(row: Row, winner: UUID) -> DomainError:
    return DayAlreadyClosed(f"{row['day']} is closed under another id.", day_close_id=winner)


def _day_of(patrol: Patrol) -> tuple[UUID, date]:
    return patrol.sender_id, local_day(patrol.occurred_at)


def _named_twice(session: Session, rows: Sequence[Row]) -> dict[UUID, DomainError]:
    """Return a refusal for what has the id of another part: a phone gives each its own."""
    place = (TrackChunk.record_id, TrackChunk.patrol_id, TrackChunk.seq)
    ids = [row["record_id"] for row in rows]
    there = session.execute(select(*place).where(TrackChunk.record_id.in_(ids))).all()
    taken = {record_id: (patrol_id, seq) for record_id, patrol_id, seq in there}
    return {
        id: IdTaken(f"{id} is already entered, and differs.")
        for id, patrol_id, seq in map(itemgetter("record_id", "patrol_id", "seq"), rows)
        if id in taken and taken[id] != (patrol_id, seq)
    }


def _enter_chunks(session: Session, rows: Sequence[Row]) -> set[UUID]:
    """Insert those of `rows` whose place in the track is free; return what phones call them."""
    if not rows:
        return set()
    in_order = sorted(rows, key=lambda row: (row["patrol_id"], row["seq"], row["record_id"]))
    free = put(session, TrackChunk, in_order, "ON CONFLICT DO NOTHING RETURNING record_id")
    return {id for (id,) in free}


def _track_outcomes(
    session: Session,
    reports: Sequence[TrackReport],
    entered: set[UUID],
    refusals: dict[UUID, DomainError],
) -> list[Outcome]:
    places = [(report.patrol_id, report.seq) for report in reports]
    key = (TrackChunk.patrol_id, TrackChunk.seq)
    there = session.scalars(select(TrackChunk).where(tuple_(*key).in_(places)))
    standing = {(chunk.patrol_id, chunk.seq): chunk for chunk in there}
    return list(_answers(reports, entered, standing, refusals))


def _answers(
    reports: Sequence[TrackReport],
    entered: set[UUID],
    standing: dict[tuple[UUID, int], TrackChunk],
    refusals: dict[UUID, DomainError],
) -> Iterator[Outcome]:
    news = set(entered)
    for report in reports:
        id, chunk = report.envelope.id, standing.get((report.patrol_id, report.seq))
        if id in news:
            news.remove(id)  # should it come again in this batch, it is a retry
            yield Kept(id, is_new=True)
        elif id in refusals:
            yield refusals[id]
        elif chunk is None or (chunk.record_id == id and chunk.digest != report.digest):
            yield IdTaken(f"{id} is already entered, and differs.")
        elif chunk.digest != report.digest:
            yield ChunkTaken(f"Part {report.seq} is already entered, and differs.")
        else:
            yield Kept(chunk.record_id, is_new=False)


def note_reading(
    session: Session, patrol: Patrol, purpose: str, *, by: Actor, now: datetime
) -> None:
    """Note that somebody read where another went, and what for."""
    told = Act(
        deed="track.read", subject_kind="patrol", subject_id=patrol.id,
        changes={"purpose": [None, purpose]},
    )  # fmt: skip
    audit.record(session, [told], by=by, at=now)
