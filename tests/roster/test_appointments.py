"""Appointing, dismissing, and where nobody answers, over HTTP."""

from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from gridsvc.accountability.queries import duties_of, holder
from gridsvc.accountability.rules import Role
from gridsvc.audit.service import verify
from gridsvc.clock import utc_now
from gridsvc.ids import new_id
from gridsvc.session import transaction
from gridsvc.weeks import local_day
from tests.conftest import BUSY, together
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import NOON
from tests.factories.people import bearer
from tests.factories.village import appoint

WRITERS = 50


@pytest.fixture
def tell(client, village, as_):
    def post(path: str, somebody=None, **body):
        given = {name: value if value is None else str(value) for name, value in body.items()}
        headers = as_(somebody or village.head)
        return client.post(f"/api/v1/{path}", json=given, headers=headers)

    return post


@pytest.fixture
def ask(client, village, as_):
    def get(path: str, somebody=None, **query):
        headers = as_(somebody or village.head)
        return client.get(f"/api/v1/{path}", query_string=query, headers=headers)

    return get


@pytest.fixture
def wang(session, village):
    return add_person(session, "王磊")


@pytest.fixture
def admin(session, village):
    return appoint(session, "韩管", village.county, Role.ADMIN)


def headship(village, wang, **changes):
    post = {"person_id": wang.id, "role": "grid_head", "subject": f"grid:{village.zhao.id}"}
    return post | changes


def test_somebody_is_appointed_now(tell, village, wang, session) -> None:
    answer = tell("duties", **headship(village, wang))

    assert answer.status_code == 201
    assert (answer.json["person"]["name"], answer.json["subject"]["name"]) == ("王磊", "赵家村")
    assert answer.json["back_dated"] is False
    assert holder(session, Role.GRID_HEAD, village.zhao.id, utc_now()).person_id == wang.id


def test_a_taken_seat_names_its_holder(tell, village, wang, session) -> None:
    tell("duties", **headship(village, wang))

    answer = tell("duties", **headship(village, add_person(session, "周敏")))

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/seat-taken")
    assert answer.json["holder"] == {"id": str(wang.id), "name": "王磊"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"role": "dispatcher"}, (422, "/problems/unfit-role")),
        ({"role": "dept_liaison"}, (422, "/problems/unfit-role")),
        ({"role": "grid_officer", "seat": 2}, (422, "/problems/unfit-role")),
        ({"subject": f"grid:{new_id()}"}, (404, "/problems/unknown-subject")),
        ({"person_id": new_id()}, (404, "/problems/unknown-person")),
        ({"from": "2026-01-01"}, (422, "/problems/back-dated")),
    ],
)
def test_what_cannot_be_is_named(tell, village, wang, changes, problem) -> None:
    answer = tell("duties", **headship(village, wang, **changes))

    assert (answer.status_code, answer.json["type"]) == problem


def test_a_role_that_is_none_is_no_role(tell, village, wang) -> None:
    assert tell("duties", **headship(village, wang, role="king")).status_code == 422


def test_only_an_administrator_appoints_who_watches_the_others(tell, village, wang, admin) -> None:
    post = {"person_id": wang.id, "role": "auditor", "subject": f"grid:{village.county.id}"}

    assert tell("duties", village.dispatcher, **post).status_code == 403
    assert tell("duties", village.leader, **post).status_code == 403
    assert tell("duties", admin, **post).status_code == 201


def test_nobody_hands_the_administrators_own_duty_to_themselves(
    tell, village, session, admin
) -> None:
    [duty] = duties_of(session, utc_now(), person_ids=[admin.id])

    answer = tell(
        "duties:hand_over", village.dispatcher, duty_id=duty.id,
        to_person_id=village.dispatcher.id, reason="r",
    )  # fmt: skip

    assert answer.status_code == 403


def test_a_head_appoints_below_and_nowhere_else(tell, village, wang) -> None:
    above = headship(village, wang, subject=f"grid:{village.county.id}", seat=2)

    assert tell("duties", **above).status_code == 404
    assert tell("duties", village.officer, **headship(village, wang)).status_code == 403


