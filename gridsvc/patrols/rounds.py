"""How often a grid was to be patrolled, by day and at night, and how often it was."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from gridsvc.accountability.models import Duty
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import within
from gridsvc.patrols.due import DAY, Days, period_of
from gridsvc.patrols.models import Patrol
from gridsvc.patrols.watch import rulebook
from gridsvc.rules.rules import Numbers, RoundRule
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight

VILLAGE = 3


def rounds_due(session: Session, grid: Grid, day: date) -> list[dict[str, Any]]:
    """Return the rounds that the rules of a day ask of a grid, with the days they were made on.

    In a village every patrol is one. Those of a town or county are made by who holds a post
    there, wherever in it. A day off asks for no daily round.
    """
    book = rulebook(session)
    numbers = book.judging(day).numbers
    asked = [rule for rule in numbers.rounds if rule.level == grid.level]
    return [
        _round(session, grid, rule, _period(rule, day), numbers)
        for rule in asked
        if rule.per != "day" or book.is_patrol_day(day)
    ]


def _period(rule: RoundRule, day: date) -> Days:
    return (day, day) if rule.per == "day" else period_of(day, rule.per)


def _round(
    session: Session, grid: Grid, rule: RoundRule, days: Days, numbers: Numbers
) -> dict[str, Any]:
    first, last = days
    made = {
        local_day(at)
        for at in starts(session, grid, midnight(last + DAY), since=midnight(first))
        if numbers.is_night(at) or not rule.night
    }
    return {
        "night": rule.night,
        "times": rule.times,
        "per": rule.per,
        "first_day": first,
        "last_day": last,
        "made": len(made),
    }


def starts(
    session: Session,
    grid: Grid,
    until: datetime,
    night: ColumnElement[bool] | None = None,
    *,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[datetime]:
    """Return when rounds of a grid began before a moment, the latest first; all or at `night`.

    In a village every patrol is one, in a town or county those of who holds a post there.
    """
    below = {grid.id} if grid.level == VILLAGE else within(session, grid.id)
    began = select(Patrol.occurred_at).where(Patrol.grid_id.in_(below), Patrol.occurred_at < until)
    began = began if since is None else began.where(Patrol.occurred_at >= since)
    began = began if night is None else began.where(night)
    if grid.level < VILLAGE:
        held = and_(
            Duty.jurisdiction_id == Patrol.jurisdiction_id,
            Duty.person_id == Patrol.sender_id,
            Duty.subject_id == grid.id,
            Duty.period.op("@>")(Patrol.occurred_at),
        )
        began = began.join(Duty, held)
    return list(session.scalars(began.order_by(Patrol.occurred_at.desc()).limit(limit)))
