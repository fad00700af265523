"""Formal inspections: who may make one, what it wants, and what it counts for."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.digests import canonical
from gridsvc.flags.models import Flag
from gridsvc.ids import new_id
from gridsvc.inspections.models import Inspection
from gridsvc.marks import visits
from gridsvc.marks.models import Visit
from gridsvc.quarantine import Quarantined
from tests.architecture.sweep import spoilt
from tests.factories.accountability import add_duty, add_person
from tests.factories.certificates import add_certificate
from tests.factories.inspections import a_body, a_formal_body
from tests.factories.village import LAST_YEAR, appoint

SIGNED = {"sha256": "5a" * 32, "purpose": "signature", "taken_at": "2026-02-28T12:05:00+08:00"}


@pytest.fixture
def second(session, village):
    """The other enforcement officer; both have their certificates."""
    other = appoint(session, "严明", village.county, Role.ENFORCEMENT_OFFICER)
    add_certificate(session, village.enforcer, "06210001")
    add_certificate(session, other, "06210002")
    return other


@pytest.fixture
def body(village, second):
    def _body(*officers, **changes):
        pair = officers or (village.enforcer, second)
        return a_formal_body(village.yard, village.checklist, *pair, **changes)

    return _body


@pytest.fixture
def put(client, village, as_):
    def _put(body, *, id=None, person=village.enforcer):
        path = f"/api/v1/inspections/{id or new_id()}"
        return client.put(path, json=body, headers=as_(person))

    return _put


@pytest.fixture
def push(client, village, as_):
    def _push(*bodies, person=village.enforcer):
        records = [
            {"kind": "inspection", "id": str(new_id()), "made_at": body["made_at"],
             "device_seq": n, "body": body}
            for n, body in enumerate(bodies, 1)
        ]  # fmt: skip
        answer = client.post(
            "/api/v1/sync/push", json={"records": records}, headers=as_(person)
        ).json
        return answer["verdicts"]

    return _push


def flags_of(session, kind):
    raised = select(Flag).where(Flag.kind == kind).order_by(Flag.record_id)
    return session.scalars(raised).all()


def test_two_certified_officers_make_one_with_a_signature(session, put, body, village) -> None:
    told = body(formal={"refusal": None}, photos=[SIGNED])

    response = put(told)

    assert response.status_code == 201
    inspection = response.json["inspection"]
    assert (inspection["kind"], inspection["formal"]) == ("formal", told["formal"])
    assert inspection["flags"] == []
    assert response.json["receipt"]["media"] == ["5a" * 32]
    assert session.get(Inspection, inspection["id"]).body == canonical(told).decode()


def test_without_a_kind_an_entry_is_of_a_patrol(put, village) -> None:
    response = put(a_body(village.yard, village.checklist))

    assert response.json["inspection"]["kind"] == "patrol"
    assert response.json["inspection"]["formal"] is None


def test_the_same_again_is_no_news(put, body) -> None:
    id, told = new_id(), body()

    first, again = put(told, id=id), put(told, id=id)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json


def test_a_grid_officer_cannot_and_nothing_is_lost(session, push, put, body, village, second):
    told = body(village.officer, second)

    [pushed] = push(told, person=village.officer)
    alone = put(told, person=village.officer)

    assert pushed["verdict"] == "rejected"
    assert pushed["problem"]["type"] == "/problems/not-an-enforcement-officer"
    assert (alone.status_code, alone.json["type"]) == (403, pushed["problem"]["type"])
    kept = session.scalars(select(Quarantined)).all()
    assert len(kept) == 2
    assert {one.problem["type"] for one in kept} == {pushed["problem"]["type"]}
    assert all(json.loads(one.record)["body"] == told for one in kept)
    assert session.scalar(select(func.count()).select_from(Inspection)) == 0


@pytest.mark.parametrize("post", ["head", "deputy"])
def test_nor_can_who_heads_the_town(push, body, village, second, post: str) -> None:
    person = getattr(village, post)

    [pushed] = push(body(person, second), person=person)

    assert pushed["problem"]["type"] == "/problems/not-an-enforcement-officer"


def test_every_officer_named_is_on_duty_there_and_then(session, put, push, body, village) -> None:
    """The officer's duty began after the inspection."""
    late = add_person(session, "金晚")
    add_duty(session, late, village.county, Role.ENFORCEMENT_OFFICER,
             since=datetime(2026, 3, 1, tzinfo=UTC))  # fmt: skip
    told = body(village.enforcer, late)

    response, [pushed] = put(told), push(told)

    assert response.status_code == 422
    assert response.json["type"] == "/problems/no-enforcement-officer"
    assert response.json["person_id"] == str(late.id)
    assert (pushed["verdict"], pushed["problem"]["type"]) == ("quarantined", response.json["type"])
    [first, _] = session.scalars(select(Quarantined)).all()
    assert first.next_at is not None  # once the duty is put right, it goes in by itself


