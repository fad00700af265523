"""Drawing the grids: new ones, new names, new boundaries from a moment on."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range

from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.grids import queries
from gridsvc.grids.models import Boundary, BoundarySet, Grid
from gridsvc.grids.rules import (
    Difference,
    Drawn,
    FaultyDrawing,
    LaterBoundaries,
    begins,
    difference,
    faults,
    uncovered,
)
from gridsvc.ids import new_id
from gridsvc.session import Session
from gridsvc.tables import Fault


@dataclass(frozen=True)
class Redrawing:
    """What a drawing changes, and from when on (None: since ever)."""

    drawn: Sequence[Drawn]
    difference: Difference
    faults: list[Fault]
    gaps: list[Fault]
    since: datetime | None


def stand_in_line(session: Session) -> None:
    """Let whoever else imports grids, or what lies in them, wait until this transaction ends."""
    session.execute(select(Grid.id).where(Grid.level == 1).with_for_update(key_share=True))


def plan(
    session: Session,
    drawn: Sequence[Drawn],
    *,
    spoilt: Collection[str],
    asked: date | None,
    now: datetime,
) -> Redrawing:
    """Return what putting `drawn` in force would change, and what is wrong with it.

    `spoilt` are the codes of grids that are drawn too badly to be read, `asked` is the day from
    which the drawing should count. Raises PastBoundaries, LaterBoundaries.
    """
    stand_in_line(session)
    is_first = not queries.has_boundaries(session)
    since = begins(asked, now, is_first=is_first)
    start = now if is_first else since or now
    if change := queries.next_change(session, start):
        told = f"Boundaries that begin at {change.isoformat()} are already drawn."
        raise LaterBoundaries(told, begins_at=change)
    standing = queries.standing(session, start)
    wrong = faults(drawn, standing, spoilt)
    gaps = [] if wrong else uncovered(drawn, standing)
    return Redrawing(drawn, difference(drawn, standing), wrong, gaps, since)


def redraw(
    session: Session, planned: Redrawing, *, name: str, source: str, crs: str, now: datetime
) -> list[Act]:
    """Carry a plan out; return the lines for the trail. Raises FaultyDrawing."""
    if planned.faults:
        raise FaultyDrawing(f"The drawing has {len(planned.faults)} faults.")
    ids = _create(session, planned.difference)
    _rename(session, planned.difference)
    acts = [*_acts_created(planned.difference, ids), *_acts_renamed(planned.difference)]
    boundaries = _boundaries(planned, ids)
    if not boundaries:
        return acts
    together = BoundarySet(
        id=new_id(), name=name, source=source, crs=crs,
        in_force_from=planned.since, created_at=now,
    )  # fmt: skip
    session.add(together)
    session.flush()
    _put_in_force(session, planned, together, boundaries)
    return [*acts, *_acts_put_in_force(planned, together, boundaries)]


def _create(session: Session, found: Difference) -> dict[str, UUID]:
    """Insert the new grids; return the id of every grid by its code."""
    renamed, redrawn = (
        [before for before, *_ in pairs] for pairs in (found.renamed, found.redrawn)
    )
    standing = (*found.unchanged, *found.not_drawn, *renamed, *redrawn)
    ids = {grid.code: grid.id for grid in standing}
    ids |= {grid.code: new_id() for grid in found.new}
    rows = [
        {
            "id": ids[grid.code],
            "parent_id": ids[grid.parent] if grid.parent else None,
            "level": grid.level,
            "kind": grid.kind,
            "code": grid.code,
            "name": grid.name,
        }
        for grid in found.new
    ]
    insert_all(session, Grid, rows)
    return ids


def _rename(session: Session, found: Difference) -> None:
    for before, grid in found.renamed:
        session.get_one(Grid, (session.jurisdiction_id, before.id)).name = grid.name


def _boundaries(planned: Redrawing, ids: Mapping[str, UUID]) -> list[Boundary]:
    redrawn = [grid for _, grid, _ in planned.difference.redrawn]
    return [
        Boundary(
            id=new_id(),
            grid_id=ids[grid.code],
            area=grid.area,
            period=Range(planned.since, None),
        )
        for grid in (*planned.difference.new, *redrawn)
    ]


def _put_in_force(
    session: Session, planned: Redrawing, together: BoundarySet, boundaries: Sequence[Boundary]
) -> None:
    """End the boundaries that stood, and begin the new ones at the same moment.

    One that had not begun yet keeps an empty period: it never was in force.
    """
    ended = [before.boundary_id for before, *_ in planned.difference.redrawn]
    until = func.tstzrange(func.lower(Boundary.period), planned.since)
    end = update(Boundary).where(Boundary.id.in_(ended)).values(period=until)
    session.execute(end, execution_options={"synchronize_session": False})
    for boundary in boundaries:
        boundary.set_id = together.id
    session.add_all(boundaries)
    session.flush()


def _acts_created(found: Difference, ids: Mapping[str, UUID]) -> Iterator[Act]:
    for grid in found.new:
        facts = {"code": grid.code, "name": grid.name, "level": grid.level, "parent": grid.parent}
        changes = {name: [None, value] for name, value in facts.items()}
        yield _act("grid.create", "grid", ids[grid.code], changes)


def _acts_renamed(found: Difference) -> Iterator[Act]:
    for before, grid in found.renamed:
        yield _act("grid.rename", "grid", before.id, {"name": [before.name, grid.name]})


def _acts_put_in_force(
    planned: Redrawing, together: BoundarySet, boundaries: Iterable[Boundary]
) -> Iterator[Act]:
    ended = {before.id: before.boundary_id for before, *_ in planned.difference.redrawn}
    source = {"source": [None, together.source], "in_force_from": [None, planned.since]}
    yield _act("boundaries.put_in_force", "boundary_set", together.id, source)
    for boundary in boundaries:
        changes = {"boundary_id": [ended.get(boundary.grid_id), boundary.id]}
        yield _act("grid.redraw", "grid", boundary.grid_id, changes)


def _act(deed: str, kind: str, id: UUID, changes: dict[str, Any]) -> Act:
    return Act(deed=deed, subject_kind=kind, subject_id=id, changes=changes)
