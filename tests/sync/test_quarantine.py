import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from gridsvc.accountability.rules import Role
from gridsvc.audit.service import verify
from gridsvc.clock import utc_now
from gridsvc.ids import new_id
from gridsvc.inspections.models import Inspection
from gridsvc.quarantine import Quarantined
from gridsvc.sync import photos
from gridsvc.sync.intake import retry_due
from tests.conftest import HERE
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import a_record
from tests.factories.media import a_claim, a_photo
from tests.factories.people import bearer
from tests.factories.phone import Officer
from tests.factories.village import LAST_YEAR, appoint

MADE_AT = "2026-02-28T12:03:00+08:00"


@pytest.fixture
def send(client, village, as_):
    """Somebody sends a record that means nothing."""

    def _send(somebody):
        record = a_record(village.yard, village.checklist, enterprise_id=str(new_id()))
        body = {"records": [record]}
        client.post("/api/v1/sync/push", json=body, headers=as_(somebody))
        return record

    return _send


@pytest.fixture
def get(client, as_):
    return lambda somebody, query="": client.get(
        f"/api/v1/quarantine{query}", headers=as_(somebody)
    )


def test_what_was_kept_aside_is_seen_with_its_reason_and_sender(village, send, get) -> None:
    record = send(village.officer)

    [item] = get(village.head).json["items"]

    assert (item["kind"], item["record_id"]) == ("inspection", record["id"])
    assert item["sender"] == {"id": str(village.officer.id), "name": "李秀英"}
    assert item["verdict"] == "quarantined"
    assert item["problem"]["type"] == "/problems/unknown-enterprise"
    assert record["id"] in item["record"]


def test_a_town_sees_its_own_and_the_county_all(session, village, send, get) -> None:
    neighbour = add_person(session, "邻镇镇长")
    add_duty(session, neighbour, village.qian, "grid_head")
    stranger = add_person(session, "路人")
    send(village.officer)
    send(stranger)

    def names(somebody):
        return {item["sender"]["name"] for item in get(somebody).json["items"]}

    assert names(village.head) == {"李秀英"}
    assert names(village.dispatcher) == {"李秀英", "路人"}


def test_what_was_sent_from_the_field_is_read_by_those_alone_who_may_read_tracks(
    session, village, client, as_, get
) -> None:
    admin = appoint(session, "管理员", village.county, Role.ADMIN)
    points = [[122.0512345, 41.24, 1, 5.0]]
    body = {"crs": "wgs84", "points": points, "patrol_id": str(new_id()), "seq": 0}
    record = {"kind": "track", "id": str(new_id()), "device_seq": 1, "made_at": MADE_AT}
    plain = {"kind": "inspection", "body": {"position": points}}
    sent = {"records": [record | {"body": body | {"made_at": MADE_AT}}, {"kind": points}, plain]}
    client.post("/api/v1/sync/push", json=sent, headers=as_(village.officer))

    for somebody, is_told in ((village.head, True), (village.dispatcher, True), (admin, False)):
        items = get(somebody).json["items"]
        assert ["122.0512345" in item["record"] for item in items] == [is_told] * 3


def test_an_officer_does_not_read_it(village, get) -> None:
    assert get(village.officer).status_code == 403


