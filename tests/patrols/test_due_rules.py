"""Whose duty a visit serves, and what marks, turns and a change of the rules make of it."""

from datetime import date, timedelta

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.inspections.service import register
from gridsvc.marks.models import Visit
from gridsvc.marks.service import GivenTurn, end_mark, give_turn, set_mark
from gridsvc.marks.visits import rebuild
from gridsvc.patrols.owed import coverage_debt, due_visits
from gridsvc.rules.presets import RULE_SETS
from gridsvc.rules.service import put_in_force
from gridsvc.weeks import midnight
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import a_report
from tests.factories.village import LAST_YEAR, actor, appoint

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def noon(day: date):
    return midnight(day) + timedelta(hours=12)


@pytest.fixture
def visit(session, village):
    def _visit(who, at):
        report = a_report(village.yard, who, village.checklist, made_at=at)
        register(session, [report], by=actor(who), now=at)
        return report.envelope.id

    return _visit


@pytest.fixture
def rules(session, village):
    def _rules(since: date, *visits, name="ours"):
        document = RULE_SETS["gridsvc"] | {"visits": list(visits)}
        by, at = actor(village.dispatcher), midnight(since)
        return put_in_force(session, name, document, {}, since=at, by=by, now=at)

    return _rules


@pytest.fixture
def owed(session, village):
    """What the yard owes at noon of a day: level, at night, since when, by which rule set."""

    def _owed(day: date):
        return [
            (d["level"], d["night"], d["owed_since"], d["rule_set"]["name"])
            for d in coverage_debt(session, {village.zhao.id}, noon(day))
        ]

    return _owed


def test_the_town_serves_the_village_and_not_the_other_way_round(
    village, visit, rules, owed
) -> None:
    rules(MONDAY, {"level": 3, "every_days": 3}, {"level": 2, "times": 2, "per": "week"})
    visit(village.officer, noon(MONDAY))
    assert owed(MONDAY + 3 * DAY) == [(2, False, MONDAY + 2 * DAY, "ours")]

    visit(village.deputy, noon(MONDAY + 3 * DAY))
    assert owed(MONDAY + 4 * DAY) == []
    assert owed(MONDAY + 7 * DAY) == [
        (2, False, MONDAY + 4 * DAY, "ours"),  # Friday asked for a second one
    ]
    assert owed(MONDAY + 8 * DAY) == [
        (2, False, MONDAY + 4 * DAY, "ours"), (3, False, MONDAY + 7 * DAY, "ours"),
    ]  # fmt: skip


def test_only_a_visit_at_night_serves_the_night(village, visit, rules, owed) -> None:
    rules(MONDAY, {"level": 3, "night": True, "times": 1, "per": "week"})
    visit(village.officer, noon(MONDAY))
    assert owed(MONDAY + 5 * DAY) == [(3, True, MONDAY + 4 * DAY, "ours")]

    visit(village.officer, midnight(MONDAY + 5 * DAY) + timedelta(hours=21))
    assert owed(MONDAY + 6 * DAY) == []


def test_attention_asks_for_more_from_its_first_day_on(
    session, village, visit, rules, owed
) -> None:
    rules(MONDAY, {"level": 3, "attention": True, "every_days": 1}, {"level": 3, "every_days": 9})
    visit(village.officer, noon(MONDAY))
    set_mark(
        session, village.yard, "attention", first_day=MONDAY + 2 * DAY, last_day=MONDAY + 3 * DAY,
        reason="有人投诉", by=actor(village.head), now=noon(MONDAY),
    )  # fmt: skip

    assert owed(MONDAY + 2 * DAY) == []
    [item] = due_visits(session, {village.zhao.id}, MONDAY + 2 * DAY)["items"]
    assert (item["attention"], item["due_on"]) == (True, MONDAY + 2 * DAY)
    assert owed(MONDAY + 3 * DAY) == [(3, False, MONDAY + 2 * DAY, "ours")]
    visit(village.officer, noon(MONDAY + 3 * DAY))
    assert owed(MONDAY + 11 * DAY) == []


