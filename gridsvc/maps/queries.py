"""The tree of grids, who answers for it, and its outlines."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely import Point
from sqlalchemy import func, select

from gridsvc.grids import queries as grids
from gridsvc.grids.models import Boundary, Grid
from gridsvc.maps.rules import NoGridThere
from gridsvc.named import is_called
from gridsvc.roster.responsibility import responsibility
from gridsvc.session import Session

OUTLINE_DIGITS = 6  # a tenth of a metre
SMOOTH_DEG = 0.00005  # some five metres: less than a line is wide on a phone's sketch


def tree(
    session: Session, *, level: int | None = None, parent: UUID | None = None, q: str = ""
) -> Sequence[Grid]:
    """Return the grids of the jurisdiction called `q`, by name, code or initials, in order."""
    found = select(Grid).order_by(Grid.level, Grid.code)
    if level:
        found = found.where(Grid.level == level)
    if parent:
        found = found.where(Grid.parent_id == parent)
    if q:
        found = found.where(is_called(Grid, q, Grid.code))
    return session.scalars(found).all()


def grid_file(session: Session, grid: Grid, at: datetime) -> dict[str, Any]:
    """Return what there is to know about a grid at a moment."""
    return {
        **_facts(grid),
        "chain": grids.chain(session, grid.id),
        "holders": _holders(session, grid, at).get(grid.id, []),
        "children": grids.below(session, grid.id),
    }


def located(session: Session, place: Point, at: datetime) -> dict[str, Any]:
    """Return the grids around a place at a moment, with who answered for them.

    Of the territorial grids one a level: on a border, the one that counts. Raises NoGridThere.
    """
    around = grids.locate(session, place, at)
    counting = _counting(around)
    if not counting:
        raise NoGridThere("No grid of this jurisdiction lies around that place.")
    holders: dict[UUID, list[Any]] = {}
    for grid in [counting[-1], *(grid for grid in around if grid.kind != "territorial")]:
        holders |= _holders(session, grid, at)
    shown = [grid for grid in around if grid in counting or grid.kind != "territorial"]
    return {
        "grids": [{**_facts(grid), "holders": holders.get(grid.id, [])} for grid in shown],
        "near_border": grids.is_near_border(session, place, counting[-1].id, at),
    }


def _counting(around: Sequence[Grid]) -> list[Grid]:
    """Return the chain to the deepest territorial grid with the lowest code, as grids_at does."""
    territorial = {grid.id: grid for grid in around if grid.kind == "territorial"}
    deepest = min(territorial.values(), key=lambda grid: (-grid.level, grid.code), default=None)
    found: list[Grid] = []
    while deepest is not None:
        found.insert(0, deepest)
        deepest = territorial.get(deepest.parent_id) if deepest.parent_id else None
    return found


def _holders(session: Session, grid: Grid, at: datetime) -> dict[UUID, list[Any]]:
    """Return who answered for a grid and those above it at a moment, vacancies included."""
    found: dict[UUID, list[Any]] = {}
    for link in responsibility(session, "grid", grid.id, at)["chain"]:
        found.setdefault(link["grid"].id, []).append(link)
    return found


def outlines(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[dict[str, Any]]:
    """Return grids as features, their geometry as GeoJSON text, where they have a boundary."""
    smooth = func.ST_SimplifyPreserveTopology(Boundary.area, SMOOTH_DEG)
    shape = func.ST_AsGeoJSON(smooth, OUTLINE_DIGITS)
    drawn = (
        select(Grid, shape)
        .join(Boundary, Boundary.grid_id == Grid.id)
        .where(Grid.id.in_(grid_ids), Boundary.period.op("@>")(at))
        .order_by(Grid.code)
    )
    return [
        {"id": grid.id, "properties": grid, "geometry": geometry}
        for grid, geometry in session.execute(drawn)
    ]


def _facts(grid: Grid) -> dict[str, Any]:
    return {
        "id": grid.id,
        "code": grid.code,
        "name": grid.name,
        "level": grid.level,
        "kind": grid.kind,
        "parent_id": grid.parent_id,
    }
