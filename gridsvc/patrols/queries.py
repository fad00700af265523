"""Reading rounds: patrols with their tracks, day closes, and somebody's own day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from gridsvc.grids.models import Grid
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import held_result
from gridsvc.patrols.due import DAY
from gridsvc.patrols.models import DayClose, Patrol, PatrolEnd, PatrolMeasure, TrackChunk
from gridsvc.patrols.rules import Ground
from gridsvc.patrols.tracks import as_told, fixes_of, measured
from gridsvc.people.models import Person
from gridsvc.records import FieldRecord, Row
from gridsvc.session import Session
from gridsvc.weeks import midnight


def grounds(session: Session, grid_ids: Collection[UUID]) -> dict[UUID, Ground]:
    """Return what matters of grids for a patrol."""
    child = aliased(Grid)
    is_divided = select(child.id).where(child.parent_id == Grid.id).exists()
    found = select(Grid.id, Grid.level, is_divided).where(Grid.id.in_(grid_ids))
    return {
        id: Ground(level=level, is_divided=divided) for id, level, divided in session.execute(found)
    }


def patrols_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Patrol]:
    """Return those of the patrols that have begun."""
    return {row.id: row for row in session.scalars(select(Patrol).where(Patrol.id.in_(ids)))}


def ends_of(session: Session, patrol_ids: Collection[UUID]) -> dict[UUID, PatrolEnd]:
    """Return the ends of those patrols that have ended, by patrol."""
    ends = select(PatrolEnd).where(PatrolEnd.patrol_id.in_(patrol_ids))
    return {end.patrol_id: end for end in session.scalars(ends)}


def closes_of(session: Session, rows: Iterable[Row]) -> dict[tuple[UUID, UUID, date], UUID]:
    """Return the ids of the day closes that stand for the sender, grid and day of `rows`."""
    wanted = [(row["sender_id"], row["grid_id"], row["day"]) for row in rows]
    key = (DayClose.sender_id, DayClose.grid_id, DayClose.day)
    found = session.execute(select(*key, DayClose.id).where(tuple_(*key).in_(wanted)))
    return {(sender_id, grid_id, day): id for sender_id, grid_id, day, id in found}


def chunks_of(session: Session, patrol_ids: Collection[UUID]) -> dict[UUID, list[TrackChunk]]:
    """Return the parts of tracks, in order, by patrol.

    Parts lie in the month of their patrol: only the months from the first to the last are read.
    """
    found: dict[UUID, list[TrackChunk]] = defaultdict(list)
    if not patrol_ids:
        return found
    parts = select(TrackChunk).where(
        TrackChunk.patrol_id.in_(patrol_ids),
        TrackChunk.id.between(_first_of(min(patrol_ids)), _last_of(max(patrol_ids))),
    )
    for chunk in session.scalars(parts.order_by(TrackChunk.patrol_id, TrackChunk.seq)):
        found[chunk.patrol_id].append(chunk)
    return found


def _first_of(patrol_id: UUID) -> UUID:
    return UUID(int=patrol_id.int >> 80 << 80)


def _last_of(patrol_id: UUID) -> UUID:
    return UUID(int=patrol_id.int | (1 << 80) - 1)


def measures_of(session: Session, patrol_ids: Collection[UUID]) -> dict[UUID, PatrolMeasure]:
    """Return what the tracks of patrols told once they were complete, by patrol."""
    kept = select(PatrolMeasure).where(PatrolMeasure.patrol_id.in_(patrol_ids))
    return {one.patrol_id: one for one in session.scalars(kept)}


def track(session: Session, patrol: Patrol) -> dict[str, Any]:
    """Return the raw track of a patrol: sensitive."""
    chunks = chunks_of(session, [patrol.id])[patrol.id]
    return {
        "patrol_id": patrol.id,
        "crs": "wgs84",
        "chunks": chunks,
        "points": fixes_of(chunks).tolist(),
    }


def patrol_page(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    limit: int,
    after: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """Return a page of the patrols in `grid_ids`: the latest made first, then `after`."""
    log = _named(Patrol).where(Patrol.grid_id.in_(grid_ids))
    if since:
        log = log.where(Patrol.occurred_at >= since)
    if until:
        log = log.where(Patrol.occurred_at < until)
    found, more = _page(session, log, Patrol, limit, after)
    return {"items": _with_tracks(session, found), "next": more}


def close_page(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    limit: int,
    after: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
) -> dict[str, Any]:
    """Return a page of the day closes in `grid_ids` for `since` to `until`, both included."""
    log = _named(DayClose).where(DayClose.grid_id.in_(grid_ids))
    if since:
        log = log.where(DayClose.day >= since)
    if until:
        log = log.where(DayClose.day <= until)
    found, more = _page(session, log, DayClose, limit, after)
    return {"items": [_close(*row) for row in found], "next": more}


def walked(person_id: UUID) -> ColumnElement[bool]:
    """Say of a patrol, in SQL, whether somebody made it or walked along."""
    return or_(Patrol.sender_id == person_id, Patrol.companions.contains([str(person_id)]))


def own_day(
    session: Session, person_id: UUID, grid_ids: Collection[UUID], day: date
) -> dict[str, Any]:
    """Return what somebody did on a day, and for each of `grid_ids` whether they closed it."""
    here, tomorrow = midnight(day), midnight(day + DAY)
    log = _named(Patrol).where(
        walked(person_id), Patrol.occurred_at >= here, Patrol.occurred_at < tomorrow
    )
    found = session.execute(log.order_by(Patrol.occurred_at)).all()
    seen = _visits(session, person_id, here, tomorrow)
    grids = session.scalars(select(Grid).where(Grid.id.in_(grid_ids)).order_by(Grid.code)).all()
    closes = select(DayClose).where(DayClose.sender_id == person_id, DayClose.day == day)
    closed = {close.grid_id: close for close in session.scalars(closes)}
    return {
        "date": day,
        "patrols": _with_tracks(session, found),
        "visits": sum(visits for visits, _ in seen.values()),
        "problems": sum(problems for _, problems in seen.values()),
        "grids": [_own_grid(grid, seen, closed) for grid in grids],
    }


def _own_grid(
    grid: Grid, seen: dict[UUID, tuple[int, int]], closed: dict[UUID, DayClose]
) -> dict[str, Any]:
    visits, problems = seen.get(grid.id, (0, 0))
    close = closed.get(grid.id)
    return {"grid": grid, "visits": visits, "problems": problems, "day_close": close}


def _visits(
    session: Session, person_id: UUID, since: datetime, until: datetime
) -> dict[UUID, tuple[int, int]]:
    """Return somebody's (visits, visits with a problem) by grid. A correction is no visit."""
    found_one = func.count().filter(held_result() == "problem")
    by_grid = (
        select(Inspection.grid_id, func.count(), found_one)
        .where(
            Inspection.sender_id == person_id,
            Inspection.kind == "patrol",
            Inspection.occurred_at >= since,
            Inspection.occurred_at < until,
            Inspection.corrects_id.is_(None),
        )
        .group_by(Inspection.grid_id)
    )
    rows = session.execute(by_grid)
    return {grid_id: (visits, problems) for grid_id, visits, problems in rows}


