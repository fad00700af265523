import json
from importlib import import_module

import pytest
from sqlalchemy import select, text

from gridsvc.digests import canonical
from gridsvc.ids import new_id
from gridsvc.quarantine import Quarantined
from tests.factories.accountability import add_person
from tests.factories.inspections import a_body


@pytest.fixture
def body(village):
    return lambda **changes: a_body(village.yard, village.checklist, **changes)


@pytest.fixture
def put(client, village, as_):
    """PUT an inspection as the officer of the village, or as somebody else."""

    def _put(id, body, *, person=village.officer):
        return client.put(f"/api/v1/inspections/{id}", json=body, headers=as_(person))

    return _put


def test_put_registers_once(put, body, village) -> None:
    id, told = new_id(), body()

    first, again = put(id, told), put(id, told)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["inspection"]["occurred_at"] == "2026-02-28T04:00:00.000000Z"
    assert first.json["inspection"]["grid_id"] == str(village.zhao.id)


def test_the_receipt_can_be_checked_without_us(put, body, public_key) -> None:
    id = new_id()
    photo = {"sha256": "ab" * 32, "taken_at": "2026-02-28T12:00:00+08:00"}

    receipt = put(id, body(photos=[photo])).json["receipt"]

    signature = bytes.fromhex(receipt.pop("signature"))
    public_key.verify(signature, canonical(receipt))  # raises if it is not ours
    assert receipt["id"] == str(id)
    assert receipt["media"] == ["ab" * 32]


def test_the_hash_of_a_photo_before_it_was_made_smaller_is_told_as_a_claim(
    session, client, put, body, as_, village
) -> None:
    id, original = new_id(), "cd" * 32
    made = {"sha256": "ab" * 32, "original_sha256": original, "taken_at": "2026-02-28T04:00:00Z"}
    other = {"sha256": "ef" * 32, "taken_at": "2026-02-28T04:01:00Z"}

    assert put(id, body(photos=[made, other])).status_code == 201

    told = client.get(f"/api/v1/photos?record={id}", headers=as_(village.head)).json["items"]
    assert [photo["original_sha256"] for photo in told] == [original, None]
    migration = import_module("migrations.versions.0016_the_original_that_was_not_sent")
    found = session.execute(text(migration.said("inspection"))).all()  # of those before it
    assert [tuple(row)[2:] for row in found] == [("ab" * 32, original), ("ef" * 32, None)]


def test_a_refusal_is_a_problem_document(put, body) -> None:
    response = put(new_id(), body(enterprise_id=str(new_id())))

    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.json["type"] == "/problems/unknown-enterprise"
    assert response.json["title"] == "No such enterprise."


def test_the_second_body_of_a_conflict_is_kept_too(session, put, body) -> None:
    id = new_id()
    put(id, body())

    assert put(id, body(findings="变了")).status_code == 409
    assert put(id, body(findings="变了")).status_code == 409

    [aside] = session.scalars(select(Quarantined))
    assert json.loads(aside.record)["body"]["findings"] == "变了"
    assert (aside.verdict, aside.problem["type"]) == ("conflict", "/problems/id-taken")


def test_who_holds_no_duty_there_is_refused(session, put, body) -> None:
    stranger = add_person(session, "路人")

    assert put(new_id(), body(), person=stranger).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("made_at", "2026-03-02T12:00:00"),
        ("made_at", "0001-01-01T00:00:00+08:00"),
        ("position", {"type": "Point", "coordinates": [41.24, 122.05]}),
        ("crs", "local"),
        ("accuracy_m", -1),
        ("accuracy_m", float("nan")),
        ("findings", "\0"),
        ("findings", "half of a pair \ud800"),
        ("no_position_reason", ""),
        ("surprise", 1),
    ],
)
def test_a_malformed_body_names_the_field(put, body, field: str, value: object) -> None:
    response = put(new_id(), body(**{field: value}))

    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"
    assert list(response.json["errors"]["json"]) == [field]


def test_a_position_without_its_crs_is_refused_by_name(put, body) -> None:
    told = body()
    del told["crs"]

    assert "crs" in put(new_id(), told).json["errors"]["json"]


def test_an_integer_that_no_phone_can_hold_is_a_4xx(put, body) -> None:
    assert put(new_id(), body(accuracy_m=2**60)).status_code == 422


@pytest.mark.parametrize("text", ["", "[]", "7", "{", '"x"'])
def test_what_is_no_object_is_a_4xx(client, village, as_, text: str) -> None:
    response = client.put(
        f"/api/v1/inspections/{new_id()}",
        data=text,
        headers=as_(village.officer) | {"Content-Type": "application/json"},
    )
    assert response.status_code == 400


def test_the_id_must_be_one_that_a_phone_makes(put, body) -> None:
    assert put("936da01f-9abd-4d9d-80c7-02af85c822a8", body()).status_code == 404


def test_the_log_is_read_page_by_page_the_latest_first(client, put, body, village, as_) -> None:
    ids = [new_id() for _ in range(3)]
    for id in ids:
        put(id, body())

    headers = as_(village.head)
    page = client.get("/api/v1/inspections?limit=2", headers=headers).json
    rest = client.get(f"/api/v1/inspections?after={page['next']}", headers=headers).json

    assert [i["id"] for i in page["items"] + rest["items"]] == [str(id) for id in reversed(ids)]
    assert rest["next"] is None


def test_the_answer_to_one_record_is_what_the_log_lists(client, put, body, village, as_) -> None:
    satellites = {"gps_at": "2026-02-28T11:59:58+08:00", "accuracy_m": 6.5, "uptime_s": 90.25}
    nowhere = body(no_position_reason="手机定位不可用")
    del nowhere["position"], nowhere["crs"]

    told = [put(new_id(), one) for one in (body(is_mock=True, **satellites), nowhere)]

    log = client.get("/api/v1/inspections", headers=as_(village.head)).json["items"]
    assert [one.json["inspection"] for one in reversed(told)] == log
    assert [one["position"] is None for one in log] == [True, False]
    assert [flag["kind"] for flag in log[1]["flags"]] == ["mock_location"]
