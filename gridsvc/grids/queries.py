"""Which grid a point is in, and was in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from shapely import Point
from sqlalchemy import Uuid, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from gridsvc.batches import recordset
from gridsvc.db import Moment, Wgs84
from gridsvc.grids.models import Boundary, Grid
from gridsvc.session import Session


def grids_at(session: Session, places: Mapping[UUID, tuple[Point, datetime]]) -> dict[UUID, UUID]:
    """Return the deepest territorial grid that each place was in at its moment, by its key.

    A place that was in none is left out. One on a border is in the grid with the lower
    code, always the same.
    """
    if not places:
        return {}
    rows = [{"key": key, "point": point, "at": at} for key, (point, at) in places.items()]
    given = recordset({"key": Uuid(), "point": Wgs84("POINT"), "at": Moment()}, rows)
    was_there = and_(
        Boundary.period.op("@>")(given.c.at), func.ST_Intersects(Boundary.area, given.c.point)
    )
    statement = (
        select(given.c.key, Grid.id)
        .ext(distinct_on(given.c.key))
        .join_from(given, Boundary, was_there)
        .join(Boundary.grid)
        .where(Grid.kind == "territorial")
        .order_by(given.c.key, Grid.level.desc(), Grid.code)
    )
    return {key: grid_id for key, grid_id in session.execute(statement)}


def locate(session: Session, point: Point, at: datetime) -> Sequence[Grid]:
    """Return every grid that a point was in at a moment: level 1 first, overlays beside.

    Where it is on a border of several, the one with the lower code comes first.
    """
    around = (
        select(Grid)
        .join(Boundary, Boundary.grid_id == Grid.id)
        .where(Boundary.period.op("@>")(at), func.ST_Intersects(Boundary.area, point))
    )
    return session.scalars(around.order_by(Grid.level, Grid.code)).all()


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
