"""Which visits a span asked for, by a rule of one visit within seven days."""

from datetime import date, timedelta

from gridsvc.ids import new_id
from gridsvc.patrols.span import dues

MONDAY = date(2026, 11, 16)
SUNDAY = MONDAY + timedelta(days=6)
LATER = SUNDAY + timedelta(days=1)
A, B = new_id(), new_id()


def in_week(seen_on: date, *made: tuple[date, object], today: date = LATER) -> list:
    weekly = timedelta(days=7)
    return list(dues(seen_on, made, lambda day: day + weekly, last=SUNDAY, today=today))


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_a_visit_that_was_not_made_is_due_once() -> None:
    assert in_week(day(-5)) == [(day(2), None)]


def test_what_was_owed_before_the_week_is_owed_in_it() -> None:
    assert in_week(day(-30)) == [(day(-23), None)]


def test_a_visit_makes_what_is_due_in_the_week_early_or_late() -> None:
    assert in_week(day(-5), (day(1), A)) == [(day(2), A)]
    assert in_week(day(-5), (day(4), A)) == [(day(2), A)]


def test_two_visits_in_a_week_do_not_make_two_of_one() -> None:
    assert in_week(day(-5), (day(1), A), (day(3), B)) == [(day(2), A)]
    assert in_week(day(-5), (day(1), A), (day(1), B)) == [(day(2), A)]


def test_who_was_seen_last_week_is_not_due_in_this() -> None:
    assert in_week(day(-1)) == [(day(6), None)]
    assert in_week(day(0)) == []


def test_what_is_due_today_is_not_missing_yet() -> None:
    assert in_week(day(-5), today=day(2)) == []
    assert in_week(day(-5), today=day(3)) == [(day(2), None)]
