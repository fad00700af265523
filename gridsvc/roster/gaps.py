"""Where nobody answers: vacant seats, grids with too few officers, enterprises without a person."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, literal, or_, select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.roster.queries import subject_item
from gridsvc.rules.queries import numbers_at
from gridsvc.session import Session

Item = dict[str, Any]


def gaps(
    session: Session, grid_ids: Collection[UUID], at: datetime, *, limit: int
) -> dict[str, Any]:
    """Return who is missing at a moment in some grids, or for enterprises named among them.

    Counts, and `limit` items of each list. A vacant seat says since when it has been, and
    until when if a successor is appointed.
    """
    least = numbers_at(session, at).least_officers
    lists = {
        "vacant_heads": _vacant(session, Grid, Role.GRID_HEAD, _grids(grid_ids), at),
        "too_few_officers": _too_few(session, grid_ids, at, least),
        "without_leader": _vacant(
            session, Enterprise, Role.RESPONSIBLE_LEADER, _enterprises(grid_ids), at
        ),
        "without_person": _vacant(
            session, Enterprise, Role.RESPONSIBLE_PERSON, _enterprises(grid_ids), at
        ),
    }
    return {
        **{name: items[:limit] for name, items in lists.items()},
        "counts": {name: len(items) for name, items in lists.items()},
        "least_officers": least,
    }


def _grids(grid_ids: Collection[UUID]) -> Select[Any]:
    return select(Grid.id).where(Grid.id.in_(grid_ids))


def _enterprises(grid_ids: Collection[UUID]) -> Select[Any]:
    there = or_(Enterprise.grid_id.in_(grid_ids), Enterprise.id.in_(grid_ids))
    return select(Enterprise.id).where(there, Enterprise.state == "active")


def _vacant(
    session: Session, model: type[Grid | Enterprise], role: Role, ids: Select[Any], at: datetime
) -> list[Item]:
    """Return the seats of a role that nobody holds: the first one, and any that ever was held."""
    here = session.jurisdiction_id
    ours = and_(Duty.jurisdiction_id == here, Duty.role == role)
    first = ids.add_columns(literal(1).label("seat")).where(model.jurisdiction_id == here)
    others = select(Duty.subject_id, Duty.seat).where(ours, Duty.subject_id.in_(ids))
    seats = first.union(others).subquery("seats")
    on_seat = and_(ours, Duty.subject_id == seats.c.id, Duty.seat == seats.c.seat)
    begins, ends = func.lower(Duty.period), func.upper(Duty.period)
    since = select(func.max(ends)).where(on_seat, ends <= at).scalar_subquery()
    until = select(func.min(begins)).where(on_seat, begins > at).scalar_subquery()
    held = exists().where(on_seat, Duty.period.op("@>")(at))
    vacant = (
        select(model, seats.c.seat, since, until)
        .join(seats, seats.c.id == model.id)
        .where(model.jurisdiction_id == here, ~held)
        .order_by(model.code, seats.c.seat)
    )
    return [
        {"subject": subject_item(row), "role": role, "seat": seat, "since": since, "until": until}
        for row, seat, since, until in session.execute(vacant)
    ]


def _too_few(session: Session, grid_ids: Collection[UUID], at: datetime, least: int) -> list[Item]:
    """Return the territorial level-3 grids with fewer officers than the rules ask for."""
    officer = and_(
        Duty.jurisdiction_id == Grid.jurisdiction_id,
        Duty.subject_id == Grid.id,
        Duty.role == Role.GRID_OFFICER,
        Duty.period.op("@>")(at),
    )
    number = func.count(Duty.id)
    few = (
        select(Grid, number)
        .outerjoin(Duty, officer)
        .where(Grid.id.in_(grid_ids), Grid.level == 3, Grid.kind == "territorial")
        .group_by(Grid.jurisdiction_id, Grid.id)
        .having(number < least)
        .order_by(Grid.code)
    )
    return [
        {"grid": grid, "officers": officers, "least": least}
        for grid, officers in session.execute(few)
    ]
