"""What is due and owed, worked out from the registry, the log and the duties."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.rules import Role
from gridsvc.ids import id_at
from gridsvc.inspections.service import register
from gridsvc.patrols.owed import coverage_debt, due_visits
from gridsvc.rules.service import mark_days
from gridsvc.weeks import midnight
from tests.factories.accountability import add_duty, add_person
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import a_report, answers_to
from tests.factories.village import LAST_YEAR, ZHAO, actor

DAY = timedelta(days=1)
FRIDAY = date(2026, 2, 27)
MONDAY = FRIDAY + 3 * DAY
REGISTERED = datetime(2026, 2, 23, 20, 0, tzinfo=UTC)  # in Shanghai it is the 24th


@pytest.fixture
def works(session, village, visit):
    """A key object in Zhao, registered on 24 February: due every third day. The yard is not."""
    visit(village.yard, noon(FRIDAY - 2 * DAY))
    return add_enterprise(
        session,
        "红旗化工厂",
        ZHAO,
        village.zhao,
        id=id_at(REGISTERED),
        supervision_class="key",
    )


@pytest.fixture
def visit(session, village):
    def _visit(enterprise, at, **changes):
        report = a_report(enterprise, village.officer, village.checklist, made_at=at, **changes)
        register(session, [report], by=actor(village.officer), now=at)
        return report

    return _visit


@pytest.fixture
def due_on(session, village, works):
    return lambda day: due_visits(session, {village.zhao.id}, day)


def noon(day: date) -> datetime:
    return midnight(day) + timedelta(hours=12)


def test_what_was_never_visited_counts_from_the_local_day_it_was_registered(
    due_on, works, village
) -> None:
    assert due_on(FRIDAY - DAY)["items"] == []

    found = due_on(FRIDAY)
    [item] = found["items"]
    assert item["enterprise"] is works
    assert (item["due_on"], item["owed_days"]) == (FRIDAY, 0)
    assert (item["last_visit_at"], item["last_result"]) == (None, None)
    assert item["checklist_id"] == village.checklist.id
    assert (found["is_patrol_day"], found["rule_set"]) == (True, "gridsvc")
    assert (found["visited"], found["left"]) == (0, 1)


def test_a_visit_of_the_day_is_counted_and_stays_on_the_list_until_the_day_is_over(
    due_on, works, visit, village
) -> None:
    visit(works, noon(FRIDAY), answers=answers_to(village.checklist, "smell"))

    found = due_on(FRIDAY)
    [item] = found["items"]
    assert (item["visited_today"], item["last_result"]) == (True, "problem")
    assert item["last_visit_at"] == noon(FRIDAY)
    assert (found["visited"], found["left"]) == (1, 0)
    assert due_on(FRIDAY + DAY)["items"] == []
    assert [item["due_on"] for item in due_on(MONDAY)["items"]] == [MONDAY]


def test_a_correction_is_no_visit_but_has_the_last_word(due_on, works, visit, village) -> None:
    first = visit(works, noon(FRIDAY - 3 * DAY), answers=answers_to(village.checklist, "smell"))
    visit(works, noon(FRIDAY), corrects_id=first.envelope.id)

    [item] = due_on(FRIDAY)["items"]
    assert item["visited_today"] is False
    assert item["last_visit_at"] == noon(FRIDAY - 3 * DAY)
    assert item["last_result"] == "ok"


def test_the_work_calendar_moves_what_is_due(session, due_on) -> None:
    mark_days(session, {FRIDAY: (False, "停工"), FRIDAY + DAY: (True, "调休上班")})

    assert due_on(FRIDAY)["is_patrol_day"] is False
    assert due_on(FRIDAY)["items"] == []
    assert [item["due_on"] for item in due_on(FRIDAY + DAY)["items"]] == [FRIDAY + DAY]


def test_only_what_is_at_work_and_in_the_grid_is_due(session, due_on, works, village) -> None:
    add_enterprise(session, "旧窑", ZHAO, village.zhao, id=id_at(LAST_YEAR), state="closed")

    [here], [there] = (
        due_visits(session, {grid.id}, FRIDAY)["items"] for grid in (village.zhao, village.qian)
    )
    assert (here["enterprise"], there["enterprise"]) == (works, village.farm)


def test_debt_begins_when_the_day_is_over_and_ends_with_a_visit(
    session, works, visit, village
) -> None:
    def owed(at):
        return coverage_debt(session, {village.zhao.id}, at)

    midnight_after = midnight(FRIDAY + DAY)
    assert owed(midnight_after - timedelta(seconds=1)) == []
    [debt] = owed(midnight_after)
    assert (debt["enterprise"], debt["grid"]) == (works, village.zhao)
    assert (debt["owed_since"], debt["owed_days"]) == (FRIDAY, 1)

    visit(works, noon(FRIDAY + DAY))
    assert owed(noon(FRIDAY + DAY)) == []
    assert len(owed(noon(FRIDAY + DAY) - timedelta(seconds=1))) == 1


def test_debt_is_owed_by_whoever_was_responsible_then(session, works, village) -> None:
    """First nobody at all, then the head of the grid for a vacant post, then the person."""

    def owner(at):
        [debt] = coverage_debt(session, {village.zhao.id}, at)
        return debt["owner"] and debt["owner"].name, debt["vacant"]

    saturday, monday = noon(FRIDAY + DAY), noon(MONDAY)
    assert owner(saturday) == (None, True)

    head, leader = add_person(session, "周敏"), add_person(session, "何平")
    add_duty(session, head, village.zhao, Role.GRID_HEAD, since=LAST_YEAR)
    duty = add_duty(session, leader, works, Role.RESPONSIBLE_PERSON)
    duty.period = Range(monday, None)
    session.flush()

    assert owner(saturday) == ("周敏", True)
    assert owner(monday) == ("何平", False)
