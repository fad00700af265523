"""Days on which nobody was there to make a round."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.rules import Role
from gridsvc.session import Session
from gridsvc.weeks import Span


def on_leave(
    session: Session, grid_ids: Collection[UUID], span: Span
) -> frozenset[tuple[UUID, date]]:
    """Return the grids and days on which every officer was off and nobody stood in."""
    officers = _officers(session, grid_ids, span)
    off = _days_off(session, {duty.person_id for duty in officers}, span)
    by_grid: dict[UUID, list[Duty]] = defaultdict(list)
    for duty in officers:
        by_grid[duty.subject_id].append(duty)
    return frozenset(
        (grid_id, day)
        for grid_id, duties in by_grid.items()
        for day in {day for duty in duties for day in off.get(duty.person_id, ())}
        if _all_off(day, duties, off)
    )


def _officers(session: Session, grid_ids: Collection[UUID], span: Span) -> Sequence[Duty]:
    period = func.tstzrange(span.begins_at, span.ends_at)
    held = select(Duty).where(
        Duty.subject_id.in_(grid_ids), Duty.role == Role.GRID_OFFICER, Duty.period.op("&&")(period)
    )
    return session.scalars(held).all()


def _days_off(session: Session, person_ids: Collection[UUID], span: Span) -> dict[UUID, set[date]]:
    """Return the days of a span on which people were off, and nobody stood in for them."""
    taken = select(Leave).where(
        Leave.person_id.in_(person_ids),
        Leave.substitute_id.is_(None),
        Leave.cancelled_at.is_(None),
        Leave.first_day <= span.last,
        Leave.last_day >= span.first,
    )
    off: dict[UUID, set[date]] = defaultdict(set)
    for leave in session.scalars(taken):
        off[leave.person_id] |= {d for d in span.days if leave.first_day <= d <= leave.last_day}
    return off


def _all_off(day: date, duties: Sequence[Duty], off: Mapping[UUID, set[date]]) -> bool:
    noon = Span(day, day).begins_at + timedelta(hours=12)
    there = {duty.person_id for duty in duties if noon in duty.period}
    return bool(there) and all(day in off.get(person_id, ()) for person_id in there)
