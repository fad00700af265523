"""When visits are due, and since when they are owed. No session, no clock.

Days are local. Each day is judged by the rule set that is in force as it begins. A visit is
due on the first patrol day after the object was last seen on which the rules of that very day
ask for it, and it is owed from the day after until it is made: nothing but a visit, or an
exemption, takes it off the list. What was never visited counts from its registration; a day
of exemption counts as if the object had been seen.

* `every_days`: the day is at least that many days after the last visit.
* `times` per week or half-month: the patrol days of the period are cut into that many parts,
  and on the last day of each part one more visit is due. A period without patrol days asks
  for nothing, a shorter one for no more visits than it has patrol days. What is registered,
  or exempt, during a period is asked for from the next one on.
* A rule asks for nothing before the day on which it came to count for the object.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Duty, Numbers, VisitRule, is_workday, judges_from

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)  # the smallest step of time in PostgreSQL

Days = tuple[date, date]  # the first and the last, both included


class Seen(NamedTuple):
    """When an object was seen last, and on how many days of that week and half-month so far.

    Both are 0 if that was no visit, but its registration or the last day of an exemption.
    """

    day: date
    in_week: int = 0
    in_half: int = 0

    def visited(self, day: date) -> "Seen":
        """Return what is known after another visit, on the same day or later."""
        return _visited(self, day)

    def of(self, per: str) -> int:
        return self.in_week if per == "week" else self.in_half


@lru_cache(maxsize=1 << 16)
def _visited(seen: Seen, day: date) -> Seen:
    if day <= seen.day and seen.in_week:
        return seen
    weekly = seen.in_week if period_of(seen.day, "week") == period_of(day, "week") else 0
    same_half = period_of(seen.day, "half_month") == period_of(day, "half_month")
    return Seen(max(day, seen.day), weekly + 1, (seen.in_half if same_half else 0) + 1)


class Due(NamedTuple):
    """A visit that is to be made on a day, and by which rule."""

    day: date
    rule_set_id: UUID
    rule: VisitRule


class Was(NamedTuple):
    """What an object was for the rules, up to the day before `until`."""

    until: date
    supervision_class: str
    kind: str


class Lay(NamedTuple):
    """In which grid an object lay, up to the day before `until`."""

    until: date
    grid_id: UUID


@dataclass(frozen=True)
class Watched:
    """An object, and what matters of it for the rules.

    `was` and `lay` tell of days gone by, in order; days on which it was not at work are `exempt`.
    """

    id: UUID
    supervision_class: str
    kind: str
    registered_on: date
    attention: tuple[Days, ...] = ()
    exempt: tuple[Days, ...] = ()
    idle: tuple[Days, ...] = ()  # not at work: some of `exempt`
    was: tuple[Was, ...] = ()
    lay: tuple[Lay, ...] = ()

    def on(self, day: date) -> tuple[str, str]:
        """Return the class and the kind by which a day is judged."""
        for until, supervision_class, kind in self.was:
            if day < until:
                return supervision_class, kind
        return self.supervision_class, self.kind

    def is_at_work(self, day: date) -> bool:
        return not any(first <= day <= last for first, last in self.idle)


@dataclass(frozen=True)
class Stretch:
    """Days, up to the next stretch, on which one rule counts, or none."""

    since: date
    rule_set_id: UUID
    rule: VisitRule | None
    workdays_only: bool


@dataclass(frozen=True)
class Judge:
    """A rule set, and the first day that it judges."""

    since: date
    id: UUID
    name: str
    numbers: Numbers


@lru_cache(maxsize=1 << 12)
def period_of(day: date, per: str) -> Days:
    """Return the first and the last day of the week or half-month of a day."""
    if per == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    if day.day <= 15:
        return day.replace(day=1), day.replace(day=15)
    next_month = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(day=16), next_month - DAY


class WorkCalendar:
    """Which days are days of patrol, and when the visits of a period are due."""

    def __init__(self, calendar: Mapping[date, bool]) -> None:
        self._marked = calendar
        self._slots: dict[tuple[date, str, int, bool], tuple[date, ...]] = {}

    def is_patrol_day(self, day: date, *, workdays_only: bool) -> bool:
        return not workdays_only or is_workday(day, self._marked)

    def first_patrol_day(self, day: date, *, workdays_only: bool) -> date:
        """Return a day if it is one of patrol, else the first one after it."""
        while not self.is_patrol_day(day, workdays_only=workdays_only):
            day += DAY
        return day

    def slots(self, day: date, rule: VisitRule, *, workdays_only: bool) -> tuple[date, ...]:
        """Return the days on which the visits of the period around a day are due."""
        first, last = period_of(day, rule.per)
        key = (first, rule.per, rule.times, workdays_only)
        if key not in self._slots:
            self._slots[key] = self._cut(first, last, rule.times, workdays_only)
        return self._slots[key]

    def _cut(self, first: date, last: date, times: int, workdays_only: bool) -> tuple[date, ...]:
        period = [first + DAY * n for n in range((last - first).days + 1)]
        days = [day for day in period if self.is_patrol_day(day, workdays_only=workdays_only)]
        parts = min(times, len(days))
        return tuple(days[-(-part * len(days) // parts) - 1] for part in range(1, parts + 1))


class Course:
    """When the next visit is due of objects for which the same rules count on the same days."""

    def __init__(self, stretches: Sequence[Stretch], calendar: WorkCalendar) -> None:
        self.stretches, self._calendar = stretches, calendar
        self._known: dict[Seen, Due | None] = {}

    @cached_property
    def asks(self) -> bool:
        return any(stretch.rule for stretch in self.stretches)

    @cached_property
    def counts(self) -> bool:
        """Say whether it matters how many visits there were in a period."""
        return any(s.rule and not s.rule.every_days and s.rule.times > 1 for s in self.stretches)

    def next_due(self, seen: Seen) -> Due | None:
        """Return the visit due next after an object was seen; None if none ever is."""
        if seen not in self._known:
            self._known[seen] = self._find(seen)
        return self._known[seen]

    def _find(self, seen: Seen) -> Due | None:
        ends = [stretch.since for stretch in self.stretches[1:]] + [date.max]
        for stretch, end in zip(self.stretches, ends, strict=True):
            begin = max(stretch.since, seen.day + DAY)
            if stretch.rule is None or begin >= end:
                continue
            day = self._first(stretch, stretch.rule, begin, seen)
            if day < end:
                return Due(day, stretch.rule_set_id, stretch.rule)
        return None

    def _first(self, stretch: Stretch, rule: VisitRule, begin: date, seen: Seen) -> date:
        """Return the first day from `begin` on which a rule asks for a visit."""
        every_days = 1 if rule.per == "day" and rule.every_days is None else rule.every_days
        if every_days:
            earliest = max(begin, seen.day + timedelta(days=every_days))
            return self._calendar.first_patrol_day(earliest, workdays_only=stretch.workdays_only)
        day = begin
        while True:
            slots = self._calendar.slots(day, rule, workdays_only=stretch.workdays_only)
            first, last = period_of(day, rule.per)
            if first <= seen.day:
                slots = slots[seen.of(rule.per) :] if seen.of(rule.per) else ()
            if coming := [slot for slot in slots if slot >= begin]:
                return coming[0]
            day = last + DAY


class Rulebook:
    """All the rule sets there were and will be, with the days they judge, and the calendar."""

    def __init__(self, rule_sets: Iterable[RuleSet], calendar: Mapping[date, bool]) -> None:
        in_order = sorted(rule_sets, key=lambda rule_set: rule_set.in_force_from)
        by_day = {judges_from(one): one for one in in_order}  # the last of a day counts
        self.judges = [
            Judge(date.min if n == 0 else since, one.id, one.name, Numbers.read(one.document))
            for n, (since, one) in enumerate(by_day.items())
        ]
        self.calendar = WorkCalendar(calendar)
        self._courses: dict[tuple[Any, ...], Course] = {}

    @cached_property
    def duties(self) -> set[Duty]:
        """Everybody's duties under any of the rule sets."""
        return {duty for judge in self.judges for duty in judge.numbers.duties}

    def judging(self, day: date) -> Judge:
        """Return the rule set by which a day is judged."""
        return self.judges[bisect_right(self.judges, day, key=lambda judge: judge.since) - 1]

    def named(self, rule_set_id: UUID) -> Judge:
        return next(judge for judge in self.judges if judge.id == rule_set_id)

    def is_patrol_day(self, day: date) -> bool:
        only = self.judging(day).numbers.patrol_on_workdays_only
        return self.calendar.is_patrol_day(day, workdays_only=only)

    def course(self, duty: Duty, one: Watched) -> Course:
        key = (duty, one.supervision_class, one.kind, one.attention, one.was)
        if key not in self._courses:
            self._courses[key] = Course(self._stretches(duty, one), self.calendar)
        return self._courses[key]

    def due_after(self, duty: Duty, one: Watched, seen: Seen) -> Due | None:
        """Return the visit due next after an object was seen, whatever it is exempt from."""
        course = self.course(duty, one)
        due = course.next_due(seen)
        for first, last in one.exempt:
            if due and first <= due.day and last > seen.day:
                seen = Seen(last)
                due = course.next_due(seen)
        return due

    def due_by(self, duty: Duty, one: Watched, seen: Seen, day: date) -> Due | None:
        """Return the visit that is due on a day, or owed since before it, if there is one."""
        for first, last in one.exempt:
            if first <= day and min(last, day) > seen.day:
                seen = Seen(min(last, day))
        due = self.course(duty, one).next_due(seen)
        return due if due and due.day <= day else None

    def _stretches(self, duty: Duty, one: Watched) -> list[Stretch]:
        bounds = {judge.since for judge in self.judges}
        bounds |= {was.until for was in one.was}
        bounds |= {day for first, last in one.attention for day in (first, last + DAY)}
        stretches: list[Stretch] = []
        for since in sorted(bounds):
            judge = self.judging(since)
            is_marked = any(first <= since <= last for first, last in one.attention)
            numbers = judge.numbers
            rule = numbers.rule_for(duty, *one.on(since), is_marked=is_marked)
            stretches.append(Stretch(since, judge.id, rule, numbers.patrol_on_workdays_only))
        return stretches


def pace(
    book: Rulebook, duty: Duty, one: Watched, before: Seen, visited: Iterable[date]
) -> Callable[[date], date]:
    """Return a function from a day an object was seen to the day of its next due visit.

    `before` is what was known before the days `visited`, in order. date.max: never.
    """
    seen = {before.day: before}
    for day in visited:
        before = seen[day] = before.visited(day)

    def next_due(seen_on: date) -> date:
        due = book.due_after(duty, one, seen.get(seen_on, Seen(seen_on)))
        return due.day if due else date.max

    return next_due
