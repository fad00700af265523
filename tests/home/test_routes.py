from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gridsvc.accountability.queries import held_by
from gridsvc.actor import system
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.dispatches.orders import Wanted, issue
from gridsvc.dispatches.service import plan as plan_months
from gridsvc.home import queries
from gridsvc.home.rules import Reader
from gridsvc.ids import new_id
from gridsvc.quarantine import keep_aside
from gridsvc.summaries.models import WeeklySummary
from gridsvc.summaries.service import plan as plan_weeks
from gridsvc.weeks import local_day, month_before, month_of, month_span, week_of, weeks_before
from tests.factories.accountability import add_person
from tests.factories.inspections import NOON
from tests.factories.rounds import add_day_close, add_issue, add_patrol

NOW = datetime.now(UTC)
ROBOT = system("test")
LAST_MONTH = month_before(month_of(local_day(NOW)))
LAST_WEEK = weeks_before(week_of(local_day(NOW)), 1)[0]
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def home(session, client, as_):
    def _home(person):
        session.commit()
        return client.get("/api/v1/home", headers=as_(person)).json

    return _home


@pytest.fixture
def planned(session, village) -> None:
    """Last month begins with a patrol; its weeks and months are planned."""
    first = month_span(LAST_MONTH).begins_at + timedelta(hours=9)
    add_patrol(session, village.officer, village.zhao, first)
    plan_weeks(session, by=ROBOT, now=NOW)
    plan_months(session, by=ROBOT, now=NOW)


def deeds(page, *, kind: str | None = None) -> list[str]:
    return [item["deed"] for item in page["waiting"] if kind in {None, item["kind"]}]


def test_an_issue_waits_at_each_step_for_who_takes_the_next(session, village, home) -> None:
    add_issue(session, village, YESTERDAY)
    add_issue(session, village, YESTERDAY, state="rectifying", owner_id=village.answerable.id)
    add_issue(session, village, YESTERDAY, state="submitted", submitted_by_id=village.deputy.id)

    assert deeds(home(village.head)) == ["issue.assign", "issue.accept"]
    assert deeds(home(village.deputy)) == ["issue.assign"]
    assert deeds(home(village.dispatcher)) == ["issue.assign"]
    assert deeds(home(village.enforcer)) == ["issue.accept"]
    assert deeds(home(village.answerable)) == ["issue.rectify"]
    assert deeds(home(village.officer)) == []


def test_what_i_gave_or_found_waits_for_somebody_else(session, village, home) -> None:
    add_issue(session, village, YESTERDAY, state="rectifying", owner_id=village.answerable.id)

    for watcher in (village.head, village.officer):
        [item] = home(watcher)["others"]
        assert (item["deed"], item["owner"]["name"]) == ("issue.rectify", "卫红")
    assert home(village.enforcer)["others"] == []
    assert home(village.head)["counts"] == {"waiting": 0, "others": 1}


def test_a_look_back_waits_from_its_day_on(session, village, home) -> None:
    today = local_day(NOW)
    closed = {"state": "closed", "closed_at": YESTERDAY}
    add_issue(session, village, YESTERDAY, look_back_on=today, **closed)
    add_issue(session, village, YESTERDAY, look_back_on=today + timedelta(days=1), **closed)

    [item] = home(village.officer)["waiting"]

    assert (item["deed"], item["title"]) == ("issue.look_back", "料堆没盖")


def test_weeks_that_are_over_wait_for_the_town_then_for_the_county(
    session, village, home, planned
) -> None:
    to_sign = [i for i in home(village.head)["waiting"] if i["kind"] == "weekly_summary"]
    assert to_sign[-1]["week"] == LAST_WEEK  # the running week does not wait
    assert all(item["deed"] == "summary.sign" for item in to_sign)
    assert "summary.accept" not in deeds(home(village.dispatcher))

    last = session.scalars(select(WeeklySummary).where(WeeklySummary.week == LAST_WEEK)).one()
    last.state = "returned"
    last.returned_reason = "说明太短"
    [returned] = [i for i in home(village.head)["waiting"] if i["state"] == "returned"]
    assert returned["reason"] == "说明太短"

    last.state = "signed"
    assert deeds(home(village.dispatcher)) == ["summary.accept"]
    assert LAST_WEEK not in {i.get("week") for i in home(village.head)["waiting"]}


def test_a_month_that_is_over_waits_for_the_head_of_the_county(village, home, planned) -> None:
    [month] = [i for i in home(village.leader)["waiting"] if i["kind"] == "monthly_dispatch"]

    assert (month["deed"], month["month"]) == ("dispatch.sign", LAST_MONTH)
    assert deeds(home(village.dispatcher), kind="monthly_dispatch") == []


def test_an_order_waits_for_its_town(session, village, home, planned) -> None:
    month = session.scalars(
        select(MonthlyDispatch).where(MonthlyDispatch.month == LAST_MONTH)
    ).one()
    due_on = local_day(NOW) + timedelta(days=3)
    wanted = Wanted(
        id=new_id(), dispatch_id=month.id, addressee_id=village.town.id, requirement="补齐巡查",
        measured_by="visits", due_on=due_on,
    )  # fmt: skip
    issue(session, wanted, issuer_id=village.dispatcher.id, by=ROBOT, now=NOW)

    [order] = [i for i in home(village.head)["waiting"] if i["kind"] == "dispatch_order"]

    assert (order["deed"], order["title"], order["grid"]["name"]) == (
        "order.reply", "补齐巡查", "吴家镇",
    )  # fmt: skip
    assert order["due_at"] > NOW.strftime("%Y-%m-%d")
    assert deeds(home(village.leader), kind="dispatch_order") == []


def test_records_kept_aside_are_counted_for_those_who_may_look(session, village, home) -> None:
    stranger = add_person(session, "路人")
    for sender in (village.officer, village.officer, stranger):
        aside = [({"n": str(new_id())}, "quarantined", {"type": "x"})]
        keep_aside(session, aside, sender_id=sender.id, by=ROBOT, now=NOW)

    def kept(person) -> list[int]:
        return [i["count"] for i in home(person)["waiting"] if i["kind"] == "quarantined"]

    assert (kept(village.head), kept(village.leader), kept(village.officer)) == ([2], [3], [])


def test_the_week_so_far_counts_the_grids_of_each_town(session, village) -> None:
    """NOON is a Monday; the Sunday before belongs to another week."""
    add_patrol(session, village.officer, village.zhao, NOON - timedelta(days=1))
    add_patrol(session, village.officer, village.zhao, NOON)
    add_day_close(session, village.head, village.qian, NOON + timedelta(days=1))
    on_tuesday = NOON + timedelta(days=1, hours=1)

    def week(person):
        reader = Reader.of(person.id, held_by(session, person.id), on_tuesday)
        return queries.home(session, reader, on_tuesday)["week_so_far"]

    found = week(village.head)
    [town] = found["towns"]
    assert (found["week"], town["grid"].name) == ("2026-W10", "吴家镇")
    assert [(day["due"], day["patrolled"]) for day in town["days"]] == [(2, 1), (2, 1)]
    [own] = week(village.officer)["towns"]
    assert [(day["due"], day["patrolled"]) for day in own["days"]] == [(1, 1), (1, 0)]


def test_whoever_has_no_duty_has_an_empty_page(session, home) -> None:
    page = home(add_person(session, "路人"))

    assert (page["waiting"], page["others"], page["week_so_far"]["towns"]) == ([], [], [])
