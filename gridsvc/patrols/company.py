"""Who else is about in somebody's grids: to walk along with, and to be found by name."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.rules import PERMISSION
from gridsvc.grids.models import Grid
from gridsvc.session import Session


def colleagues(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[dict[str, Any]]:
    """Return the duties at a moment for some grids and those above them, each with its person.

    `may_walk` says whether it lets them patrol in the grid and what lies below.
    """
    grids = _with_those_above(session, grid_ids)
    return [
        {
            "id": duty.id,
            "person": duty.person,
            "initials": duty.person.initials,
            "role": duty.role,
            "grid": grids[duty.subject_id],
            "may_walk": f"{duty.role}@{grids[duty.subject_id].level}" in PERMISSION["patrol.walk"],
        }
        for duty in duties_of(session, at, subject_ids=grids)
    ]


def _with_those_above(session: Session, grid_ids: Collection[UUID]) -> dict[UUID, Grid]:
    found: dict[UUID, Grid] = {}
    wanted = set(grid_ids)
    while wanted:
        rows = session.scalars(select(Grid).where(Grid.id.in_(wanted))).all()
        found |= {grid.id: grid for grid in rows}
        wanted = {grid.parent_id for grid in rows if grid.parent_id} - found.keys()
    return found
