from datetime import UTC, date, datetime

import pytest

from gridsvc.weeks import (
    local_day,
    month_before,
    month_span,
    week_of,
    week_span,
    weeks_before,
)


def test_the_last_days_of_2026_lie_in_week_53() -> None:
    assert week_of(date(2026, 12, 28)) == "2026-W53"
    assert week_of(date(2027, 1, 3)) == "2026-W53"
    assert week_of(date(2027, 1, 4)) == "2027-W01"


def test_a_week_begins_on_monday_at_midnight_in_shanghai() -> None:
    span = week_span("2026-W47")
    assert (span.first, span.last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert span.begins_at == datetime(2026, 11, 15, 16, tzinfo=UTC)
    assert span.ends_at == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert len(span.days) == 7


def test_half_past_eleven_at_night_in_utc_is_tomorrow_in_shanghai() -> None:
    assert local_day(datetime(2026, 11, 15, 23, 30, tzinfo=UTC)) == date(2026, 11, 16)


def test_weeks_before_cross_the_year() -> None:
    assert weeks_before("2027-W01", 2) == ["2026-W52", "2026-W53"]


def test_months_know_their_last_day_and_the_month_before() -> None:
    assert month_span("2026-02").last == date(2026, 2, 28)
    assert month_span("2026-12").last == date(2026, 12, 31)
    assert month_before("2026-01") == "2025-12"


@pytest.mark.parametrize("text", ["2026-47", "2026-W54", "2026-W00", "next", "2026-W1"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"week|ISO"):
        week_span(text)
