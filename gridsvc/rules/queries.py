"""What was in force when."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from gridsvc.rules.models import CalendarDay, Checklist, RuleSet
from gridsvc.rules.rules import Numbers, in_force
from gridsvc.session import Session


def numbers_at(session: Session, at: datetime) -> Numbers:
    """Return the numbers in force at a moment. Raises NoRuleSet."""
    return Numbers.read(in_force(session.scalars(select(RuleSet)).all(), at).document)


def checklists(session: Session) -> Sequence[Checklist]:
    """Return every version of every checklist."""
    by_version = select(Checklist).order_by(Checklist.object_kind, Checklist.version)
    return session.scalars(by_version).all()


def calendar(session: Session, first: date, last: date) -> dict[date, bool]:
    """Return, for the exceptional days among `first` to `last`, whether they are worked."""
    days = select(CalendarDay.day, CalendarDay.is_workday)
    rows = session.execute(days.where(CalendarDay.day.between(first, last)))
    return {day: is_workday for day, is_workday in rows}
