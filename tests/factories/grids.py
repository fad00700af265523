from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count

from shapely import MultiPolygon, Point, box
from sqlalchemy.dialects.postgresql import Range

from gridsvc.grids.models import Boundary, BoundarySet, Grid
from gridsvc.ids import new_id
from gridsvc.session import Session

_codes = count(211122_100_000)


def add_grid(session: Session, name: str, *, level: int = 3, parent: Grid | None = None) -> Grid:
    grid = a_grid(name, level=level, parent=parent)
    session.add(grid)
    session.flush()
    return grid


def a_grid(name: str, *, level: int = 3, parent: Grid | None = None) -> Grid:
    return Grid(
        id=new_id(),
        name=name,
        level=level,
        kind="territorial",
        code=str(next(_codes)),
        parent_id=parent.id if parent else None,
    )


def add_boundary(
    session: Session,
    grid: Grid,
    area: MultiPolygon,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Boundary:
    [boundary] = add_boundaries(session, {grid: area}, since=since, until=until)
    return boundary


def add_boundaries(
    session: Session,
    areas: Mapping[Grid, MultiPolygon],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Boundary]:
    """Draw the boundary of each grid, each in a set of its own."""
    sets = [a_set(since) for _ in areas]
    session.add_all(sets)
    session.flush()
    boundaries = [
        Boundary(grid_id=grid.id, set_id=drawn.id, area=area, period=Range(since, until))
        for drawn, (grid, area) in zip(sets, areas.items(), strict=True)
    ]
    session.add_all(boundaries)
    session.flush()
    return boundaries


def a_set(since: datetime | None) -> BoundarySet:
    return BoundarySet(
        id=new_id(),
        name="试验",
        source="test",
        crs="wgs84",
        in_force_from=since,
        created_at=datetime(2025, 1, 1, tzinfo=UTC),
    )


def square(centre: Point, half_deg: float = 0.01) -> MultiPolygon:
    """A square around `centre`, by default of about 2 km."""
    x, y = centre.x, centre.y
    return MultiPolygon([box(x - half_deg, y - half_deg, x + half_deg, y + half_deg)])
