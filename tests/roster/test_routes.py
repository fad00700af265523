from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.queries import duties_of, holder
from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.grids.models import Boundary
from gridsvc.ids import new_id
from gridsvc.weeks import local_day
from tests.conftest import HERE, THERE, enter
from tests.factories.accountability import add_duty, add_person
from tests.factories.grids import add_boundary, square
from tests.factories.inspections import NOON
from tests.factories.village import LAST_YEAR, QIAN, Village

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
        given = {name: value if value is None else str(value) for name, value in body.items()}
        headers = as_(somebody or village.head)
        return client.post(f"/api/v1/{path}", json=given, headers=headers)

    return post


def links(answer) -> list[tuple]:
    return [
        (
            link["role"],
            link["grid"] and link["grid"]["name"],
            link["person"] and link["person"]["name"],
        )
        for link in answer.json["chain"]
    ]


def test_a_village_s_chain_goes_up_to_the_county(ask, village) -> None:
    answer = ask("responsibility", subject=f"grid:{village.zhao.id}")

    assert answer.status_code == 200
    assert answer.json["subject"]["name"] == "赵家村"
    assert links(answer) == [
        ("grid_officer", "赵家村", "李秀英"),
        ("grid_head", "赵家村", None),
        ("grid_head", "吴家镇", "孙卫东"),
        ("deputy_head", "吴家镇", "陈静"),
        ("grid_head", "盘山县", "吴国平"),
    ]
    assert [link["vacant"] for link in answer.json["chain"]].count(True) == 1


def test_an_enterprise_s_chain_begins_with_its_own_people(ask, village) -> None:
    answer = ask("responsibility", subject=f"enterprise:{village.yard.id}")

    assert links(answer)[:3] == [
        ("responsible_leader", None, None),
        ("responsible_person", None, "卫红"),
        ("grid_officer", "赵家村", "李秀英"),
    ]


def test_it_is_the_grid_of_that_time(ask, village, session) -> None:
    """Until NOON the land of Qian, where the farm stands, lay in Zhao."""
    for boundary in session.scalars(select(Boundary)):
        if boundary.grid_id in (village.zhao.id, village.qian.id):
            boundary.period = Range(NOON, None)
    add_boundary(session, village.zhao, square(QIAN), until=NOON)
    session.commit()
    subject = f"enterprise:{village.farm.id}"

    before = ask("responsibility", subject=subject, at=(NOON - A_WEEK).isoformat())
    after = ask("responsibility", subject=subject, at=NOON.isoformat())

    assert ("grid_officer", "赵家村", "李秀英") in links(before)
    assert ("grid_head", "钱家村", None) in links(after)


def test_a_vacancy_says_from_when_to_when(ask, village, session) -> None:
    wang = add_person(session, "王磊")
    add_duty(session, wang, village.zhao, Role.GRID_HEAD, until=NOON)
    add_duty(session, wang, village.zhao, Role.GRID_HEAD, since=NOON + A_WEEK)
    at = NOON + timedelta(days=1)

    answer = ask("responsibility", subject=f"grid:{village.zhao.id}", at=at.isoformat())

    [vacancy] = [link for link in answer.json["chain"] if link["vacant"]]
    assert vacancy["from"] == "2026-03-02T04:00:00.000000Z"
    assert vacancy["until"] == "2026-03-09T04:00:00.000000Z"


def test_a_second_seat_is_a_vacancy_once_it_was_held(ask, village, session) -> None:
    wang = add_person(session, "王磊")
    add_duty(session, wang, village.town, Role.GRID_HEAD, seat=2, until=NOON)

    answer = ask("responsibility", subject=f"grid:{village.town.id}", at=NOON.isoformat())

    seats = [(link["seat"], link["vacant"]) for link in answer.json["chain"]]
    assert seats[:2] == [(1, False), (2, True)]


def test_a_unit_s_chain_is_its_liaisons(ask, village) -> None:
    answer = ask("responsibility", subject=f"unit:{village.bureau.id}")

    assert links(answer) == [("dept_liaison", None, "褚明")]


def test_what_is_not_here_is_not_found(ask, village, session) -> None:
    village_there = Village.found(enter(THERE))
    enter(HERE)

    for id in (new_id(), village_there.zhao.id):
        answer = ask("responsibility", subject=f"grid:{id}")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-subject")


SOMEBODY = "person:019a9f3c-6f2b-7a41-9d3e-5c1d2b7a9e10"


@pytest.mark.parametrize("subject", ["", "grid", "grid:x", SOMEBODY, "\0"])
def test_what_is_no_subject_names_the_field(ask, subject: str) -> None:
    answer = ask("responsibility", subject=subject)

    assert answer.status_code == 422
    assert "subject" in answer.json["errors"]["query"]


def test_who_holds_no_duty_sees_no_roster(ask, session, village) -> None:
    stranger = add_person(session, "路人")

    for path in ("people", "units", "duties", "responsibility"):
        assert ask(path, stranger).status_code == 403


def test_duties_are_read_by_subject_and_by_person_at_a_moment(ask, village) -> None:
    by_subject = ask("duties", subject_id=village.town.id).json["items"]
    by_person = ask("duties", person_id=village.answerable.id).json["items"]
    before = ask("duties", subject_id=village.town.id, at=(LAST_YEAR - A_WEEK).isoformat())

    assert [duty["person"]["name"] for duty in by_subject] == ["陈静", "孙卫东"]
    [duty] = by_person
    assert duty["subject"] == {
        "kind": "enterprise", "id": str(village.yard.id), "name": "宏达砂石场",
        "code": village.yard.code, "level": None,
    }  # fmt: skip
    assert before.json["items"] == []


