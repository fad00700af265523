"""What phones pull, and the clock that makes sure they miss none of it.

A grid has a counter. Whoever writes a row that phones see advances the counter of the
row's grid first, and stamps the row with it. The counter stays locked until the
transaction ends, so in one grid the order of versions is the order of commits: a phone
that has seen version n will never be shown one below n later. (Times and sequences
promise no such thing; they lose rows whenever two writers overlap.)
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Index, event, inspect
from sqlalchemy.orm import Mapped, ORMExecuteState, mapped_column

from gridsvc.batches import Row, insert_new, put
from gridsvc.db import Counter, Model
from gridsvc.scoped import InJurisdiction, Scoped, scoped_fk
from gridsvc.session import Session


class Synced(Scoped):
    """A thing that phones pull. Enter it with `enter`; before a change, `tick` and `stamp`."""

    grid_id: Mapped[UUID]  # the territorial grid it belongs to, at its own time
    sync_version: Mapped[Counter]


class SyncClock(InJurisdiction, Model):
    """How many writes a grid has seen."""

    __tablename__ = "sync_clock"
    __table_args__ = (scoped_fk("grid_id", "grid"),)

    grid_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[Counter]


class Tombstone(Synced, Model):
    """A row of some kind that left a grid for another: the phones of the old one forget it."""

    __tablename__ = "tombstone"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
    )

    kind: Mapped[str]
    row_id: Mapped[UUID]


def tick(session: Session, grid_ids: Collection[UUID]) -> dict[UUID, int]:
    """Advance the clocks of `grid_ids` and return the new version of each.

    Call it before anything else that locks, with all the grids at once: clocks are taken
    in order of id, so that two writers never wait for each other in a ring.
    """
    if not grid_ids:
        return {}
    rows = [{"grid_id": grid_id, "version": 1} for grid_id in sorted(set(grid_ids))]
    return {grid_id: version for grid_id, version in put(session, SyncClock, rows, ADVANCE)}


# A literal: Citus cannot plan a parameter after ON CONFLICT.
ADVANCE = """
ON CONFLICT (jurisdiction_id, grid_id) DO UPDATE SET version = sync_clock.version + 1
RETURNING grid_id, version
"""


def enter(session: Session, model: type[Synced], rows: Sequence[Row]) -> set[UUID]:
    """Insert those of `rows` whose id is free, for phones to pull; return the ids that went in."""
    versions = tick(session, {row["grid_id"] for row in rows})
    return insert_new(
        session, model, [{**row, "sync_version": versions[row["grid_id"]]} for row in rows]
    )


def stamp(
    session: Session, row: Synced, versions: Mapping[UUID, int], *, grid_id: UUID | None = None
) -> None:
    """Let phones see a change of `row`, which may come to lie in another grid, `grid_id`.

    `versions` are those that `tick` gave for the row's grid, and for the new one.
    """
    old, new = row.grid_id, grid_id or row.grid_id
    if new != old:
        kind = inspect(type(row)).local_table.name
        session.add(Tombstone(grid_id=old, sync_version=versions[old], kind=kind, row_id=row.id))
    row.grid_id, row.sync_version = new, versions[new]


# The column has no default, so an insert that forgot the clock fails in PostgreSQL. A
# change that forgot it fails here.


class ForgottenTick(RuntimeError):
    """Something that phones pull was about to change without its clock."""


@event.listens_for(Session, "before_flush")
def _require_stamp(session: Session, *_: object) -> None:
    left = {(row.row_id, row.grid_id) for row in session.new if isinstance(row, Tombstone)}
    for row in session.dirty:
        if isinstance(row, Synced) and session.is_modified(row):
            _check(row, left)
    if forgotten := [row for row in session.deleted if isinstance(row, Synced)]:
        raise ForgottenTick(f"{forgotten!r}: phones would keep them for ever.")


@event.listens_for(Session, "do_orm_execute")
def _no_silent_bulk(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper and issubclass(mapper.class_, Synced):
        raise ForgottenTick(f"{mapper.class_.__name__}: change rows one by one, stamped.")


def _check(row: Synced, left: Collection[tuple[UUID, UUID]]) -> None:
    attrs: Any = inspect(row).attrs
    grid = attrs.grid_id.history
    if grid.has_changes() and not any((row.id, old) in left for old in grid.deleted or ()):
        raise ForgottenTick(f"{row!r}: the phones of its old grid would keep it.")
    if not (grid.has_changes() or attrs.sync_version.history.added):
        raise ForgottenTick(f"{row!r}: tick() its grid and stamp() it.")