def test_the_sender_is_one_of_the_officers(session, put, body, village, second) -> None:
    third = appoint(session, "路正", village.county, Role.ENFORCEMENT_OFFICER)

    response = put(body(second, third))

    assert (response.status_code, response.json["type"]) == (422, "/problems/sender-is-no-officer")


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"approval_no": None}, "approval_no"),
        ({"notice_no": None}, "notice_no"),
        ({"basis": None}, "basis"),
        ({"on_site": None}, "on_site"),
        ({"on_site": {"name": "王厂长"}}, "on_site"),
        ({"exempt_reason": "because"}, "exempt_reason"),
        ({"refusal": {"reason": "不签"}}, "refusal"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_missing_is_named_and_kept(session, put, push, body, missing, named: str) -> None:
    told = body(formal=missing)

    response, [pushed] = put(told), push(told)

    assert response.status_code == 422
    assert list(response.json["errors"]["json"]["formal"]) == [named]
    assert pushed["verdict"] == "quarantined"
    assert named in str(pushed["problem"]["errors"])
    [kept] = session.scalars(select(Quarantined)).all()
    assert kept.record


def test_no_nasty_value_breaks_anything(put, body) -> None:
    told = body()
    for value in (None, True, [[]], {}, -1, 2**200, "", "a\0b", "\ud800"):
        for facts in spoilt(told["formal"], value):
            assert put(told | {"formal": facts}).status_code in {201, 422}


def test_one_officer_or_the_same_twice_is_not_enough(put, body, village) -> None:
    for officers in ([village.enforcer], [village.enforcer, village.enforcer]):
        response = put(body(*officers))
        assert (response.status_code, list(response.json["errors"]["json"]["formal"])) == (
            422, ["officers"],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("formal", "photos"), [({"refusal": None}, []), ({}, [SIGNED])], ids=["neither", "both"]
)
def test_it_is_signed_or_refused(put, body, formal, photos) -> None:
    response = put(body(formal=formal, photos=photos))

    assert (response.status_code, list(response.json["errors"]["json"])) == (422, ["refusal"])


def test_a_patrol_has_no_formal_facts_and_is_not_signed(put, body, village) -> None:
    formal = body()["formal"]
    with_facts = a_body(village.yard, village.checklist, formal=formal)
    signed = a_body(village.yard, village.checklist, photos=[SIGNED])

    assert list(put(with_facts).json["errors"]["json"]) == ["formal"]
    assert list(put(signed).json["errors"]["json"]) == ["photos"]
    assert list(put(body() | {"kind": "patrol"}).json["errors"]["json"]) == ["formal"]


def test_beyond_the_cap_it_is_entered_and_marked(session, put, body, village) -> None:
    """The cap is two."""
    ids = [put(body()).json["inspection"]["id"] for _ in range(3)]

    [flag] = flags_of(session, "over_cap")
    assert (str(flag.record_id), flag.score) == (ids[2], 0)
    assert flag.evidence == {"year": 2026, "number": 3, "cap": 2}


def test_what_has_a_reason_to_be_exempt_counts_for_nothing(session, put, body) -> None:
    for reason in ("complaint", None, "look_back", None):
        assert put(body(formal={"exempt_reason": reason})).status_code == 201

    assert flags_of(session, "over_cap") == []


def test_in_one_batch_each_is_counted(session, push, body) -> None:
    verdicts = [told["verdict"] for told in push(*[body() for _ in range(4)])]

    assert verdicts == ["accepted"] * 4
    assert [flag.evidence["number"] for flag in flags_of(session, "over_cap")] == [3, 4]


def test_what_arrives_late_moves_the_last_one_beyond_the_cap(session, put, body) -> None:
    put(body(made_at="2026-02-20T10:00:00+08:00"))
    last = put(body(made_at="2026-02-27T10:00:00+08:00")).json["inspection"]["id"]

    put(body(made_at="2026-02-10T10:00:00+08:00"))

    [flag] = flags_of(session, "over_cap")
    assert str(flag.record_id) == last


def test_it_pays_no_visit_that_is_due(session, put, body, village, client, as_) -> None:
    put(body())

    assert session.scalars(select(Visit)).all() == []
    assert visits.rebuild(session) == 0
    grid = f"/api/v1/due-visits?grid={village.zhao.id}&date=2026-03-02"
    [due] = client.get(grid, headers=as_(village.officer)).json["items"]
    assert (due["last_visit_at"], due["last_result"]) == (None, None)
    put(a_body(village.yard, village.checklist), person=village.officer)
    assert len(session.scalars(select(Visit)).all()) == 1
    assert visits.rebuild(session) == 1


def test_a_correction_names_an_entry_of_the_same_kind(put, body, village) -> None:
    patrol = put(a_body(village.yard, village.checklist)).json["inspection"]["id"]
    formal = put(body()).json["inspection"]["id"]

    wrong = put(body(corrects_id=patrol))
    wrong_too = put(a_body(village.yard, village.checklist, corrects_id=formal))
    right = put(body(corrects_id=formal))

    for response in (wrong, wrong_too):
        assert response.status_code == 422
        assert response.json["type"] == "/problems/corrects-other-kind"
    assert (right.status_code, right.json["inspection"]["corrects_id"]) == (201, formal)


def test_a_slip_of_the_pen_is_corrected_without_a_signature_and_the_first_one_stays(
    put, body, client, village, as_
) -> None:
    unsigned = {"refusal": None}
    assert put(body(formal=unsigned)).status_code == 422
    first = put(body(formal=unsigned, photos=[SIGNED])).json["inspection"]["id"]
    again = put(body(formal=unsigned | {"notice_no": "盘环检通8号"}, corrects_id=first))
    both = put(body(photos=[SIGNED], corrects_id=first))

    assert (again.status_code, both.status_code) == (201, 422)
    path = f"/api/v1/enterprises/{village.yard.id}/file"
    filed = client.get(path, headers=as_(village.dispatcher)).json["formal"]["items"]
    signed = {one["id"]: bool(one["signature"]) for one in filed}
    assert signed == {first: True, again.json["inspection"]["id"]: False}


def test_a_correction_makes_no_inspection_but_its_word_counts(session, put, body) -> None:
    for _ in range(2):
        put(body())
    third = put(body(formal={"exempt_reason": "emergency"})).json["inspection"]["id"]
    put(body(corrects_id=third, made_at="2026-03-01T09:00:00+08:00",
             formal={"exempt_reason": "emergency"}))  # fmt: skip
    assert flags_of(session, "over_cap") == []

    put(body(corrects_id=third, made_at="2026-03-01T10:00:00+08:00"))

    [flag] = flags_of(session, "over_cap")
    assert str(flag.record_id) == third


def test_a_correction_may_name_who_was_on_duty_then(session, put, body, village) -> None:
    gone = add_person(session, "韩退")
    add_duty(session, gone, village.county, Role.ENFORCEMENT_OFFICER,
             since=LAST_YEAR, until=datetime(2026, 3, 1, tzinfo=UTC))  # fmt: skip
    first = put(body(village.enforcer, gone)).json["inspection"]["id"]

    told = body(village.enforcer, gone, corrects_id=first, made_at="2026-03-02T09:00:00+08:00")

    assert put(told).status_code == 201


def test_a_certificate_that_is_not_kept_or_not_good_is_marked(session, put, body, village) -> None:
    old, none = (
        appoint(session, name, village.county, Role.ENFORCEMENT_OFFICER) for name in ("甲", "乙")
    )
    add_certificate(session, old, "06210009", until=date(2026, 2, 27))
    told = body(village.enforcer, old, none)
    told["formal"]["officers"][1]["certificate_no"] = "06210009"

    response = put(told)

    assert response.status_code == 201
    marks = {flag.about: flag.evidence for flag in flags_of(session, "certificate_unknown")}
    assert marks == {
        str(old.id): {"certificate_no": "06210009", "is_kept": True},
        str(none.id): {"certificate_no": "06210003", "is_kept": False},
    }


def test_the_phone_of_an_officer_learns_what_counts(client, put, body, village, as_) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=800)).isoformat()
    today = datetime.now(UTC).isoformat()
    put(body(made_at=today))
    exempt = put(body(made_at=today, formal={"exempt_reason": "transfer"}))
    put(body(made_at=today, corrects_id=exempt.json["inspection"]["id"]))
    put(body(made_at=long_ago))

    told = client.get("/api/v1/inspections/formal", headers=as_(village.enforcer)).json

    assert told["cap"] == 2
    assert [one["enterprise_id"] for one in told["items"]] == [str(village.yard.id)] * 2
    assert [one["exempt_reason"] for one in told["items"]] == [None, None]
    asked_by_others = client.get("/api/v1/inspections/formal", headers=as_(village.officer))
    assert asked_by_others.status_code == 403


def test_colleagues_say_who_may_inspect_and_with_which_certificate(
    client, village, second, as_
) -> None:
    told = client.get("/api/v1/colleagues", headers=as_(village.enforcer)).json["items"]

    able = {one["person"]["id"]: one["certificate_no"] for one in told if one["may_inspect"]}
    assert able == {str(village.enforcer.id): "06210001", str(second.id): "06210002"}
    assert all(one["certificate_no"] is None for one in told if not one["may_inspect"])


def test_its_author_alone_gets_it_back_whole_on_any_phone(
    client, put, body, village, second, as_
) -> None:
    def page(person, cursor=""):
        path = f"/api/v1/sync/pull?cursor={cursor}"
        return client.get(path, headers=as_(person)).json

    before = {person.id: page(person)["next"] for person in (village.enforcer, second)}
    told = body(made_at=utc_now().isoformat())
    put(told)

    for person, facts in ((village.enforcer, told["formal"]), (second, None)):
        for cursor in ("", before[person.id]):  # all there is, and what is new
            [item] = page(person, cursor)["changed"]["inspection"]
            assert item["formal"] == facts