def test_duties_of_nobody_and_nothing_are_not_listed(ask) -> None:
    assert ask("duties").status_code == 422


def test_people_are_found_by_name_and_login_with_their_posts(ask, village) -> None:
    [found] = ask("people", q="秀英").json["items"]

    assert (found["name"], found["roles"][0]["role"]) == ("李秀英", "grid_officer")
    assert "person" not in found["roles"][0]
    assert ask("people", q=village.officer.login.upper()).json["items"] == [found]
    assert ask("people", q="%").json["items"] == []


def test_people_come_page_by_page(ask, village) -> None:
    first = ask("people", limit=5).json
    rest = ask("people", limit=5, after=first["next"]).json

    logins = [person["login"] for person in first["items"] + rest["items"]]
    assert logins == sorted(logins)
    assert len(set(logins)) == 8
    assert rest["next"] is None


def test_units_are_listed(ask, village) -> None:
    [unit] = ask("units").json["items"]

    assert (unit["code"], unit["name"], unit["parent_id"]) == ("ZJ", "住建局", None)


@pytest.fixture
def officer_duty(session, village):
    [duty] = duties_of(session, utc_now(), person_ids=[village.officer.id])
    return duty


def test_a_duty_is_handed_over_now(tell, village, session, officer_duty) -> None:
    wang = add_person(session, "王磊")

    answer = tell("duties:hand_over", duty_id=officer_duty.id, to_person_id=wang.id, reason="调任")

    assert answer.status_code == 201
    assert answer.json["ended"]["until"] == answer.json["begun"]["from"]
    assert answer.json["begun"]["person"]["name"] == "王磊"
    assert answer.json["begun"]["subject"]["name"] == "赵家村"


def test_today_means_now_and_a_later_day_its_beginning(tell, village, session, officer_duty):
    wang, zhou = add_person(session, "王磊"), add_person(session, "周敏")
    today = local_day(utc_now())

    first = tell(
        "duties:hand_over", duty_id=officer_duty.id, to_person_id=wang.id, reason="r", at=today
    )
    second = tell(
        "duties:hand_over", duty_id=first.json["begun"]["id"], to_person_id=zhou.id, reason="r",
        at=today + A_WEEK,
    )  # fmt: skip

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json["begun"]["from"].endswith("T16:00:00.000000Z")


@pytest.mark.parametrize("at", ["2026-01-01", "2026-01-01T00:00:00+08:00"])
def test_the_past_is_entered_by_the_county_alone_and_stays_visible(
    tell, village, session, officer_duty, at: str
) -> None:
    wang = add_person(session, "王磊")
    body = {"duty_id": officer_duty.id, "to_person_id": wang.id, "reason": "补录", "at": at}

    refused = tell("duties:hand_over", village.head, **body)
    entered = tell("duties:hand_over", village.leader, **body)

    assert (refused.status_code, refused.json["type"]) == (422, "/problems/back-dated")
    assert entered.status_code == 201
    assert entered.json["handover"]["back_dated"] is True
    assert entered.json["begun"]["back_dated"] is True
    assert entered.json["begun"]["from"] == "2025-12-31T16:00:00.000000Z"
    assert entered.json["begun"]["recorded_at"] > entered.json["begun"]["from"]


def test_a_taken_seat_is_a_conflict_that_names_the_holder(tell, village, session) -> None:
    wang, zhou = add_person(session, "王磊"), add_person(session, "周敏")
    duty = holder(session, Role.GRID_HEAD, village.town.id, utc_now())
    body = {"duty_id": duty.id, "reason": "r", "at": local_day(utc_now()) + A_WEEK}
    tell("duties:hand_over", village.leader, to_person_id=wang.id, **body)

    answer = tell("duties:hand_over", village.leader, to_person_id=zhou.id, **body)

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/seat-taken")
    assert answer.json["holder"] == {"id": str(wang.id), "name": "王磊"}


def test_a_head_passes_on_what_is_below_and_nothing_else(tell, village, session) -> None:
    wang = add_person(session, "王磊")
    above = holder(session, Role.GRID_HEAD, village.county.id, utc_now())
    for_yard = holder(session, Role.RESPONSIBLE_PERSON, village.yard.id, utc_now())
    for_bureau = duties_of(session, utc_now(), subject_ids=[village.bureau.id])[0]
    body = {"to_person_id": wang.id, "reason": "r"}

    assert tell("duties:hand_over", duty_id=above.id, **body).status_code == 404
    assert tell("duties:hand_over", duty_id=for_bureau.id, **body).status_code == 404
    assert tell("duties:hand_over", duty_id=new_id(), **body).status_code == 404
    assert tell("duties:hand_over", duty_id=for_yard.id, **body).status_code == 201


def test_an_officer_hands_nothing_over(tell, village, session, officer_duty) -> None:
    answer = tell(
        "duties:hand_over", village.officer, duty_id=officer_duty.id,
        to_person_id=village.head.id, reason="r",
    )  # fmt: skip

    assert answer.status_code == 403
