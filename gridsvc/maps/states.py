"""How the grids of a map stand at a moment."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, union

from gridsvc.grids.models import Grid
from gridsvc.issues.effects import end_of
from gridsvc.issues.models import Issue
from gridsvc.issues.workflow import OPEN
from gridsvc.maps.rules import GridState, together
from gridsvc.patrols.models import DayClose, Patrol
from gridsvc.rules.queries import calendar, numbers_at
from gridsvc.rules.rules import is_patrol_day
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight

Tree = Mapping[UUID | None, Collection[UUID]]


def states(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[GridState]:
    """Return how each of `grid_ids` stood at a moment, with all that lies below it."""
    numbers, day = numbers_at(session, at), local_day(at)
    rest_day = not is_patrol_day(day, calendar(session, day, day), numbers)
    soon = end_of(day + timedelta(days=numbers.warn_before_due_days))
    counts, reported = _open_issues(session, at, soon), _reported(session, at)
    tree = _tree(session)

    def state(grid_id: UUID) -> GridState:
        overdue, due_soon = counts.get(grid_id, (0, 0))
        own = GridState(
            grid_id=grid_id, overdue=overdue, due_soon=due_soon,
            reported_today=grid_id in reported, rest_day=rest_day,
        )  # fmt: skip
        return together(grid_id, own, [state(child) for child in tree.get(grid_id, ())])

    return [state(grid_id) for grid_id in grid_ids]


def _tree(session: Session) -> Tree:
    """Return the territorial grids right below each."""
    tree = defaultdict(list)
    for id, parent_id in session.execute(
        select(Grid.id, Grid.parent_id).where(Grid.kind == "territorial")
    ):
        tree[parent_id].append(id)
    return tree


def _open_issues(session: Session, at: datetime, soon: datetime) -> dict[UUID, tuple[int, int]]:
    """Return by grid how many issues were overdue at a moment, and how many due before `soon`.

    What is open now is taken from the ledger's own presets' meaning; for a past moment what was
    closed since counts as open, too.
    """
    was_open = and_(Issue.occurred_at <= at, or_(Issue.state.in_(OPEN), Issue.closed_at > at))
    overdue = func.count().filter(Issue.due_at <= at)
    due_soon = func.count().filter(Issue.due_at > at, Issue.due_at <= soon)
    counted = select(Issue.grid_id, overdue, due_soon).where(was_open).group_by(Issue.grid_id)
    return {grid_id: (late, next_) for grid_id, late, next_ in session.execute(counted)}


def _reported(session: Session, at: datetime) -> set[UUID]:
    """Return the grids where, on the local day of a moment and before it, somebody reported."""
    day: Any = local_day(at)
    began = and_(Patrol.occurred_at >= midnight(day), Patrol.occurred_at <= at)
    closed = and_(DayClose.day == day, DayClose.occurred_at <= at)
    reported = union(select(Patrol.grid_id).where(began), select(DayClose.grid_id).where(closed))
    return set(session.scalars(reported))
