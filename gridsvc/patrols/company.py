"""Who else is about in somebody's grids: to walk along with, and to be found by name."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.rules import PERMISSION
from gridsvc.certificates.queries import numbers_on
from gridsvc.grids.models import Grid
from gridsvc.session import Session
from gridsvc.weeks import local_day


def colleagues(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[dict[str, Any]]:
    """Return the duties at a moment for some grids and those above them, each with its person.

    `may_walk` says whether it lets them patrol in the grid and what lies below, `may_inspect`
    whether it lets them inspect formally there, with the certificate that is good on the day.
    """
    grids = _with_those_above(session, grid_ids)
    duties = duties_of(session, at, subject_ids=grids)
    posts = {duty.id: f"{duty.role}@{grids[duty.subject_id].level}" for duty in duties}
    able = {duty.person_id for duty in duties if posts[duty.id] in PERMISSION["inspection.formal"]}
    certificates = numbers_on(session, able, local_day(at))
    return [
        {
            "id": duty.id,
            "person": duty.person,
            "initials": duty.person.initials,
            "role": duty.role,
            "grid": grids[duty.subject_id],
            "may_walk": posts[duty.id] in PERMISSION["patrol.walk"],
            "may_inspect": posts[duty.id] in PERMISSION["inspection.formal"],
            "certificate_no": certificates.get(duty.person_id),
        }
        for duty in duties
    ]


def _with_those_above(session: Session, grid_ids: Collection[UUID]) -> dict[UUID, Grid]:
    found: dict[UUID, Grid] = {}
    wanted = set(grid_ids)
    while wanted:
        rows = session.scalars(select(Grid).where(Grid.id.in_(wanted))).all()
        found |= {grid.id: grid for grid in rows}
        wanted = {grid.parent_id for grid in rows if grid.parent_id} - found.keys()
    return found
