from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty
from gridsvc.accountability.service import Dated
from gridsvc.actor import system
from gridsvc.dispatches.orders import Wanted, issue, reply
from gridsvc.dispatches.queries import dispatch_of
from gridsvc.dispatches.service import plan
from gridsvc.grids.models import Boundary
from gridsvc.handovers.service import hand_over
from gridsvc.ids import id_at, new_id
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.service import register
from gridsvc.issues.models import IssueAction
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.synced import enter
from gridsvc.traces.pages import Wish, trace
from gridsvc.traces.places import traced
from gridsvc.weeks import month_span
from tests.factories.accountability import add_duty, add_person
from tests.factories.enterprises import add_enterprise
from tests.factories.grids import add_boundary, square
from tests.factories.inspections import NOON, an_envelope
from tests.factories.rounds import add_issue, add_visit
from tests.factories.village import ZHAO, actor

SPAN = {"since": date(2026, 3, 1), "until": date(2026, 3, 31)}
AFTERWARDS = month_span("2026-03").ends_at + timedelta(hours=9)  # 1 April, 9 in the morning
HANDED_OVER = NOON + timedelta(days=14)  # 16 March, noon
ROBOT = system("test")


@pytest.fixture
def read(session):
    def _read(kind: str, thing, *, readable_until=AFTERWARDS, **wish):
        subject = traced(session, kind, thing.id)
        return trace(session, subject, Wish(**SPAN | wish), readable_until=readable_until)

    return _read


@pytest.fixture
def successor(session, village):
    """The responsible person of the yard hands over on 16 March, at noon."""
    somebody = add_person(session, "蒋兰")
    duty = session.scalars(select(Duty).where(Duty.person_id == village.answerable.id)).one()
    hand_over(
        session, duty.id, somebody.id, at=Dated(HANDED_OVER, "岗位调整"), by=ROBOT, now=HANDED_OVER
    )
    return somebody


def act(session, village, issue, action, from_state, to_state, at) -> IssueAction:
    row = an_envelope(village.head, {}, made_at=at).row(at) | {
        "grid_id": issue.grid_id,
        "issue_id": issue.id,
        "action": action,
        "from_state": from_state,
        "to_state": to_state,
        "note": "",
        "facts": {},
    }
    enter(session, IssueAction, [row])
    return session.get_one(IssueAction, (session.jurisdiction_id, row["id"]))


def of_yard(found, role="responsible_person") -> list[tuple]:
    return [
        (p["person"] and p["person"].name, p["since"], p["until"])
        for p in found["lanes"]["responsibility"]
        if p["role"] == role
    ]


def test_a_trace_across_a_handover_shows_both_holders_and_the_moment(
    read, village, successor
) -> None:
    found = read("enterprise", village.yard)

    (old, _, until), (new, since, still) = of_yard(found)
    assert (old, until) == ("卫红", HANDED_OVER)
    assert (new, since, still) == ("蒋兰", HANDED_OVER, None)
    [taken_over] = [p["handover"] for p in found["lanes"]["responsibility"] if p["handover"]]
    assert taken_over == {"reason": "岗位调整", "at": HANDED_OVER}


def test_a_visit_before_the_handover_belongs_to_the_one_before(
    session, read, village, successor
) -> None:
    add_visit(session, village, HANDED_OVER - timedelta(seconds=1))

    found = read("enterprise", village.yard)
    [visit] = found["lanes"]["visits"]
    then = read("enterprise", village.yard, at=visit["at"])["responsible_at"]
    afterwards = read("enterprise", village.yard, at=HANDED_OVER)["responsible_at"]

    assert [link["person"].name for link in then if link["role"] == "responsible_person"] == [
        "卫红"
    ]
    assert [link["person"].name for link in afterwards if link["role"] == "responsible_person"] == [
        "蒋兰"
    ]


