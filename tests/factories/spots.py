"""Grids, and whatever lies there: two towns of two villages, which stand in a row."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from shapely import Point

from gridsvc.grids.models import Grid
from gridsvc.session import Session
from tests.factories.grids import add_boundary, add_grid, square
from tests.factories.village import as_multi

NOW = datetime.now(UTC)
YESTERDAY = NOW - timedelta(days=1)
LONG_AGO = NOW - timedelta(days=700)

VILLAGES = ("A1", "A2", "B1", "B2")

numbers = count(1)


@dataclass(eq=False)
class Spot:
    """A grid, and whatever lies there: ids and other names by kind."""

    grid: Grid
    chain: set[UUID]  # itself and those above: whoever answers for one of them, for it
    ids: dict[str, Any] = field(default_factory=dict)
    also: dict[str, set[UUID]] = field(default_factory=dict)  # enterprises and units, by kind
    own: dict[str, set[UUID]] = field(default_factory=dict)  # people whose own it is, by kind
    workers: set[UUID] = field(default_factory=set)  # people who left records here

    def subjects(self, kind: str) -> set[UUID]:
        """Return what somebody may have a duty for, to reach the thing of a kind."""
        return {self.grid.id} | self.also.get(kind, set())


def a_tree(session: Session, at: Point) -> dict[str, Spot]:
    """The tree, each grid with its boundary: the villages stand in a row."""
    shapes = {name: square(Point(at.x + n * 0.02, at.y)) for n, name in enumerate(VILLAGES)}
    shapes |= {town: as_multi(shapes[f"{town}1"].union(shapes[f"{town}2"])) for town in "AB"}
    shapes["county"] = as_multi(shapes["A"].union(shapes["B"]))
    spots: dict[str, Spot] = {}
    for name in ("county", "A", "B", *VILLAGES):
        above = spots.get({1: "county", 2: name[0]}[len(name)]) if name != "county" else None
        level = above.grid.level + 1 if above else 1
        grid = add_grid(session, f"{name}网格", level=level, parent=above and above.grid)
        add_boundary(session, grid, shapes[name], since=LONG_AGO)
        chain = {grid.id} | (above.chain if above else set())
        spots[name] = Spot(grid, chain, {"grid": grid})
    return spots
