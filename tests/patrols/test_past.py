"""A change never alters the past: days gone by are judged by what an object was then."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from sqlalchemy import select, text

from gridsvc.enterprises.keeping import change, decide
from gridsvc.enterprises.models import Enterprise, EnterprisePast
from gridsvc.ids import id_at
from gridsvc.inspections.service import register
from gridsvc.patrols.due import DAY
from gridsvc.patrols.owed import coverage_debt, due_visits
from gridsvc.patrols.span import visits_due
from gridsvc.session import Session
from gridsvc.weeks import Span, midnight
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import a_report
from tests.factories.village import LAST_YEAR, ZHAO, Village, actor

FIRST = date(2026, 3, 2)  # a Monday
NIGHT = midnight(FIRST + 60 * DAY)
NOON = timedelta(hours=12)
DAYS = (1, 5, 20, 28, 29, 30, 31, 32, 42, 43, 44)


def day(number: int) -> date:
    """The days of the story are numbered from 1."""
    return FIRST + (number - 1) * DAY


@pytest.fixture
def works(session: Session, village: Village) -> Enterprise:
    """A works of the key class, visited by nobody."""
    return add_enterprise(
        session, "化工厂", ZHAO, village.zhao, id=id_at(LAST_YEAR), supervision_class="key"
    )


@pytest.fixture
def told(session: Session, village: Village, works: Enterprise):
    """What was asked of the works on each of sixty days, in Zhao and in Qian."""

    def _told() -> dict[int, list]:
        return {
            number: [
                (grid.name, item["due_on"], item["owed_days"])
                for grid in (village.zhao, village.qian)
                for item in due_visits(session, {grid.id}, day(number))["items"]
                if item["enterprise"].id == works.id
            ]
            for number in DAYS
        }

    return _told


def enter(session, village, works, number: int, **facts) -> None:
    keeps = {village.zhao.id, village.qian.id}
    now = midnight(day(number)) + NOON
    change(session, works.id, facts, version=works.version, keeps=keeps,
           by=actor(village.dispatcher), now=now)  # fmt: skip


def until(number: int, told: dict[int, list]) -> dict[int, list]:
    return {each: asked for each, asked in told.items() if each <= number}


def test_a_class_changed_on_day_30_leaves_days_1_to_29_as_they_were(
    session, village, works, told
) -> None:
    for number in (4, 20, 29):
        look_at(session, village, works, number)
    before = told()
    enter(session, village, works, 30, supervision_class="general")

    after = told()
    assert until(30, after) == until(30, before)  # day 30 is judged by what it was as it began
    assert before[32] == [(village.zhao.name, day(32), 0)]  # a key object: every third day
    assert [after[number] for number in (31, 32, 42)] == [[], [], []]
    assert after[43] == [(village.zhao.name, day(43), 0)]  # another: within two weeks


def test_what_moved_on_is_asked_where_it_was_and_then_where_it_is(
    session, village, works, told
) -> None:
    before = told()
    enter(session, village, works, 30, grid_id=village.qian.id, grid_reason="在钱家这边")

    after = told()
    assert until(29, after) == until(29, before)
    later = [asked for number, asked in after.items() if number >= 30]
    assert {name for asked in later for name, _, _ in asked} == {village.qian.name}
    [debt] = owed_at(session, village, works, 20)
    assert debt["grid"] == village.zhao
    [debt] = owed_at(session, village, works, 40)
    assert debt["grid"] == village.qian
    span = Span(day(1), day(21))
    grids = {village.zhao.id, village.qian.id, village.town.id}
    dues = visits_due(session, grids, span, NIGHT)
    assert {d.grid_id for d in dues if d.enterprise_id == works.id} == {village.zhao.id}


def test_what_was_closed_was_asked_before_and_what_opens_again_owes_nothing_of_between(
    session, village, works, told
) -> None:
    before = told()
    for number, decision in ((30, "close"), (40, "reopen")):
        decide(session, works.id, decision, facts={}, reason="停产", by=actor(village.dispatcher),
               now=midnight(day(number)) + NOON)  # fmt: skip

    after = told()
    assert until(29, after) == until(29, before)
    assert [after[number] for number in (30, 31, 32)] == [[], [], []]
    assert after[43] == [(village.zhao.name, day(43), 0)]  # the 42nd is a Sunday


def test_what_changed_before_the_past_was_kept_is_read_from_the_trail(
    session, village, works
) -> None:
    """The migration finds in the trail what the deeds have kept since."""
    enter(session, village, works, 10, supervision_class="general", contact_phone="0427-1")
    enter(session, village, works, 20, grid_id=village.qian.id, grid_reason="在钱家这边")
    enter(session, village, works, 21, contact_phone="0427-2")
    decide(session, works.id, "close", facts={}, reason="停产", by=actor(village.dispatcher),
           now=midnight(day(30)) + NOON)  # fmt: skip
    enter(session, village, works, 40, supervision_class="key", kind="construction_site")
    kept = pasts_of(session)
    assert len(kept) == 4
    session.execute(text(import_module("migrations.versions.0015_what_things_were").filling()))
    assert pasts_of(session) == sorted(2 * kept)


def pasts_of(session) -> list[tuple]:
    rows = session.scalars(select(EnterprisePast))
    return sorted(
        (one.until, str(one.enterprise_id), str(one.grid_id), one.supervision_class, one.kind,
         one.state)
        for one in rows
    )  # fmt: skip


def look_at(session, village, works, number: int) -> None:
    at = midnight(day(number)) + NOON
    report = a_report(works, village.officer, village.checklist, made_at=at)
    register(session, [report], by=actor(village.officer), now=at)


def owed_at(session, village, works, number: int):
    grids = {village.zhao.id, village.qian.id}
    found = coverage_debt(session, grids, midnight(day(number)) + NOON)
    return [debt for debt in found if debt["enterprise"].id == works.id]
