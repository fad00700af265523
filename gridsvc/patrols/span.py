"""The visits that a span of days asked for, and which of them were made."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from uuid import UUID

from sqlalchemy import select

from gridsvc.grids.models import Grid
from gridsvc.patrols.due import DAY, Rulebook, Seen, Watched, pace
from gridsvc.patrols.watch import Watch, days_between, made_for, seen_before, visits_between, watch
from gridsvc.rules.rules import Duty
from gridsvc.session import Session
from gridsvc.weeks import Span, local_day

Made = tuple[date, UUID]  # the local day, and the inspection

TOWN = 2


@dataclass(frozen=True)
class VisitDue:
    """A visit that was due, and the inspection that made it, early, in time or late."""

    enterprise_id: UUID
    name: str
    grid_id: UUID  # whose duty it was
    due_on: date
    made_by: UUID | None


@dataclass(frozen=True)
class Watching:
    """What matters of an object for one duty in a span."""

    one: Watched
    seen_on: date
    made: Sequence[Made]
    next_due: Callable[[date], date]


def visits_due(
    session: Session, grid_ids: Collection[UUID], span: Span, as_of: datetime
) -> list[VisitDue]:
    """Return the visits that were due in a span, or owed since before it, by enterprise.

    Of the duties of villages, and of the towns among `grid_ids`. Each day is judged by the
    rules in force as it begins. A visit of today that has not been made is not missing yet.
    """
    watched = watch(session, grid_ids, since=span.first)
    towns, found = _towns(session, grid_ids), list[VisitDue]()
    for (level, _), each in watchings(session, watched, span):
        if level < TOWN:
            continue
        for day, made_by in dues(
            each.seen_on, each.made, each.next_due, last=span.last, today=local_day(as_of)
        ):
            lay = watched.grid_on(each.one, max(day, span.first))
            grid_id = lay if level > TOWN else towns.get(lay)
            if grid_id and lay in watched.grid_ids:
                name = watched.places[each.one.id].name
                found.append(VisitDue(each.one.id, name, grid_id, day, made_by))
    order = {one.id: n for n, one in enumerate(watched.objects)}
    return sorted(found, key=lambda due: (order[due.enterprise_id], due.due_on))


def standing(session: Session, watched: Watch, span: Span) -> dict[date, tuple[int, int]]:
    """Return by day of a span how many visits were due on it, and how many owed since before.

    As each morning showed it: a visit of the day itself is still to be made.
    """
    due, owed = Counter[date](), Counter[date]()
    for duty in watched.duties:
        seen = seen_before(session, watched, duty, span.begins_at)
        made = days_between(session, watched, duty, span.begins_at, span.ends_at)
        for one in watched.asked(duty):
            days = made.get(one.id, ())
            for since, until in owing(watched.book, duty, one, seen[one.id][0], days, span.last):
                due[since] += 1
                owed[max(since + DAY, span.first)] += 1
                owed[until + DAY] -= 1
    running = list(accumulate(owed[day] for day in span.days))
    return {day: (due[day], running[n]) for n, day in enumerate(span.days)}


def owing(
    book: Rulebook, duty: Duty, one: Watched, seen: Seen, visited: Iterable[date], last: date
) -> Iterator[tuple[date, date]]:
    """Yield the stretches, both days included, on whose mornings a visit was asked for."""
    lifts = [(first, Seen(until)) for first, until in one.exempt if first <= last]
    events = sorted([*((day, None) for day in visited), *lifts], key=lambda event: event[0])
    for day, lifted in events:
        due = book.due_after(duty, one, seen)
        end = day - DAY if lifted else day
        if due and due.day <= end:
            yield due.day, end
        seen = seen.visited(day) if lifted is None else max(seen, lifted)
    due = book.due_after(duty, one, seen)
    if due and due.day <= last:
        yield due.day, last


def watchings(session: Session, watched: Watch, span: Span) -> Iterator[tuple[Duty, Watching]]:
    """Yield the objects of every duty with how they were visited before and in a span."""
    made = visits_between(session, watched, span.begins_at, span.ends_at)
    for duty in watched.duties:
        seen = seen_before(session, watched, duty, span.begins_at)
        for one in watched.asked(duty):
            before = _lifted(one, seen[one.id][0], span.first)
            visits = [(visit.day, visit.id) for visit in made_for(duty, made.get(one.id, ()))]
            next_due = pace(watched.book, duty, one, before, [day for day, _ in visits])
            yield duty, Watching(one, before.day, visits, next_due)


def _lifted(one: Watched, seen: Seen, first: date) -> Seen:
    """Return when an object was seen before a day, its days of exemption counted."""
    for since, until in one.exempt:
        if since < first and (last := min(until, first - DAY)) > seen.day:
            seen = Seen(last)
    return seen


def _towns(session: Session, grid_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the town of each grid among `grid_ids`; a town is its own."""
    wanted = select(Grid.id, Grid.level, Grid.parent_id).where(Grid.id.in_(grid_ids))
    return {
        id: id if level == TOWN else parent_id
        for id, level, parent_id in session.execute(wanted)
        if level >= TOWN and parent_id
    }


def dues(
    seen_on: date,
    made: Sequence[Made],
    next_due: Callable[[date], date],
    *,
    last: date,
    today: date,
) -> Iterator[tuple[date, UUID | None]]:
    """Yield the due days up to `last`, each with the visit of the span that made it, or None.

    `seen_on` is the day of the last visit before the span, `made` those in it, in order.
    """
    for day, inspection_id in made:
        due_day = next_due(seen_on)
        if due_day <= last and day > seen_on:
            yield due_day, inspection_id
        seen_on = max(seen_on, day)
    due_day = next_due(seen_on)
    if due_day <= last and due_day < today:
        yield due_day, None
