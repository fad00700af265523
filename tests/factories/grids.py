from datetime import UTC, datetime
from itertools import count

from shapely import MultiPolygon, Point, box
from sqlalchemy.dialects.postgresql import Range

from gridsvc.grids.models import Boundary, BoundarySet, Grid
from gridsvc.ids import new_id
from gridsvc.session import Session

_codes = count(211122_100_000)


def add_grid(session: Session, name: str, *, level: int = 3, parent: Grid | None = None) -> Grid:
    grid = Grid(
        name=name,
        level=level,
        kind="territorial",
        code=str(next(_codes)),
        parent_id=parent.id if parent else None,
    )
    session.add(grid)
    session.flush()
    return grid


def add_boundary(
    session: Session,
    grid: Grid,
    area: MultiPolygon,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Boundary:
    drawn = BoundarySet(
        id=new_id(),
        name="试验",
        source="test",
        crs="wgs84",
        in_force_from=since,
        created_at=datetime(2025, 1, 1, tzinfo=UTC),
    )
    session.add(drawn)
    session.flush()
    boundary = Boundary(grid_id=grid.id, set_id=drawn.id, area=area, period=Range(since, until))
    session.add(boundary)
    session.flush()
    return boundary


def square(centre: Point, half_deg: float = 0.01) -> MultiPolygon:
    """A square around `centre`, by default of about 2 km."""
    x, y = centre.x, centre.y
    return MultiPolygon([box(x - half_deg, y - half_deg, x + half_deg, y + half_deg)])
