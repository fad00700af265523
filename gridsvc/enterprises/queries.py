"""Reading the registry."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from gridsvc.enterprises.models import Enterprise
from gridsvc.enterprises.rules import Move
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import grids_at
from gridsvc.rules.models import Checklist
from gridsvc.session import Session


def by_code(session: Session, codes: Collection[str]) -> dict[str, Enterprise]:
    """Return the enterprises that stand under `codes`."""
    found = session.scalars(select(Enterprise).where(Enterprise.code.in_(codes)))
    return {enterprise.code: enterprise for enterprise in found}


def kinds(session: Session, at: datetime) -> set[str]:
    """Return the kinds of object for which a checklist is in force at a moment."""
    known = select(Checklist.object_kind).where(Checklist.in_force_from <= at)
    return set(session.scalars(known))


def territorial(session: Session) -> Mapping[str, UUID]:
    """Return the ids of the territorial grids by code."""
    grids = select(Grid.code, Grid.id).where(Grid.kind == "territorial")
    return {code: id for code, id in session.execute(grids)}


def moves(session: Session, at: datetime) -> tuple[list[Move], Sequence[UUID]]:
    """Return which enterprises lie in another grid at a moment than they are filed under.

    Those that somebody filed under a grid by hand stay. The second are those that lie in no
    grid at all; they stay where they are filed, too.
    """
    filed = select(Enterprise.id, Enterprise.location, Enterprise.grid_id)
    rows = session.execute(filed.where(Enterprise.grid_reason.is_(None))).all()
    lies_in = grids_at(session, {row.id: (row.location, at) for row in rows})
    moved = [
        Move(row.id, row.grid_id, lies_in[row.id])
        for row in rows
        if row.id in lies_in and lies_in[row.id] != row.grid_id
    ]
    return moved, [row.id for row in rows if row.id not in lies_in]