def test_everybody_up_to_the_county_is_there_and_who_is_not_is_vacant(read, village) -> None:
    lane = read("enterprise", village.yard)["lanes"]["responsibility"]

    told = [(p["role"], p["subject"]["name"], p["person"] and p["person"].name) for p in lane]
    assert told == [
        ("responsible_leader", "宏达砂石场", None),
        ("responsible_person", "宏达砂石场", "卫红"),
        ("grid_officer", "赵家村", "李秀英"),
        ("grid_head", "赵家村", None),
        ("grid_head", "吴家镇", "孙卫东"),
        ("deputy_head", "吴家镇", "陈静"),
        ("grid_head", "盘山县", "吴国平"),
    ]
    [leader] = [p for p in lane if p["role"] == "responsible_leader"]
    assert leader["vacant"]
    span = month_span("2026-03")
    assert (leader["since"], leader["until"]) == (span.begins_at, span.ends_at)


def test_when_a_border_moves_each_village_answers_for_its_own_time(session, read, village) -> None:
    """In the middle of March the ground of the yard goes from Zhao to Qian."""
    for boundary in session.scalars(
        select(Boundary).where(Boundary.grid_id.in_([village.zhao.id, village.qian.id]))
    ):
        boundary.period = Range(boundary.period.lower, HANDED_OVER)
    session.flush()
    add_boundary(session, village.qian, square(ZHAO), since=HANDED_OVER)
    head = add_person(session, "钱村长")
    add_duty(session, head, village.qian, "grid_head")

    lane = read("enterprise", village.yard)["lanes"]["responsibility"]

    villages = [
        (p["subject"]["name"], p["since"], p["until"])
        for p in lane
        if p["role"] == "grid_head" and p["subject"]["name"] in {"赵家村", "钱家村"}
    ]
    assert villages == [
        ("赵家村", month_span("2026-03").begins_at, HANDED_OVER),
        ("钱家村", HANDED_OVER, None),
    ]
    assert [p["subject"]["name"] for p in lane].count("盘山县") == 1


def test_a_visit_shows_its_flags_its_photos_and_that_it_came_late(session, read, village) -> None:
    photo = DeclaredPhoto(sha256="ab" * 32, purpose="scene", taken_at=NOON)
    report = village.visit(made_at=NOON, photos=(photo,), accuracy_m=500.0)
    register(session, [report], by=actor(village.officer), now=NOON + timedelta(days=2))

    [visit] = read("enterprise", village.yard)["lanes"]["visits"]

    assert (visit["at"], visit["late"], visit["person"].name) == (NOON, True, "李秀英")
    assert [flag.kind for flag in visit["flags"]] == ["poor_fix"]
    assert [(p["sha256"], p["arrived"]) for p in visit["photos"]] == [("ab" * 32, False)]


def test_visits_that_were_due_and_not_made_are_owed_by_who_answered_then(
    session, read, village, successor
) -> None:
    """A general enterprise is due within 14 days: on 2 March, and again on 16 and 30 March."""
    add_visit(session, village, NOON - timedelta(days=14))
    add_visit(session, village, NOON + timedelta(days=3))  # three days late; due again on 19 March

    owed = read("enterprise", village.yard)["lanes"]["missing_visits"]

    assert [(o["due_on"].day, o["until"] and o["until"].day, o["owed_days"]) for o in owed] == [
        (2, 5, 3), (19, None, 13),
    ]  # fmt: skip
    assert [(o["owner"].name, o["vacant"]) for o in owed] == [("卫红", False), ("蒋兰", False)]


def test_where_nobody_was_named_the_head_of_the_village_owed_it(session, read, village) -> None:
    plant = add_enterprise(session, "新厂", ZHAO, village.zhao, id=id_at(NOON - timedelta(days=14)))

    [owed] = read("enterprise", plant)["lanes"]["missing_visits"]
    assert (owed["due_on"].day, owed["owner"], owed["vacant"]) == (2, None, True)

    head = add_person(session, "赵村长")
    add_duty(session, head, village.zhao, "grid_head", since=NOON - timedelta(days=99))
    [owed] = read("enterprise", plant)["lanes"]["missing_visits"]
    assert (owed["owner"].name, owed["vacant"]) == ("赵村长", True)


