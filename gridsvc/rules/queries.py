"""What was in force when."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import joinedload

from gridsvc.rules.documents import current
from gridsvc.rules.models import CalendarDay, Checklist, RuleSet
from gridsvc.rules.rules import Numbers, in_force, is_workday, judges_from
from gridsvc.session import Session


def numbers_at(session: Session, at: datetime) -> Numbers:
    """Return the numbers in force at a moment. Raises NoRuleSet."""
    return Numbers.read(in_force(session.scalars(select(RuleSet)).all(), at).document)


def every_rule_set(session: Session) -> list[RuleSet]:
    """Return what every rule set says, and from when: copies, for who judges many records."""
    sql = "SELECT id, in_force_from, document FROM rule_set WHERE jurisdiction_id = %(here)s"
    return [
        RuleSet(id=id, in_force_from=since, document=document)
        for id, since, document in session.glance(sql)
    ]


def checklists_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Checklist]:
    """Return the items of some checklists: copies, for who judges many records."""
    sql = "SELECT id, items FROM checklist WHERE jurisdiction_id = %(here)s AND id = ANY(%(ids)s)"
    return {id: Checklist(id=id, items=items) for id, items in session.glance(sql, ids=list(ids))}


def rule_sets(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Return every rule set, the latest first; `in_force` marks the one that counts now."""
    named = select(RuleSet).options(joinedload(RuleSet.put_by))
    found = session.scalars(named.order_by(RuleSet.in_force_from.desc())).all()
    begun = [rule_set for rule_set in found if rule_set.in_force_from <= now]
    return [
        {
            "id": rule_set.id,
            "name": rule_set.name,
            "in_force_from": rule_set.in_force_from,
            "in_force": rule_set in begun[:1],
            "judges_from": judges_from(rule_set),
            "document": current(rule_set.document),
            "note": rule_set.note,
            "put_by": rule_set.put_by,
            "put_at": rule_set.put_at,
        }
        for rule_set in found
    ]


def checklists(session: Session) -> Sequence[Checklist]:
    """Return every version of every checklist."""
    by_version = select(Checklist).order_by(Checklist.object_kind, Checklist.version)
    return session.scalars(by_version.options(joinedload(Checklist.put_by))).all()


def calendar(session: Session, first: date, last: date) -> dict[date, bool]:
    """Return, for the exceptional days among `first` to `last`, whether they are worked."""
    days = select(CalendarDay.day, CalendarDay.is_workday)
    rows = session.execute(days.where(CalendarDay.day.between(first, last)))
    return {day: is_workday for day, is_workday in rows}


def work_calendar(session: Session, first: date, last: date) -> dict[str, Any]:
    """Return each of the days `first` to `last`, and a warning where a year has no data."""
    among = CalendarDay.day.between(first, last)
    exceptional = {row.day: row for row in session.scalars(select(CalendarDay).where(among))}
    unknown = sorted(set(range(first.year, last.year + 1)) - _years(session, first, last))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    told: dict[str, Any] = {"days": [_day(day, exceptional.get(day)) for day in days]}
    if unknown:
        told["years_without_data"] = unknown
        told["warning"] = "No holidays are entered for " + ", ".join(map(str, unknown)) + "."
    return told


def _years(session: Session, first: date, last: date) -> set[int]:
    """Return the years of `first` to `last` in which any day is marked."""
    begin, end = first.replace(month=1, day=1), last.replace(month=12, day=31)
    year = cast(func.extract("year", CalendarDay.day), Integer)
    return set(session.scalars(select(year).where(CalendarDay.day.between(begin, end)).distinct()))


def _day(day: date, marked: CalendarDay | None) -> dict[str, Any]:
    if marked is None:
        return {"day": day, "is_workday": is_workday(day, {})}
    return {"day": day, "is_workday": marked.is_workday, "name": marked.name}
