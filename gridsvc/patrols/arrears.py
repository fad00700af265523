"""All that grids owe: visits of objects, and rounds of their own that were not made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, and_, func, literal, or_, select, true

from gridsvc.accountability.queries import holders, leaves
from gridsvc.accountability.rules import Role
from gridsvc.grids.models import Grid
from gridsvc.ids import moment_of
from gridsvc.marks.queries import whose_turn
from gridsvc.patrols.due import DAY, Course, Due, Rulebook, Seen, Stretch
from gridsvc.patrols.models import Patrol
from gridsvc.patrols.owed import coverage_debt
from gridsvc.patrols.rounds import VILLAGE, starts
from gridsvc.patrols.watch import ONE_PERIOD, rulebook
from gridsvc.people.models import Person
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Duty, RoundRule, VisitRule
from gridsvc.session import Session
from gridsvc.weeks import LOCAL, local_day, midnight


class Answering(NamedTuple):
    """Who answered for a grid at a moment."""

    head: Person | None
    officers: tuple[Person, ...]


def all_owed(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[dict[str, Any]]:
    """Return the visits and the rounds that grids owed at a moment, the longest owed first.

    Raises NoRuleSet for a moment before the first rule set.
    """
    owed = coverage_debt(session, grid_ids, at) + rounds_owed(session, grid_ids, at)
    return sorted(owed, key=lambda debt: debt["owed_since"])


def rounds_owed(session: Session, grid_ids: Collection[UUID], at: datetime) -> list[dict[str, Any]]:
    """Return the rounds that grids owed at a moment, each with who owed it.

    As with visits: a round that was due and not made is owed from the day after until there is
    one. A day on which every officer of the grid was off and nobody stood in asks for none.
    """
    book, today = rulebook(session), local_day(at)
    wanted = select(Grid).where(Grid.id.in_(grid_ids), Grid.kind == "territorial")
    grids = session.scalars(wanted.order_by(Grid.code)).all()
    due = [
        (grid, duty, course, course.next_due(seen))
        for duty, course in _courses(book).items()
        for grid, seen in _seen(session, grids, duty, at, book)
    ]
    late = [(g, duty, course, one) for g, duty, course, one in due if one and one.day < today]
    late_ids = {grid.id for grid, _, _, _ in late}
    answering, turns = _answering(session, late_ids, at), whose_turn(session, late_ids, at)
    off = _days_off(session, answering, min((one.day for *_, one in late), default=today), today)
    found = [(g, duty, _lifted(course, one, off[g.id])) for g, duty, course, one in late]
    return [
        _debt(book, grid, one, today)
        | _who(answering[grid.id], turns.get((grid.id, duty[1])), night=duty[1])
        for grid, duty, one in found
        if one and one.day < today
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


def _days_off(
    session: Session, answering: Mapping[UUID, Answering], first: date, today: date
) -> dict[UUID, list[date]]:
    """Return the days on which all officers of each grid were off, and nobody stood in."""
    people = {one.id for who in answering.values() for one in who.officers}
    taken = leaves(session, first, today, people) if people and first < today else ()
    off: dict[UUID, set[date]] = defaultdict(set)
    for leave in taken:
        if leave.substitute_id is None:
            last, day = min(leave.last_day, today), max(leave.first_day, first)
            off[leave.person_id] |= {day + DAY * n for n in range((last - day).days + 1)}
    return {
        id: sorted(set.intersection(*(off[one.id] for one in who.officers))) if who.officers else []
        for id, who in answering.items()
    }


def _lifted(course: Course, due: Due | None, off: Sequence[date]) -> Due | None:
    """Return the round that is due next, when nobody was there on some days."""
    for day in off:
        if due and due.day <= day:
            due = course.next_due(Seen(day))
    return due


def _answering(session: Session, grid_ids: Collection[UUID], at: datetime) -> dict[UUID, Answering]:
    heads, officers = dict[UUID, Person](), defaultdict[UUID, list[Person]](list)
    for post in holders(session, grid_ids, at) if grid_ids else ():
        if (post.role, post.seat) == (Role.GRID_HEAD, 1):
            heads[post.subject_id] = post.person
        elif post.role == Role.GRID_OFFICER:
            officers[post.subject_id].append(post.person)
    return {id: Answering(heads.get(id), tuple(officers[id])) for id in grid_ids}


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


def _who(who: Answering, turn: Person | None, *, night: bool) -> dict[str, Any]:
    """Whose turn it was answers; by day else the officer of the grid, if there is but one."""
    only = who.officers[0] if len(who.officers) == 1 and not night else None
    return {"owner": who.head, "vacant": who.head is None, "officer": turn or only}
