"""All that grids owe: visits of objects, and rounds of their own that were not made."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, and_, func, literal, or_, select, true

from gridsvc.accountability.away import on_leave
from gridsvc.accountability.queries import holders
from gridsvc.accountability.rules import Role
from gridsvc.grids.models import Grid
from gridsvc.ids import moment_of
from gridsvc.marks.queries import whose_turn
from gridsvc.patrols.due import Course, Due, Rulebook, Seen, Stretch, period_of
from gridsvc.patrols.models import Patrol
from gridsvc.patrols.owed import coverage_debt
from gridsvc.patrols.rounds import VILLAGE, starts
from gridsvc.patrols.watch import ONE_PERIOD, rulebook
from gridsvc.people.models import Person
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Duty, RoundRule, VisitRule
from gridsvc.session import Session
from gridsvc.weeks import LOCAL, Span, local_day, midnight


def all_owed(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[dict[str, Any]]:
    """Return the visits and the rounds that grids owed at a moment, the longest owed first.

    Raises NoRuleSet for a moment before the first rule set.
    """
    owed = coverage_debt(session, grid_ids, at) + rounds_owed(session, grid_ids, at)
    return sorted(owed, key=lambda debt: debt["owed_since"])


def rounds_owed(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[dict[str, Any]]:
    """Return the rounds that grids owed at a moment, each with who owed it.

    As with visits: a round that was due and not made is owed from the day after until there is
    one. Where every officer of the grid was off and nobody stood in, on each day on which it
    could have been made, it is not asked for; what was missed before stays owed.
    """
    book, today = rulebook(session), local_day(at)
    wanted = select(Grid).where(Grid.id.in_(grid_ids), Grid.kind == "territorial")
    grids = session.scalars(wanted.order_by(Grid.code)).all()
    late = [
        (grid, course, seen)
        for duty, course in _courses(book).items()
        for grid, seen in _seen(session, grids, duty, at, book)
        if (due := course.next_due(seen)) and due.day < today
    ]
    late_ids = {grid.id for grid, *_ in late}
    off = _days_off(session, late_ids, min((seen.day for *_, seen in late), default=today), today)
    heads, turns = _heads(session, late_ids, at), whose_turn(session, late_ids, at)
    return [
        _debt(book, grid, due, today)
        | _who(heads.get(grid.id), turns.get((grid.id, due.rule.night)))
        for grid, course, seen in late
        if (due := _lifted(course, seen, off[grid.id])) and due.day < today
    ]


def _courses(book: Rulebook) -> dict[Duty, Course]:
    """Return by what course rounds are due, of each level, by day and at night."""
    rules = {(rule.level, rule.night) for judge in book.judges for rule in judge.numbers.rounds}
    return {duty: _course(book, duty) for duty in sorted(rules)}


def _course(book: Rulebook, duty: Duty) -> Course:
    stretches = [
        Stretch(
            judge.since,
            judge.id,
            _as_visits(one for one in judge.numbers.rounds if (one.level, one.night) == duty),
            judge.numbers.patrol_on_workdays_only,
        )
        for judge in book.judges
    ]
    return Course(stretches, book.calendar)


def _as_visits(rules: Iterable[RoundRule]) -> VisitRule | None:
    rule = next(iter(rules), None)
    if rule is None:
        return None
    return VisitRule(level=rule.level, night=rule.night, times=rule.times, per=rule.per)


def _seen(
    session: Session, grids: Sequence[Grid], duty: Duty, at: datetime, book: Rulebook
) -> Iterator[tuple[Grid, Seen]]:
    """Yield the grids of a level with when each had its last round before a moment."""
    level, night = duty[0], _at_night(book) if duty[1] else None
    begin = local_day(session.scalar(select(func.min(RuleSet.in_force_from))) or at)
    mine = [grid for grid in grids if grid.level == level]
    made = _made(session, mine, at, night) if level == VILLAGE else {
        grid.id: _made_above(session, grid, at, night) for grid in mine
    }  # fmt: skip
    for grid in mine:
        seen = Seen(max(begin, local_day(moment_of(grid.id))))
        for day in sorted({local_day(moment) for moment in made.get(grid.id, ())}):
            seen = seen.visited(day) if day >= seen.day else seen
        yield grid, seen


def _made(
    session: Session, grids: Sequence[Grid], at: datetime, night: ColumnElement[bool] | None
) -> dict[UUID, Sequence[datetime]]:
    """Return the last rounds of villages, and those shortly before them: a step along an index."""
    here = [Patrol.jurisdiction_id == Grid.jurisdiction_id, Patrol.grid_id == Grid.id]
    here += [Patrol.occurred_at < at, *([] if night is None else [night])]
    last = select(Patrol.occurred_at).where(*here).order_by(Patrol.occurred_at.desc()).limit(1)
    newest = last.correlate(Grid).lateral("newest")
    near = Patrol.occurred_at > newest.c.occurred_at - literal(ONE_PERIOD, Interval())
    around = select(func.array_agg(Patrol.occurred_at)).where(*here, near)
    rows = session.execute(
        select(Grid.id, around.correlate(Grid, newest).scalar_subquery())
        .join(newest, true())
        .where(Grid.id.in_([grid.id for grid in grids]))
    )
    return {id: moments for id, moments in rows}


def _made_above(
    session: Session, grid: Grid, at: datetime, night: ColumnElement[bool] | None
) -> Sequence[datetime]:
    """Likewise for a town or county, of which there are few."""
    last = starts(session, grid, at, night, limit=1)
    return starts(session, grid, at, night, since=last[0] - ONE_PERIOD) if last else ()


def _at_night(book: Rulebook) -> ColumnElement[bool]:
    """Say of a patrol, in SQL, whether it began at night by the rules of that time."""
    hour = func.date_part("hour", func.timezone(LOCAL.key, Patrol.occurred_at))
    ends = [midnight(judge.since) for judge in book.judges[1:]]
    conditions = []
    for n, judge in enumerate(book.judges):
        numbers = judge.numbers
        is_night = or_(hour >= numbers.night_from_hour, hour < numbers.night_until_hour)
        since = [Patrol.occurred_at >= ends[n - 1]] if n else []
        until = [Patrol.occurred_at < ends[n]] if n < len(ends) else []
        conditions.append(and_(is_night, *since, *until))
    return or_(*conditions)


def _lifted(course: Course, seen: Seen, off: Collection[date]) -> Due | None:
    """Return the round that is due next, those left out for which nobody was there."""
    due = course.next_due(seen)
    while due and _asks_nobody(due, off):
        seen = seen.visited(due.day)
        due = course.next_due(seen)
    return due


def _asks_nobody(due: Due, off: Collection[date]) -> bool:
    """Say whether nobody was there on any day on which a round could have been made."""
    first = period_of(due.day, due.rule.per)[0] if due.rule.is_by_period else due.day
    return all(day in off for day in Span(first, due.day).days)


def _days_off(
    session: Session, grid_ids: Collection[UUID], first: date, today: date
) -> dict[UUID, set[date]]:
    """Return the days of each grid on which nobody was there."""
    off: dict[UUID, set[date]] = {id: set() for id in grid_ids}
    week = period_of(first, "week")[0]
    half = period_of(first, "half_month")[0]
    for id, day in on_leave(session, grid_ids, Span(min(week, half), today)) if grid_ids else ():
        off[id].add(day)
    return off


def _heads(session: Session, grid_ids: Collection[UUID], at: datetime) -> dict[UUID, Person]:
    posts = holders(session, grid_ids, at) if grid_ids else ()
    return {
        post.subject_id: post.person
        for post in posts
        if (post.role, post.seat) == (Role.GRID_HEAD, 1)
    }


def _debt(book: Rulebook, grid: Grid, due: Due, today: date) -> dict[str, Any]:
    judge = book.named(due.rule_set_id)
    return {
        "what": "round",
        "enterprise": None,
        "grid": grid,
        "level": due.rule.level,
        "night": due.rule.night,
        "due_on": due.day,
        "owed_since": due.day,
        "owed_days": (today - due.day).days,
        "rule_set": {"id": judge.id, "name": judge.name},
    }


def _who(head: Person | None, turn: Person | None) -> dict[str, Any]:
    """The head of the grid owes it; an officer is named only where a roster names one."""
    return {"owner": head, "vacant": head is None, "officer": turn}
