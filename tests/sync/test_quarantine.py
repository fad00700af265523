import pytest

from gridsvc.accountability.rules import Role
from gridsvc.ids import new_id
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import a_record
from tests.factories.village import appoint

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


def test_where_somebody_went_is_told_to_those_alone_who_may_read_tracks(
    session, village, client, as_, get
) -> None:
    admin = appoint(session, "管理员", village.county, Role.ADMIN)
    points = [[122.0512345, 41.24, 1, 5.0]]
    body = {"crs": "wgs84", "points": points, "patrol_id": str(new_id()), "seq": 0}
    record = {"kind": "track", "id": str(new_id()), "device_seq": 1, "made_at": MADE_AT}
    sent = {"records": [record | {"body": body | {"made_at": MADE_AT}}, {"kind": points}]}
    client.post("/api/v1/sync/push", json=sent, headers=as_(village.officer))

    for somebody, is_told in ((village.head, True), (village.dispatcher, True), (admin, False)):
        items = get(somebody).json["items"]
        assert ["122.0512345" in item["record"] for item in items] == [is_told] * 2


def test_an_officer_does_not_read_it(village, get) -> None:
    assert get(village.officer).status_code == 403


def test_it_is_read_page_by_page_the_latest_first(village, send, get) -> None:
    sent = [send(village.officer)["id"] for _ in range(3)]

    page = get(village.head, "?limit=2").json
    rest = get(village.head, f"?limit=2&after={page['next']}").json

    assert [item["record_id"] for item in page["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None