def test_the_past_needs_the_county_and_a_reason(tell, village, wang) -> None:
    past = headship(village, wang) | {"from": "2026-01-01"}

    unexplained = tell("duties", village.leader, **past)
    entered = tell("duties", village.leader, reason="文件补录", **past)

    assert (unexplained.status_code, unexplained.json["type"]) == (422, "/problems/reason-missing")
    assert (entered.status_code, entered.json["back_dated"]) == (201, True)


def test_a_duty_is_ended_and_leaves_a_vacancy(tell, ask, village, session) -> None:
    [duty] = duties_of(session, utc_now(), person_ids=[village.answerable.id])

    answer = tell(f"duties/{duty.id}:end", reason="退休")
    timeline = ask("duties/timeline", subject_id=village.yard.id).json

    assert answer.status_code == 200
    assert answer.json["until"] is not None
    never, vacancy = timeline["vacancies"]
    assert (vacancy["role"], vacancy["from"]) == ("responsible_person", answer.json["until"])
    assert vacancy["until"] is None
    assert (never["role"], never["from"]) == ("responsible_leader", None)  # nobody ever was
    assert tell(f"duties/{duty.id}:end", village.officer).status_code == 403
    assert tell(f"duties/{new_id()}:end").status_code == 404


def test_whoever_answers_for_an_enterprise_sees_what_it_lacks(ask, village) -> None:
    found = ask("duties/gaps", village.answerable).json

    assert [gap["subject"]["name"] for gap in found["without_leader"]] == ["宏达砂石场"]
    assert found["counts"] == {
        "vacant_heads": 0, "too_few_officers": 0, "without_leader": 1, "without_person": 0,
    }  # fmt: skip


def test_a_town_is_seen_with_the_villages_below_it_and_a_village_with_its_enterprises(
    ask, village
) -> None:
    town = ask("duties/timeline", subject_id=village.town.id, deep=True).json
    zhao = ask("duties/timeline", subject_id=village.zhao.id, deep=True).json

    assert [place["name"] for place in town["places"]] == ["吴家镇", "赵家村", "钱家村"]
    assert {duty["person"]["name"] for duty in town["items"]} == {"孙卫东", "陈静", "李秀英"}
    assert [hole["subject"]["name"] for hole in town["vacancies"]] == ["赵家村", "钱家村"]
    assert [place["name"] for place in zhao["places"]] == ["赵家村", "宏达砂石场"]


def test_a_time_line_says_which_changes_are_the_caller_s_to_enter(
    ask, village, admin, session
) -> None:
    mine = ask("duties/timeline", subject_id=village.yard.id).json
    above = ask("duties/timeline", subject_id=village.county.id).json
    county = ask("duties/timeline", village.leader, subject_id=village.county.id).json
    of_admin = ask("duties/timeline", admin, subject_id=village.county.id).json
    unit = ask("duties/timeline", subject_id=village.bureau.id).json
    person = ask("duties/timeline", person_id=village.officer.id).json

    assert mine["allowed"] == mine["items"][0]["allowed"] == ["duty.appoint", "duty.hand_over"]
    assert above["allowed"] == unit["allowed"] == unit["items"][0]["allowed"] == []
    assert person["items"][0]["allowed"] == ["duty.appoint", "duty.hand_over"]
    changes = ["duty.appoint", "duty.hand_over", "duty.back_date"]
    assert county["allowed"] == of_admin["allowed"] == changes
    by_role = {duty["role"]: duty["allowed"] for duty in county["items"]}
    assert (by_role["dispatcher"], by_role["admin"]) == (changes, [])  # keepers are the admin's
    assert {duty["role"]: duty["allowed"] for duty in of_admin["items"]}["admin"] == changes


def test_what_is_not_there_has_no_time_line(ask) -> None:
    for whose in ("subject_id", "person_id"):
        assert ask("duties/timeline", **{whose: new_id()}).status_code == 404


