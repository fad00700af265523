"""ISO weeks and calendar months as people in Shanghai think them: "2026-W47", "2026-11"."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Span:
    """A row of whole local days, the last included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def begins_at(self) -> datetime:
        """The first instant, UTC."""
        return midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first instant that no longer belongs to it, UTC."""
        return midnight(self.last + timedelta(days=1))


def midnight(day: date) -> datetime:
    """Return the instant at which a local day begins, UTC."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """Return the local calendar day of a moment."""
    return moment.astimezone(LOCAL).date()


def week_of(day: date) -> str:
    """Return the ISO week of a day: 28 December 2026 lies in 2026-W53."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def week_span(week: str) -> Span:
    """Return Monday to Sunday of an ISO week. Raises ValueError."""
    found = re.fullmatch(r"(\d{4})-W(\d{2})", week)
    if not found:
        raise ValueError(f"{week!r} is no ISO week such as 2026-W47.")
    monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    return Span(monday, monday + timedelta(days=6))


def weeks_before(week: str, count: int) -> list[str]:
    """Return the `count` weeks before one, the earliest first."""
    monday = week_span(week).first
    return [week_of(monday - timedelta(weeks=n)) for n in range(count, 0, -1)]


def month_of(day: date) -> str:
    return f"{day.year}-{day.month:02}"


def month_span(month: str) -> Span:
    """Return the days of a calendar month. Raises ValueError."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", month)
    if not found:
        raise ValueError(f"{month!r} is no month such as 2026-11.")
    first = date(int(found[1]), int(found[2]), 1)
    return Span(first, month_after(first) - timedelta(days=1))


def month_before(month: str) -> str:
    return month_of(month_span(month).first - timedelta(days=1))


def month_after(first: date) -> date:
    """Return the first day of the month after that of `first`."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
