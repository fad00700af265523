"""Which grid a point is in, and was in."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from shapely import Point
from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from geo.boundaries import NEAR_BORDER_M
from gridsvc.batches import as_document
from gridsvc.db import Wgs84
from gridsvc.grids.models import Boundary, Grid
from gridsvc.grids.rules import Standing
from gridsvc.session import Session

K = TypeVar("K", bound=Hashable)


def grids_at(session: Session, places: Mapping[K, tuple[Point, datetime]]) -> dict[K, UUID]:
    """Return the deepest territorial grid that each place was in at its moment, by its key.

    A place that was in none is left out. One on a border is in the grid with the lower
    code, always the same.
    """
    if not places:
        return {}
    keys = list(places)
    rows = [{"n": n, "point": point, "at": at} for n, (point, at) in enumerate(places.values())]
    found = session.glance(LAY_IN, places=as_document(rows))
    return {keys[n]: grid_id for n, grid_id in found}


# IS TRUE keeps the planner from looking a moment up in an index: each place goes by where it
# is, which leaves a handful of boundaries, not by when, which leaves all of them. And each grid
# that was hit is read once, not for each place.
LAY_IN = """
WITH hit AS MATERIALIZED (
    SELECT given.n, boundary.grid_id
    FROM jsonb_to_recordset(CAST(%(places)s AS jsonb))
         AS given(n integer, point geometry(POINT, 4326), at timestamptz)
    JOIN boundary ON boundary.jurisdiction_id = %(here)s
         AND ST_Intersects(boundary.area, given.point)
         AND (boundary.period @> given.at) IS TRUE
), territorial AS MATERIALIZED (
    SELECT id, level, code FROM grid
    WHERE jurisdiction_id = %(here)s AND kind = 'territorial'
      AND id = ANY(ARRAY(SELECT DISTINCT grid_id FROM hit))
)
SELECT DISTINCT ON (hit.n) hit.n, territorial.id
FROM hit JOIN territorial ON territorial.id = hit.grid_id
ORDER BY hit.n, territorial.level DESC, territorial.code
"""


def locate(session: Session, point: Point, at: datetime) -> Sequence[Grid]:
    """Return every grid that a point was in at a moment: level 1 first, overlays beside.

    Where it is on a border of several, the one with the lower code comes first.
    """
    here = literal(point, Wgs84("POINT"))
    around = (
        select(Grid)
        .join(Boundary, Boundary.grid_id == Grid.id)
        .where(Boundary.period.op("@>")(at), func.ST_Intersects(Boundary.area, here))
    )
    return session.scalars(around.order_by(Grid.level, Grid.code)).all()


def is_near_border(session: Session, point: Point, grid_id: UUID, at: datetime) -> bool:
    """Say whether a point is so near to a border of a grid that a phone may err about the side."""
    here = literal(point, Wgs84("POINT"))
    border = func.ST_Boundary(Boundary.area)
    near = func.ST_DWithin(func.geography(border), func.geography(here), NEAR_BORDER_M)
    found = select(near).where(Boundary.grid_id == grid_id, Boundary.period.op("@>")(at))
    return bool(session.scalar(found))


def chain(session: Session, grid_id: UUID) -> list[Grid]:
    """Return a grid and those above it, the highest first."""
    found: list[Grid] = []
    here: UUID | None = grid_id
    while here is not None:
        grid = session.get_one(Grid, (session.jurisdiction_id, here))
        found.insert(0, grid)
        here = grid.parent_id
    return found


def below(session: Session, grid_id: UUID) -> Sequence[Grid]:
    """Return the grids right below one, in order of code."""
    return session.scalars(select(Grid).where(Grid.parent_id == grid_id).order_by(Grid.code)).all()


def within(session: Session, grid_id: UUID) -> set[UUID]:
    """Return a grid and all below it."""
    child = aliased(Grid)
    children = select(child.id).where(child.parent_id == grid_id)
    below_it = or_(Grid.id == grid_id, Grid.parent_id == grid_id, Grid.parent_id.in_(children))
    return set(session.scalars(select(Grid.id).where(below_it)))


def root(session: Session) -> Grid:
    """Return the level-1 grid of the jurisdiction."""
    return session.scalars(select(Grid).where(Grid.level == 1)).one()


def standing(session: Session, at: datetime) -> dict[str, Standing]:
    """Return every grid by its code, with its boundary at a moment, if it had one."""
    above = aliased(Grid)
    then = and_(Boundary.grid_id == Grid.id, Boundary.period.op("@>")(at))
    grids = (
        select(Grid, above.code, Boundary.id, Boundary.area)
        .outerjoin(above, above.id == Grid.parent_id)
        .outerjoin(Boundary, then)
        .order_by(Grid.code)
    )
    return {
        grid.code: Standing(
            id=grid.id, code=grid.code, name=grid.name, level=grid.level, parent=parent,
            kind=grid.kind, boundary_id=boundary_id, area=area,
        )
        for grid, parent, boundary_id, area in session.execute(grids)
    }  # fmt: skip


def has_boundaries(session: Session) -> bool:
    """Say whether any boundary was ever put in force."""
    return session.scalar(select(Boundary.id).limit(1)) is not None


def next_change(session: Session, after: datetime) -> datetime | None:
    """Return the first moment after `after` at which drawn boundaries begin, or None."""
    begins = func.lower(Boundary.period)
    later = select(func.min(begins)).where(begins > after)
    found: datetime | None = session.scalar(later)
    return found


def has_begun(session: Session, at: datetime) -> bool:
    """Say whether boundaries with a date have begun by a moment."""
    dated = select(Boundary.id).where(func.lower(Boundary.period) <= at).limit(1)
    return session.scalar(dated) is not None
