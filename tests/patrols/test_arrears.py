"""Rounds of grids that were not made: who owes them, since when, by which rules."""

from datetime import date, timedelta

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.grids.models import Grid
from gridsvc.ids import id_at
from gridsvc.patrols.arrears import rounds_owed
from gridsvc.patrols.due import DAY
from gridsvc.session import Session
from gridsvc.weeks import midnight
from tests.factories.accountability import add_duty, add_leave, add_person, add_turn
from tests.factories.rounds import add_patrol
from tests.factories.village import LAST_YEAR, Village, appoint

MONDAY = date(2026, 3, 2)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + DAY * n for n in range(1, 5))
NOON, NIGHT = timedelta(hours=12), timedelta(hours=22)


@pytest.fixture
def sun(session: Session, village: Village) -> Grid:
    """A village that was there all last year, with an officer and a head."""
    grid = Grid(id=id_at(LAST_YEAR), level=3, kind="territorial", code="sun", name="孙家村",
                parent_id=village.town.id)  # fmt: skip
    session.add(grid)
    session.flush()
    appoint(session, "孙村长", grid, Role.GRID_HEAD)
    return grid


def test_a_daily_round_is_owed_from_the_day_after_until_there_is_one(session, village, sun) -> None:
    officer = appoint(session, "孙巡", sun, Role.GRID_OFFICER)
    add_patrol(session, officer, sun, midnight(MONDAY) + NOON)

    def owed(day: date):
        return rounds_owed(session, {sun.id}, midnight(day) + NOON)

    assert owed(MONDAY + DAY) == []  # that day is not over
    [debt] = owed(MONDAY + 3 * DAY)
    assert (debt["what"], debt["grid"], debt["enterprise"]) == ("round", sun, None)
    assert (debt["owed_since"], debt["owed_days"]) == (MONDAY + DAY, 2)
    assert (debt["owner"].name, debt["vacant"]) == ("孙村长", False)
    assert debt["officer"] is None  # no roster names one
    assert debt["rule_set"]["name"] == "gridsvc"
    add_patrol(session, officer, sun, midnight(MONDAY + 3 * DAY) + NOON / 2)
    assert owed(MONDAY + 3 * DAY) == []


def test_a_town_owes_its_night_round_of_the_week_and_only_a_night_makes_it(
    session, village, sun
) -> None:
    town = Grid(id=id_at(LAST_YEAR), level=2, kind="territorial", code="t2", name="西镇",
                parent_id=village.county.id)  # fmt: skip
    session.add(town)
    session.flush()
    sun.parent_id = town.id
    deputy = appoint(session, "西副", town, Role.DEPUTY_HEAD)

    def late(day: date):
        found = rounds_owed(session, {town.id}, midnight(day) + NOON)
        return [(debt["night"], debt["owed_since"], debt["vacant"]) for debt in found]

    add_patrol(session, deputy, sun, midnight(MONDAY - 3 * DAY) + NIGHT)
    add_patrol(session, deputy, sun, midnight(MONDAY + DAY) + NOON)
    assert late(MONDAY + 4 * DAY) == []  # the week is not over
    [(night, since, vacant)] = late(MONDAY + 8 * DAY)
    assert (night, vacant) == (True, True)
    assert MONDAY <= since < MONDAY + 7 * DAY
    add_patrol(session, deputy, sun, midnight(MONDAY + 2 * DAY) + NIGHT)
    assert late(MONDAY + 8 * DAY) == []


@pytest.mark.parametrize(
    ("off", "owed_since"),
    [
        ((TUESDAY, TUESDAY), WEDNESDAY),
        ((WEDNESDAY, WEDNESDAY), TUESDAY),  # that Tuesday was missed by somebody who was there
        ((TUESDAY, THURSDAY), FRIDAY),
    ],
    ids=["the day itself", "a later day", "every day since"],
)
def test_a_day_on_which_nobody_was_there_asks_for_no_round_and_excuses_no_other(
    session, village, sun, off, owed_since
) -> None:
    officer = appoint(session, "孙巡", sun, Role.GRID_OFFICER)
    add_patrol(session, officer, sun, midnight(MONDAY) + NOON)
    add_leave(session, officer, *off)
    [debt] = rounds_owed(session, {sun.id}, midnight(FRIDAY + DAY) + NOON)
    assert debt["owed_since"] == owed_since


def test_a_round_is_asked_for_where_one_of_two_officers_was_there_or_somebody_stood_in(
    session, village, sun
) -> None:
    officer = appoint(session, "孙巡", sun, Role.GRID_OFFICER)
    add_patrol(session, officer, sun, midnight(MONDAY) + NOON)
    add_leave(session, officer, TUESDAY, TUESDAY, substitute=village.officer)
    second = add_person(session, "孙小巡")
    add_duty(session, second, sun, Role.GRID_OFFICER, since=midnight(WEDNESDAY))
    add_leave(session, officer, WEDNESDAY, WEDNESDAY)
    for day, since in ((WEDNESDAY, TUESDAY), (FRIDAY, TUESDAY)):
        [debt] = rounds_owed(session, {sun.id}, midnight(day) + NOON)
        assert debt["owed_since"] == since
    add_patrol(session, officer, sun, midnight(TUESDAY) + NOON)
    [debt] = rounds_owed(session, {sun.id}, midnight(FRIDAY) + NOON)
    assert debt["owed_since"] == WEDNESDAY


def test_whose_turn_the_roster_tells_is_named(session, village, sun) -> None:
    officer = appoint(session, "孙巡", sun, Role.GRID_OFFICER)
    add_patrol(session, officer, sun, midnight(MONDAY) + NOON)
    add_turn(session, officer, sun, WEDNESDAY)
    [debt] = rounds_owed(session, {sun.id}, midnight(WEDNESDAY) + NOON)
    assert debt["officer"] == officer