def test_it_is_read_page_by_page_the_latest_first(village, send, get) -> None:
    sent = [send(village.officer)["id"] for _ in range(3)]

    page = get(village.head, "?limit=2").json
    rest = get(village.head, f"?limit=2&after={page['next']}").json

    assert [item["record_id"] for item in page["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None


@pytest.fixture
def settle(client, as_):
    """Somebody lets a record in, or sets it aside for good."""

    def _settle(somebody, id, deed: str, **body):
        url = f"/api/v1/quarantine/{id}:{deed}"
        return client.post(url, json=body or None, headers=as_(somebody))

    return _settle


def test_it_is_tried_again_by_itself_five_times_and_each_attempt_is_kept(
    session, village, send, get
) -> None:
    send(village.officer)
    kept_at = session.scalars(select(Quarantined.since)).one()

    seen = []
    for after in (4, 5, 9, 10, 59, 60, 479, 480, 1439, 1440, 5000):
        retry_due(HERE, kept_at + timedelta(minutes=after))
        [item] = get(village.head).json["items"]
        seen.append((after, len(item["attempts"]), item["state"]))

    assert seen == [
        (4, 0, "waiting"), (5, 1, "waiting"), (9, 1, "waiting"), (10, 2, "waiting"),
        (59, 2, "waiting"), (60, 3, "waiting"), (479, 3, "waiting"), (480, 4, "waiting"),
        (1439, 4, "waiting"), (1440, 5, "resting"), (5000, 5, "resting"),
    ]  # fmt: skip
    assert {attempt["by"] for attempt in item["attempts"]} == {"system:sync.retry"}


def test_it_goes_in_once_somebody_has_put_right_what_was_wrong(session, village, phone) -> None:
    round = phone().patrol()
    round["body"]["grid_id"] = str(village.qian.id)
    assert phone().verdicts(round) == ["rejected"]
    add_duty(session, village.officer, village.qian, "grid_officer", since=LAST_YEAR)
    session.commit()

    retry_due(HERE, utc_now() + timedelta(minutes=6))

    assert phone().verdicts(round) == ["duplicate"]
    assert session.scalars(select(Quarantined.state)).one() == "entered"
    assert verify(session) is None


def test_the_second_body_of_a_conflict_is_kept_and_rests_also_from_a_single_request(
    client, village, phone, get
) -> None:
    visit = phone().visit()
    phone().push(visit)
    other = {**visit["body"], "findings": "另一份"}

    told = client.put(f"/api/v1/inspections/{visit['id']}", json=other, headers=phone().headers)

    assert told.status_code == 409
    [item] = get(village.head).json["items"]
    assert (item["verdict"], item["state"], item["next_at"]) == ("conflict", "resting", None)
    assert "另一份" in json.loads(item["record"])["body"]["findings"]


def test_a_person_lets_it_in_on_behalf_of_its_sender(session, village, phone, settle, get) -> None:
    gone = bearer(session, village.officer, revoked_at=utc_now())
    lost = Officer(phone().client, village, gone)
    visit = lost.visit()
    lost.push(visit)
    [item] = get(village.head).json["items"]

    told = settle(village.head, item["id"], "retry").json

    assert (told["state"], told["settled_by"]["name"]) == ("entered", village.head.name)
    entered = session.get(Inspection, visit["id"])
    assert entered.sender_id == village.officer.id
    assert lost.verdicts(visit) == ["duplicate"]
    assert settle(village.head, item["id"], "retry").status_code == 409


def test_what_is_dismissed_stays_kept_and_its_phone_hears_the_reason(
    session, village, phone, settle, get
) -> None:
    visit = phone().visit(enterprise_id=str(new_id()))
    phone().push(visit)
    [item] = get(village.head).json["items"]

    assert settle(village.head, item["id"], "dismiss").status_code == 422
    told = settle(village.head, item["id"], "dismiss", reason="重复上报").json

    assert (told["state"], told["reason"]) == ("dismissed", "重复上报")
    [answer] = phone().push(visit)
    assert (answer["verdict"], answer["problem"]["reason"]) == ("rejected", "重复上报")
    assert get(village.head).json["items"] == []
    assert len(get(village.head, "?state=dismissed").json["items"]) == 1
    retry_due(HERE, utc_now() + timedelta(days=2))
    assert session.scalars(select(Quarantined.state)).one() == "dismissed"


def test_a_phone_hears_what_of_its_owner_did_not_arrive(village, phone) -> None:
    visit = phone().visit(enterprise_id=str(new_id()))
    phone().push(visit)

    [failure] = phone().health()["failures"]

    assert (failure["record_id"], failure["state"]) == (visit["id"], "waiting")
    assert failure["problem"]["type"] == "/problems/unknown-enterprise"
    assert phone(village.head).health()["failures"] == []


def test_photos_that_do_not_come_are_told_within_a_minute_to_sender_and_chief(
    client, village, phone, as_, monkeypatch
) -> None:
    visit = phone().visit(photos=[a_claim(a_photo())])
    phone().push(visit)
    assert phone().health()["missing_media"] == []
    assert timedelta(seconds=60) > photos.GRACE
    monkeypatch.setattr(photos, "GRACE", timedelta(0))  # a minute has passed

    [mine] = phone().health()["missing_media"]
    theirs = client.get("/api/v1/sync/missing-media", headers=as_(village.head)).json["items"]

    assert mine["record_id"] == visit["id"] == theirs[0]["record_id"]
    assert theirs[0]["sender"]["name"] == village.officer.name


def test_an_officer_settles_nothing(village, send, get, settle) -> None:
    send(village.officer)
    [item] = get(village.head).json["items"]

    assert settle(village.officer, item["id"], "retry").status_code == 403