def test_an_issue_shows_each_step_and_its_state_at_the_end_of_the_span(
    session, read, village
) -> None:
    issue = add_issue(session, village, NOON, state="closed")
    steps = [
        ("assign", "found", "assigned", 1),
        ("submit", "assigned", "submitted", 5),
        ("accept", "submitted", "accepted", 6),
        ("close", "accepted", "closed", 7),
    ]
    for action, before, after, day in steps:
        act(session, village, issue, action, before, after, NOON + timedelta(days=day))

    [whole] = read("enterprise", village.yard)["lanes"]["issues"]
    assert [step["action"] for step in whole["actions"]] == ["assign", "submit", "accept", "close"]
    assert (whole["state"], whole["closed"]) == ("closed", NOON + timedelta(days=7))

    [half] = read("enterprise", village.yard, until=date(2026, 3, 7))["lanes"]["issues"]
    assert [step["action"] for step in half["actions"]] == ["assign", "submit"]
    assert (half["state"], half["closed"]) == ("submitted", None)


def test_an_issue_and_a_grid_have_traces_of_their_own(session, read, village) -> None:
    add_visit(session, village, NOON)
    issue = add_issue(session, village, NOON)
    other = add_issue(
        session, village, NOON, enterprise_id=village.farm.id, grid_id=village.qian.id
    )

    of_issue = read("issue", issue, since=None, until=None)
    assert [found["id"] for found in of_issue["lanes"]["issues"]] == [issue.id]
    assert len(of_issue["lanes"]["visits"]) == 1
    assert of_issue["since"] == date(2026, 1, 2)  # 90 days

    of_zhao = read("grid", village.zhao)["lanes"]
    assert [found["id"] for found in of_zhao["issues"]] == [issue.id]
    of_town = read("grid", village.town)["lanes"]
    assert {found["id"] for found in of_town["issues"]} == {issue.id, other.id}
    assert [p["subject"]["name"] for p in of_town["responsibility"]] == [
        "吴家镇",
        "吴家镇",
        "盘山县",
    ]


def test_an_issue_is_traced_from_the_day_it_was_found(session, read, village) -> None:
    issue = add_issue(session, village, NOON - timedelta(days=200))

    found = read("issue", issue, since=None, until=None)

    assert found["since"] == date(2025, 8, 14)
    assert len(found["lanes"]["issues"]) == 1


def test_orders_to_the_town_are_on_the_line(session, read, village) -> None:
    add_visit(session, village, NOON)
    plan(session, by=ROBOT, now=NOON)
    order = Wanted(
        id=new_id(), dispatch_id=dispatch_of(session, village.county.id, "2026-03").id,
        addressee_id=village.town.id, requirement="补齐巡查", measured_by="visits",
        due_on=date(2026, 3, 20),
    )  # fmt: skip
    issue(session, order, issuer_id=village.dispatcher.id, by=ROBOT, now=NOON)
    at = NOON + timedelta(days=9)
    reply(session, order.id, "已补齐", replier_id=village.head.id, by=ROBOT, now=at)

    [told] = read("enterprise", village.yard)["lanes"]["orders"]
    assert (told["requirement"], told["reply"]) == ("补齐巡查", "已补齐")
    [before] = read("enterprise", village.yard, until=date(2026, 3, 10))["lanes"]["orders"]
    assert before["reply"] is None
    assert read("enterprise", village.yard, since=date(2026, 3, 12))["lanes"]["orders"] == []


def test_the_trail_of_all_of_it_is_counted_and_verified_on_request(
    session, read, village, successor
) -> None:
    add_visit(session, village, NOON)

    assert read("enterprise", village.yard)["audit"] == {
        "verified": None, "lines": 4, "first_break": None, "entries": None,
    }  # fmt: skip
    walked = read("enterprise", village.yard, verify=True)["audit"]
    assert walked["verified"] is True
    deeds = [line["deed"] for line in walked["entries"]]
    assert sorted(deeds) == ["duty.begin", "duty.end", "duty.hand_over", "inspection.register"]


def test_who_may_read_up_to_a_moment_sees_nothing_after_it(session, read, village) -> None:
    add_visit(session, village, NOON)
    late = add_visit(session, village, NOON + timedelta(days=10))

    found = read("enterprise", village.yard, readable_until=NOON + timedelta(days=5))

    assert session.get(Inspection, late) is not None
    assert len(found["lanes"]["visits"]) == 1
    assert found["audit"]["lines"] == 1