def test_an_exemption_lifts_what_is_owed_and_counts_as_seen(session, village, rules, owed) -> None:
    rules(MONDAY, {"level": 3, "every_days": 3})
    first, last = MONDAY + 3 * DAY, MONDAY + 9 * DAY
    mark = set_mark(
        session, village.yard, "exemption", first_day=first, last_day=last, reason="停产",
        by=actor(village.head), now=noon(MONDAY),
    )  # fmt: skip
    assert owed(first - DAY) == [(3, False, date(2025, 1, 15), "gridsvc")]
    assert owed(first) == owed(last) == owed(last + 3 * DAY) == []
    assert owed(last + 6 * DAY) == [(3, False, last + 5 * DAY, "ours")]  # due on a Monday

    end_mark(session, mark, by=actor(village.head), now=noon(first))
    assert mark.last_day == first
    assert owed(first + 5 * DAY) == [(3, False, first + 4 * DAY, "ours")]  # the Monday after


def test_a_debt_of_before_a_change_stays_and_none_begins_before_it(
    village, visit, rules, owed
) -> None:
    visit(village.officer, noon(MONDAY - 20 * DAY))
    change = MONDAY + 2 * DAY
    before = [owed(day) for day in (MONDAY - 5 * DAY, MONDAY, change - DAY)]
    rules(change, {"level": 3, "every_days": 60}, {"level": 2, "every_days": 2}, name="new")

    assert [owed(day) for day in (MONDAY - 5 * DAY, MONDAY, change - DAY)] == before
    assert owed(change) == [(3, False, MONDAY - 6 * DAY, "gridsvc")]
    assert owed(change + DAY)[-1] == (2, False, change, "new")


def test_an_officer_is_named_only_where_a_turn_names_one(session, village, rules) -> None:
    rules(MONDAY, {"level": 3, "every_days": 3})

    def officer(day):
        [debt] = coverage_debt(session, {village.zhao.id}, noon(day))
        return debt["officer"] and debt["officer"].name

    given = GivenTurn(
        person_id=village.officer.id, grid_id=village.zhao.id, first_day=MONDAY, last_day=MONDAY
    )
    give_turn(session, given, by=actor(village.head), now=noon(MONDAY))
    assert (officer(MONDAY), officer(MONDAY + DAY)) == ("李秀英", None)


def test_the_visits_counted_again_from_the_log_are_those_counted_along_with_it(
    session, village, visit
) -> None:
    both = add_person(session, "两头跑")
    add_duty(session, both, village.zhao, Role.GRID_OFFICER, since=LAST_YEAR)
    add_duty(session, both, village.town, Role.DEPUTY_HEAD, since=noon(MONDAY + DAY))
    head = appoint(session, "赵有福", village.zhao, Role.GRID_HEAD)
    people = (village.officer, both, head, village.deputy, village.enforcer)
    for n, who in enumerate(people):
        visit(who, noon(MONDAY + n * DAY) + timedelta(hours=4 * n))
    visit(both, noon(MONDAY + 3 * DAY))
    first = visit(village.officer, noon(MONDAY + 6 * DAY))
    late = noon(MONDAY + 7 * DAY)
    correction = a_report(
        village.yard, village.officer, village.checklist, made_at=late, corrects_id=first
    )
    register(session, [correction], by=actor(village.officer), now=late)

    def counted():
        session.expire_all()
        rows = session.query(Visit).order_by(Visit.occurred_at).all()
        return [(v.id, v.enterprise_id, v.occurred_at, v.level, v.is_night) for v in rows]

    noted = counted()
    assert {level for *_, level, _ in noted} == {1, 2, 3}
    assert {is_night for *_, is_night in noted} == {True, False}
    assert rebuild(session) == len(noted) == 7
    assert counted() == noted
