"""When an enterprise is due, and since when a visit is owed. No session, no clock.

Days are local. An enterprise is due on the patrol day on which, or on the first one after,
as many days have gone by since its last visit as its class allows; one that was never
visited counts from the day it was registered. The day after that the visit is owed, and
stays so until it is made: nothing but a visit takes it off the list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from gridsvc.rules.rules import Numbers, is_patrol_day

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)  # the smallest step of time in PostgreSQL


@dataclass(frozen=True)
class Watched:
    """An enterprise, and the day of its last visit so far, else of its registration."""

    id: UUID
    supervision_class: str
    seen_on: date


@dataclass(frozen=True)
class Due:
    """A visit that is due, or owed since it was."""

    id: UUID  # of the enterprise
    due_on: date
    owed_days: int  # 0: due today


def due_on(seen_on: date, every_days: int, numbers: Numbers, calendar: Mapping[date, bool]) -> date:
    """Return the day of the next visit. `calendar` is as for is_patrol_day."""
    day = seen_on + timedelta(days=every_days)
    while not is_patrol_day(day, calendar, numbers):
        day += DAY
    return day


def due(
    watched: Iterable[Watched], day: date, numbers: Numbers, calendar: Mapping[date, bool]
) -> list[Due]:
    """Return the visits due on a day or owed since before, the longest owed first.

    `calendar` reaches from the first day that any of them was seen to `day`.
    """
    coming = {
        one.id: due_on(
            one.seen_on, numbers.visit_every_days[one.supervision_class], numbers, calendar
        )
        for one in watched
    }
    here = [Due(id, then, (day - then).days) for id, then in coming.items() if then <= day]
    return sorted(here, key=lambda one: (one.due_on, one.id))
