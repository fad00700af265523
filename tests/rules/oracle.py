"""When visits are due, worked out the slow way: day by day, by the words of docs/rules.md.

Shares nothing with the product but the documents of the rule sets. It goes
from day to day and asks of each the plain questions: was the object visited, or exempt; is it
a day of patrol; which rule counts for the object today; does that rule ask for a visit by now?
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Thing:
    """An object, and what happened to it. A visit: (day, level of the visitor, at night)."""

    name: str
    supervision_class: str
    kind: str
    registered_on: date
    visits: Sequence[tuple[date, int, bool]] = ()
    attention: Sequence[tuple[date, date]] = ()
    exempt: Sequence[tuple[date, date]] = ()


@dataclass(frozen=True)
class World:
    """The documents of rule sets with the day each begins to judge, in order; and the calendar."""

    rule_sets: Sequence[tuple[date, str, Document]]
    marked: Mapping[date, bool] = field(default_factory=dict)

    def judging(self, day: date) -> tuple[date, str, Document]:
        begun = [one for one in self.rule_sets if one[0] <= day]
        return begun[-1] if begun else self.rule_sets[0]

    def is_patrol_day(self, day: date, document: Document) -> bool:
        if not document["patrol_on_workdays_only"]:
            return True
        return self.marked.get(day, day.weekday() < 5)

    def duties(self) -> list[tuple[int, bool]]:
        every = {
            (rule["level"], rule.get("night", False))
            for _, _, document in self.rule_sets
            for rule in document["visits"]
        }
        return sorted(every, key=lambda duty: (-duty[0], duty[1]))

    def rule(self, thing: Thing, duty: tuple[int, bool], day: date) -> dict[str, Any] | None:
        """The first of the day's rules for a duty that is about the thing."""
        is_marked = any(first <= day <= last for first, last in thing.attention)
        for rule in self.judging(day)[2]["visits"]:
            if (
                (rule["level"], rule.get("night", False)) == duty
                and (not rule.get("attention") or is_marked)
                and thing.supervision_class in rule.get("classes", [thing.supervision_class])
                and thing.kind in rule.get("kinds", [thing.kind])
            ):
                return rule
        return None

    def owed_since(self, thing: Thing, duty: tuple[int, bool], until: date) -> dict[date, date]:
        """By day, since when a visit is due as it stood that morning; days without are left out."""
        day, due = thing.registered_on, None
        found: dict[date, date] = {}
        while day <= until:
            if any(first <= day <= last for first, last in thing.exempt):
                due = None
            elif due is None and day > thing.registered_on and self._asks(thing, duty, day):
                due = day
            if due:
                found[day] = due
            if self._is_visited(thing, duty, day):
                due = None
            day += DAY
        return found

    def _is_visited(self, thing: Thing, duty: tuple[int, bool], day: date) -> bool:
        level, night = duty
        return any(
            on == day and by <= level and (at_night or not night)
            for on, by, at_night in thing.visits
        )

    def _asks(self, thing: Thing, duty: tuple[int, bool], day: date) -> bool:
        """Whether the rule of a day asks for a visit on that day, or did before, unanswered."""
        rule, document = self.rule(thing, duty, day), self.judging(day)[2]
        if rule is None or not self.is_patrol_day(day, document):
            return False
        seen, was_visit = self._seen(thing, duty, day)
        if "every_days" in rule or rule["per"] == "day":
            return (day - seen).days >= rule.get("every_days", 1)
        since = self._since(thing, duty, day)
        return any(
            slot <= day and slot >= since and slot > seen
            for slot in self._slots_left(thing, duty, seen, was_visit, day, rule, document)
        )

    def _seen(self, thing: Thing, duty: tuple[int, bool], today: date) -> tuple[date, bool]:
        """The last day before `today` on which it was visited, exempt or registered."""
        day = today - DAY
        while day > thing.registered_on:
            if self._is_visited(thing, duty, day):
                return day, True
            if any(first <= day <= last for first, last in thing.exempt):
                return day, False
            day -= DAY
        return thing.registered_on, self._is_visited(thing, duty, thing.registered_on)

    def _since(self, thing: Thing, duty: tuple[int, bool], today: date) -> date:
        """The first of the days up to `today` on which the same rule counts without a break."""
        rule, day = self.rule(thing, duty, today), today
        while day > thing.registered_on and (
            self.rule(thing, duty, day - DAY) is rule
            and self.judging(day - DAY)[0] == self.judging(today)[0]
        ):
            day -= DAY
        return day

    def _slots_left(
        self,
        thing: Thing,
        duty: tuple[int, bool],
        seen: date,
        was_visit: bool,
        today: date,
        rule: dict[str, Any],
        document: Document,
    ) -> Iterator[date]:
        """Yield the days on which visits are due in the periods from `seen` to `today`."""
        period = period_around(seen, rule["per"])
        while period[0] <= today:
            slots = self._slots(period, rule, document)
            if seen in period:
                made = {
                    day
                    for day in period
                    if day <= seen and self._is_visited(thing, duty, day)
                    and not any(first <= later <= last for first, last in thing.exempt
                                for later in period if day < later <= seen)
                }  # fmt: skip
                slots = slots[len(made) :] if was_visit else []
            yield from slots
            period = period_around(period[-1] + DAY, rule["per"])

    def _slots(
        self, period: Sequence[date], rule: dict[str, Any], document: Document
    ) -> list[date]:
        """The last day of each of as many equal parts of the patrol days as visits are asked."""
        days = [day for day in period if self.is_patrol_day(day, document)]
        parts = min(rule["times"], len(days))
        found = []
        for part in range(1, parts + 1):
            enough = [n for n in range(1, len(days) + 1) if n * parts >= part * len(days)]
            found.append(days[enough[0] - 1])
        return found


def period_around(day: date, per: str) -> list[date]:
    """All days of the week, or of the half of the month, in which a day lies."""
    near = [day + DAY * n for n in range(-16, 17)]
    if per == "week":
        return [one for one in near if one.isocalendar()[:2] == day.isocalendar()[:2]]
    return [
        one
        for one in near
        if (one.year, one.month, one.day > 15) == (day.year, day.month, day.day > 15)
    ]
