"""A duty is handed over with its open work, and accepted."""

from datetime import timedelta

import pytest

from gridsvc.accountability.queries import duties_of
from gridsvc.audit.service import verify
from gridsvc.clock import utc_now
from gridsvc.handovers.jobs import pass_on
from gridsvc.ids import new_id
from gridsvc.issues.models import Issue
from gridsvc.issues.queries import actions_of
from gridsvc.weeks import local_day
from tests.conftest import HERE, enter
from tests.factories.accountability import add_person
from tests.factories.issues import add_issue, do

A_WEEK = timedelta(weeks=1)


@pytest.fixture
def ask(client, village, as_):
    def get(path: str, somebody=None, **query):
        headers = as_(somebody or village.head)
        return client.get(f"/api/v1/{path}", query_string=query, headers=headers)

    return get


@pytest.fixture
def tell(client, village, as_):
    def post(path: str, somebody=None, **body):
        headers = as_(somebody or village.head)
        return client.post(f"/api/v1/{path}", json=body, headers=headers)

    return post


@pytest.fixture
def wang(session, village):
    return add_person(session, "王磊")


@pytest.fixture
def duty(session, village):
    """The officer's, of Zhao."""
    [held] = duties_of(session, utc_now(), person_ids=[village.officer.id])
    return held


@pytest.fixture
def issue(session, village) -> Issue:
    """In Zhao, for the officer to see to."""
    found = add_issue(session, village.yard, village.officer)
    do(session, found, village.head, "assign", owner_id=village.officer.id)
    session.commit()
    return found


@pytest.fixture
def hand_over(tell, duty, wang):
    def post(**changes):
        body = {"duty_id": str(duty.id), "to_person_id": str(wang.id), "reason": "调任"}
        return tell("duties:hand_over", **body | changes)

    return post


def test_the_open_work_is_listed_before(ask, village, duty, issue) -> None:
    work = ask("handovers/preview", duty=duty.id).json

    assert work["duty"]["person"]["name"] == "李秀英"
    assert [one["number"] for one in work["issues"]] == [issue.number]
    assert [one["enterprise"]["name"] for one in work["due_visits"]] == ["宏达砂石场"]
    assert work["counts"] == {"issues": 1, "due_visits": 1, "orders": 0}


def test_its_holder_sees_it_and_nobody_below(ask, village, duty) -> None:
    assert ask("handovers/preview", village.officer, duty=duty.id).status_code == 200
    assert ask("handovers/preview", village.answerable, duty=duty.id).status_code in {403, 404}
    assert ask("handovers/preview", duty=new_id()).status_code == 404


def test_the_issues_go_along_and_their_ledger_says_so(hand_over, session, wang, issue) -> None:
    before = issue.version

    answer = hand_over()

    session.expire_all()
    assert answer.status_code == 201
    assert (issue.owner_id, issue.version) == (wang.id, before + 1)
    step = actions_of(session, issue.id)[-1]
    assert (step.action, step.from_state, step.to_state) == ("pass_on", "assigned", "assigned")
    assert step.facts["owner_id"] == str(wang.id)
    assert answer.json["handover"]["passed_on_at"] is not None
    assert verify(session) is None


def test_issues_elsewhere_stay(hand_over, session, village, issue) -> None:
    other = add_issue(session, village.farm, village.head)
    do(session, other, village.head, "assign", owner_id=village.officer.id)
    session.commit()

    hand_over()

    session.expire_all()
    assert other.owner_id == village.officer.id


def test_what_is_planned_passes_on_when_its_moment_has_come(
    hand_over, session, village, wang, issue
) -> None:
    answer = hand_over(at=(local_day(utc_now()) + A_WEEK).isoformat())
    assert answer.json["handover"]["passed_on_at"] is None

    pass_on(utc_now() + timedelta(days=1))
    enter(HERE).expire_all()
    assert issue.owner_id == village.officer.id

    for _ in range(2):
        pass_on(utc_now() + A_WEEK)
    enter(HERE).expire_all()
    assert issue.owner_id == wang.id
    assert [step.action for step in actions_of(session, issue.id)].count("pass_on") == 1


def test_the_new_holder_accepts_it_once(hand_over, tell, ask, session, village, wang) -> None:
    one = hand_over().json["handover"]
    [waiting] = ask("home", wang).json["waiting"]

    assert (waiting["kind"], waiting["deed"], waiting["id"]) == (
        "handover", "handover.accept", one["id"],
    )  # fmt: skip
    assert (waiting["person"]["name"], waiting["subject"]["name"]) == ("李秀英", "赵家村")
    assert tell(f"handovers/{one['id']}:accept", village.head).status_code == 404
    assert tell(f"handovers/{new_id()}:accept", wang).status_code == 404
    accepted = tell(f"handovers/{one['id']}:accept", wang)
    again = tell(f"handovers/{one['id']}:accept", wang)
    assert accepted.status_code == 200
    assert accepted.json["accepted_at"] == again.json["accepted_at"] is not None
    assert ask("home", wang).json["waiting"] == []
    assert verify(session) is None


def test_handovers_are_listed_by_place_and_by_person(hand_over, ask, village, wang) -> None:
    hand_over()

    [of_the_place] = ask("handovers", subject_id=village.zhao.id).json["items"]

    assert of_the_place["from_person"]["name"] == "李秀英"
    assert ask("handovers", person_id=wang.id).json["items"] == [of_the_place]
    assert ask("handovers", person_id=village.head.id).json["items"] == []
    assert ask("handovers").status_code == 422


def test_the_one_to_come_sees_what_will_come_along(ask, tell, village, duty, issue, wang) -> None:
    later = str(local_day(utc_now()) + A_WEEK)
    body = {"duty_id": str(duty.id), "to_person_id": str(wang.id), "reason": "轮岗", "at": later}
    done = tell("duties:hand_over", **body).json

    told = ask("handovers/preview", wang, duty=done["begun"]["id"]).json

    assert (told["duty"]["person"]["name"], told["counts"]["issues"]) == ("王磊", 1)
    assert [each["number"] for each in told["issues"]] == [issue.number]
