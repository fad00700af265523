"""Due visits and coverage debt: what due.py works out from few queries."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import holders
from gridsvc.accountability.rules import Role
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.ids import moment_of
from gridsvc.inspections.models import Inspection
from gridsvc.patrols.due import DAY, INSTANT, Due, Watched, due
from gridsvc.people.models import Person
from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.rules.queries import calendar, checklists
from gridsvc.rules.rules import (
    Numbers,
    checklist_for,
    in_force,
    is_patrol_day,
)
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight


def due_visits(session: Session, grid_ids: Collection[UUID], day: date) -> dict[str, Any]:
    """Return the visits due in grids on a day, the longest owed first, made ones included.

    The rules that count are those in force when the day ends.
    """
    end = midnight(day + DAY)
    rule_set = in_force(session.scalars(select(RuleSet)).all(), end - INSTANT)
    numbers = Numbers.read(rule_set.document)
    found = _due(session, grid_ids, day, numbers, seen_before=midnight(day))
    known, lists = _enterprises(session, found, end), checklists(session)
    items = [_item(one, *known[one.id], day, lists) for one in found]
    visited = sum(item["visited_today"] for item in items)
    return {
        "date": day,
        "is_patrol_day": is_patrol_day(day, calendar(session, day, day), numbers),
        "items": items,
        "visited": visited,
        "left": len(items) - visited,
        "rule_set": rule_set.name,
    }


def coverage_debt(
    session: Session, grid_ids: Collection[UUID], at: datetime
) -> list[dict[str, Any]]:
    """Return the visits that grids owed at a moment, each with who owed it.

    What is due on the day itself is not owed before that day is over.
    """
    rules = in_force(session.scalars(select(RuleSet)).all(), at)
    numbers = Numbers.read(rules.document)
    found = _due(session, grid_ids, local_day(at), numbers, seen_before=at + INSTANT)
    owed = [one for one in found if one.owed_days > 0]
    rows = _with_grids(session, [one.id for one in owed])
    subjects = {
        subject for enterprise, grid in rows.values() for subject in (enterprise.id, grid.id)
    }
    answers = _answers(holders(session, subjects, at))
    return [_debt(one, *rows[one.id], answers) for one in owed]


def _due(
    session: Session,
    grid_ids: Collection[UUID],
    day: date,
    numbers: Numbers,
    *,
    seen_before: datetime,
) -> list[Due]:
    active = select(Enterprise.id, Enterprise.supervision_class, last_visit(seen_before)).where(
        Enterprise.grid_id.in_(grid_ids), Enterprise.state == "active"
    )
    watched = [
        Watched(id, supervision_class, local_day(seen_at or moment_of(id)))
        for id, supervision_class, seen_at in session.execute(active)
    ]
    first = min((one.seen_on for one in watched), default=day)
    return due(watched, day, numbers, calendar(session, first, day))


def last_visit(before: datetime) -> ScalarSelect[Any]:
    """The moment of an enterprise's last visit. A correction is none."""
    visits = _last_entry(Inspection.occurred_at, before).where(Inspection.corrects_id.is_(None))
    return visits.correlate(Enterprise).scalar_subquery()


def _last_result(before: datetime) -> ScalarSelect[Any]:
    """What was said of an enterprise last, be it to correct what was said before."""
    return _last_entry(Inspection.result, before).correlate(Enterprise).scalar_subquery()


def _last_entry(what: Any, before: datetime) -> Select[Any]:
    """The last entry about an enterprise: one step back along an index, however long its history.

    (max() would do, too, but without fresh statistics it is planned to read them all.)
    """
    entries = select(what).where(
        Inspection.jurisdiction_id == Enterprise.jurisdiction_id,
        Inspection.enterprise_id == Enterprise.id,
        Inspection.occurred_at < before,
    )
    return entries.order_by(Inspection.occurred_at.desc()).limit(1)


def _enterprises(
    session: Session, found: Iterable[Due], before: datetime
) -> dict[UUID, tuple[Enterprise, datetime | None, str | None]]:
    wanted = Enterprise.id.in_([one.id for one in found])
    rows = session.execute(
        select(Enterprise, last_visit(before), _last_result(before)).where(wanted)
    )
    return {enterprise.id: (enterprise, at, result) for enterprise, at, result in rows}


def _item(
    one: Due,
    enterprise: Enterprise,
    seen_at: datetime | None,
    result: str | None,
    day: date,
    lists: Iterable[Checklist],
) -> dict[str, Any]:
    end = midnight(day + DAY) - INSTANT
    checklist = checklist_for(lists, enterprise.kind, end) or checklist_for(lists, "other", end)
    return {
        "enterprise": enterprise,
        "due_on": one.due_on,
        "owed_days": one.owed_days,
        "last_visit_at": seen_at,
        "last_result": result,
        "visited_today": seen_at is not None and local_day(seen_at) == day,
        "checklist_id": checklist.id if checklist else None,
    }


def _with_grids(
    session: Session, enterprise_ids: Collection[UUID]
) -> dict[UUID, tuple[Enterprise, Grid]]:
    rows = session.execute(
        select(Enterprise, Grid)
        .join(
            Grid,
            (Grid.jurisdiction_id == Enterprise.jurisdiction_id) & (Grid.id == Enterprise.grid_id),
        )
        .where(Enterprise.id.in_(enterprise_ids))
    )
    return {enterprise.id: (enterprise, grid) for enterprise, grid in rows}


def _answers(duties: Iterable[Duty]) -> dict[tuple[UUID, str], Person]:
    return {(duty.subject_id, duty.role): duty.person for duty in duties if duty.seat == 1}


def _debt(
    one: Due, enterprise: Enterprise, grid: Grid, answers: dict[tuple[UUID, str], Person]
) -> dict[str, Any]:
    responsible = answers.get((enterprise.id, Role.RESPONSIBLE_PERSON))
    return {
        "enterprise": enterprise,
        "grid": grid,
        "owed_since": one.due_on,
        "owed_days": one.owed_days,
        "owner": responsible or answers.get((grid.id, Role.GRID_HEAD)),
        "vacant": responsible is None,
    }
