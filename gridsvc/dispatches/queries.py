"""Reading monthly dispatches, their orders, and what a month of a town is worked out from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from gridsvc.dispatches.models import DispatchOrder, MonthlyDispatch
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import below
from gridsvc.session import Session
from gridsvc.summaries.facts import facts_of, span_facts
from gridsvc.summaries.models import WeeklySummary
from gridsvc.summaries.rules import SpanFacts
from gridsvc.weeks import Span, month_span, week_of, week_span

DAY = timedelta(days=1)
SIGNED = ("signed", "accepted")


@dataclass(frozen=True, kw_only=True)
class TownMonth:
    """A town, the facts of its month, and how many of its weeks were signed."""

    grid: Grid
    facts: SpanFacts
    weeks_signed: int
    weeks_due: int


def month_facts(session: Session, town_id: UUID, month: str, as_of: datetime) -> SpanFacts:
    """Return what the month of a town is worked out from, as the records stand now."""
    span = month_span(month)
    return span_facts(session, town_id, span, min(as_of, span.ends_at + DAY))


def town_months(session: Session, county_id: UUID, month: str, as_of: datetime) -> list[TownMonth]:
    """Return the month of every town of a county, in order of code."""
    span, towns = month_span(month), below(session, county_id)
    weeks = weeks_ended(span, as_of)
    signed = _signed(session, weeks)
    facts = facts_of(session, [town.id for town in towns], span, min(as_of, span.ends_at + DAY))
    return [
        TownMonth(
            grid=town,
            facts=facts[town.id],
            weeks_signed=signed.get(town.id, 0),
            weeks_due=len(weeks),
        )
        for town in towns
    ]


def weeks_ended(span: Span, as_of: datetime) -> list[str]:
    """Return the weeks whose Sunday lies in a span, as far as they are over."""
    sundays = [day for day in span.days if day.isoweekday() == 7]
    return [week_of(day) for day in sundays if week_span(week_of(day)).ends_at <= as_of]


def _signed(session: Session, weeks: Sequence[str]) -> dict[UUID, int]:
    by_town = (
        select(WeeklySummary.grid_id, func.count())
        .where(WeeklySummary.week.in_(weeks), WeeklySummary.state.in_(SIGNED))
        .group_by(WeeklySummary.grid_id)
    )
    return {grid_id: count for grid_id, count in session.execute(by_town)}


def dispatch_of(session: Session, county_id: UUID, month: str) -> MonthlyDispatch | None:
    """Return the dispatch of a month, if it was made."""
    made = select(MonthlyDispatch).where(
        MonthlyDispatch.grid_id == county_id, MonthlyDispatch.month == month
    )
    return session.scalars(made).one_or_none()


def listed(session: Session, month: str | None = None) -> Sequence[MonthlyDispatch]:
    """Return the dispatches, the latest month first."""
    found = select(MonthlyDispatch).order_by(MonthlyDispatch.month.desc())
    return session.scalars(found.where(MonthlyDispatch.month == month) if month else found).all()


def orders(
    session: Session,
    *,
    dispatch_id: UUID | None = None,
    addressee_ids: Collection[UUID] | None = None,
    is_open: bool | None = None,
) -> Sequence[DispatchOrder]:
    """Return orders, in the order in which they were given."""
    found = select(DispatchOrder)
    if dispatch_id:
        found = found.where(DispatchOrder.dispatch_id == dispatch_id)
    if addressee_ids is not None:
        found = found.where(DispatchOrder.addressee_id.in_(addressee_ids))
    if is_open is not None:
        unanswered = DispatchOrder.replied_at.is_(None)
        found = found.where(unanswered if is_open else ~unanswered)
    return session.scalars(found.order_by(DispatchOrder.issued_at, DispatchOrder.id)).all()