def _named(model: type[FieldRecord]) -> Select[Any, Any, Any]:
    """Select records with their grid and sender."""
    named: Select[Any, Any, Any] = (
        select(model, Grid, Person)
        .join(
            Grid,
            and_(Grid.jurisdiction_id == model.jurisdiction_id, Grid.id == model.grid_id),
        )
        .join(
            Person,
            and_(Person.jurisdiction_id == model.jurisdiction_id, Person.id == model.sender_id),
        )
    )
    return named


def _page(
    session: Session,
    log: Select[Any, Any, Any],
    model: type[FieldRecord],
    limit: int,
    after: UUID | None,
) -> tuple[Sequence[Any], str | None]:
    if after:
        log = log.where(model.id < after)
    found = session.execute(log.order_by(model.id.desc()).limit(limit + 1)).all()
    return found[:limit], str(found[limit - 1][0].id) if len(found) > limit else None


def _with_tracks(session: Session, found: Sequence[Any]) -> list[dict[str, Any]]:
    ids = [patrol.id for patrol, _, _ in found]
    ends, kept = ends_of(session, ids), measures_of(session, ids)
    chunks = chunks_of(session, [id for id in ids if id not in kept])
    return [
        {
            "id": patrol.id,
            "grid": grid,
            "officer": officer,
            "occurred_at": patrol.occurred_at,
            "received_at": patrol.received_at,
            "end": ends.get(patrol.id),
            "track": as_told(kept[patrol.id]) if patrol.id in kept else measured(chunks[patrol.id]),
        }
        for patrol, grid, officer in found
    ]


def _close(close: DayClose, grid: Grid, officer: Person) -> dict[str, Any]:
    names = ("id", "day", "visits", "problems", "remark", "unvisited", "occurred_at", "received_at")
    return {name: getattr(close, name) for name in names} | {"grid": grid, "officer": officer}
