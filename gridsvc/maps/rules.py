"""How a grid stands on a day, in one word. No session, no clock."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from gridsvc.errors import NotFound

STATES = ("bad", "wait", "none", "ok")


class NoSuchTile(NotFound):
    """There is no such tile, or no such layer."""


class NoGridThere(NotFound):
    """The place lies in no grid."""


@dataclass(frozen=True, kw_only=True)
class GridState:
    """What is open in a grid, and whether anybody was there today."""

    grid_id: UUID
    overdue: int
    due_soon: int
    reported_today: bool  # a patrol began, or a day was closed
    rest_day: bool  # nobody has to patrol

    @property
    def state(self) -> str:
        """Say "bad" if an issue is overdue, "wait" if one soon will be, "none" for silence."""
        if self.overdue:
            return "bad"
        if self.due_soon:
            return "wait"
        return "ok" if self.rest_day or self.reported_today else "none"


def together(grid_id: UUID, own: GridState, below: Collection[GridState]) -> GridState:
    """Return the state of a grid with all that is open below it: as bad as the worst of them.

    It reported if each of those below did: its own staff has no day to close.
    """
    if not below:
        return own
    return GridState(
        grid_id=grid_id,
        overdue=own.overdue + sum(grid.overdue for grid in below),
        due_soon=own.due_soon + sum(grid.due_soon for grid in below),
        reported_today=all(grid.reported_today for grid in below),
        rest_day=own.rest_day,
    )