def test_gaps_are_seats_officers_and_enterprises(ask, village) -> None:
    found = ask("duties/gaps").json

    assert [(gap["subject"]["name"], gap["role"]) for gap in found["vacant_heads"]] == [
        ("赵家村", "grid_head"), ("钱家村", "grid_head"),
    ]  # fmt: skip
    assert [(gap["grid"]["name"], gap["officers"]) for gap in found["too_few_officers"]] == [
        ("钱家村", 0)
    ]
    assert [gap["subject"]["name"] for gap in found["without_person"]] == ["钱家养殖场"]
    assert found["counts"] == {
        "vacant_heads": 2, "too_few_officers": 1, "without_leader": 2, "without_person": 1,
    }  # fmt: skip


def test_a_vacancy_says_since_when_and_until_when(ask, village, session, wang) -> None:
    add_duty(session, wang, village.zhao, Role.GRID_HEAD, until=NOON)
    add_duty(session, wang, village.zhao, Role.GRID_HEAD, since=NOON + timedelta(days=9))
    add_duty(session, wang, village.town, Role.GRID_HEAD, seat=2, until=NOON)
    session.commit()

    at = (NOON + timedelta(days=1)).isoformat()
    gaps = ask("duties/gaps", at=at, limit=2).json["vacant_heads"]

    assert [(gap["subject"]["name"], gap["seat"]) for gap in gaps] == [("吴家镇", 2), ("赵家村", 1)]
    assert gaps[1]["from"] == "2026-03-02T04:00:00.000000Z"
    assert gaps[1]["until"] == "2026-03-11T04:00:00.000000Z"
    before = ask("duties/gaps", at=(NOON - timedelta(days=1)).isoformat()).json
    assert "赵家村" not in [gap["subject"]["name"] for gap in before["vacant_heads"]]


def test_gaps_are_those_of_one_s_own_scope(ask, village) -> None:
    of_the_officer = ask("duties/gaps", village.officer).json

    assert of_the_officer["counts"]["without_person"] == 0
    assert [gap["subject"]["name"] for gap in of_the_officer["vacant_heads"]] == ["赵家村"]


def test_a_time_line_has_every_term_and_how_it_began(tell, ask, village, session, wang) -> None:
    [duty] = duties_of(session, utc_now(), person_ids=[village.officer.id])
    tomorrow = local_day(utc_now()) + timedelta(days=1)
    tell("duties:hand_over", duty_id=duty.id, to_person_id=wang.id, reason="调任", at=tomorrow)

    of_the_place = ask("duties/timeline", subject_id=village.zhao.id).json["items"]
    of_wang = ask("duties/timeline", person_id=wang.id).json["items"]

    assert [term["person"]["name"] for term in of_the_place] == ["李秀英", "王磊"]
    assert of_the_place[0]["until"] == of_the_place[1]["from"]
    assert [term["handover"] and term["handover"]["reason"] for term in of_the_place] == [
        None, "调任",
    ]  # fmt: skip
    assert of_wang == of_the_place[1:]
    assert ask("duties/timeline").status_code == 422


def test_fifty_race_for_one_post_and_forty_nine_hear_who_has_it(app, busy) -> None:
    with transaction(BUSY) as session:
        crowd = [str(add_person(session, f"候选{number}").id) for number in range(WRITERS)]
        headers = bearer(session, busy.head)
    ready, won, heard = Barrier(WRITERS), [], Counter()

    def try_it(person_id: str) -> None:
        client = app.test_client()
        post = {
            "person_id": person_id, "role": "grid_head", "subject": f"grid:{busy.zhao.id}",
            "from": (local_day(utc_now()) + timedelta(days=1)).isoformat(),
        }  # fmt: skip
        ready.wait()
        answer = client.post("/api/v1/duties", json=post, headers=headers)
        if answer.status_code == 201:
            won.append(person_id)
        else:
            heard[answer.status_code, answer.json["holder"]["id"]] += 1

    together([Thread(target=try_it, args=(person_id,)) for person_id in crowd])

    assert len(won) == 1
    assert heard == {(409, won[0]): WRITERS - 1}
    with transaction(BUSY) as session:
        assert verify(session) is None
