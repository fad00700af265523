"""How phones are, as they tell it, and as the chief sees it."""

from datetime import timedelta

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.phones.models import DeviceHealth
from gridsvc.phones.rules import LOW_STORAGE_BYTES, Measures, Told, amiss
from tests.factories.grids import add_grid
from tests.factories.phone import Officer
from tests.factories.village import appoint

NOW = utc_now()
WELL = {
    "app_build": "b2", "clock_offset_s": 1.0, "storage_free_bytes": 2**31, "battery": 0.8,
    "storage_used_bytes": 2**20, "network": "4g", "queue_length": 0,
}  # fmt: skip


@pytest.fixture
def phone(client, village, as_):
    return lambda somebody=None: Officer(client, village, as_(somebody or village.officer))


@pytest.fixture
def states(client, village, as_):
    def _states(query: str = "?build=b2"):
        answer = client.get(f"/api/v1/phone-states{query}", headers=as_(village.head))
        return answer.json["items"]

    return _states


def test_a_phone_that_never_told_of_itself_is_on_top(session, village, phone, states) -> None:
    neighbour = appoint(session, "周敏", village.qian, Role.GRID_OFFICER)
    session.commit()
    phone().push(device=WELL)

    assert [(item["person"]["name"], item["amiss"]) for item in states()] == [
        (neighbour.name, ["never_synced"]), (village.officer.name, []),
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["push", "pull", "health"])
def test_it_tells_at_every_sync(session, client, phone, way: str) -> None:
    officer = phone()
    body = {"device": WELL, **({"records": []} if way == "push" else {})}

    answer = client.post(f"/api/v1/sync/{way}", json=body, headers=officer.headers)

    assert answer.status_code in {200, 204}
    told = session.query(DeviceHealth).one()
    assert (told.app_build, told.network, told.storage_free_bytes) == ("b2", "4g", 2**31)


def test_the_clock_is_compared_at_the_request_itself(session, client, phone) -> None:
    headers = phone().headers | {"Device-Time": (utc_now() - timedelta(hours=2)).isoformat()}
    client.post("/api/v1/sync/health", json={"device": WELL}, headers=headers)

    assert session.query(DeviceHealth).one().clock_offset_s == pytest.approx(7200, abs=5)


@pytest.mark.parametrize("wrong", [{"battery": 2}, {"network": 7}, {"colour": "red"}, 7])
def test_what_is_no_health_is_a_4xx(client, phone, wrong: object) -> None:
    answer = client.post("/api/v1/sync/health", json={"device": wrong}, headers=phone().headers)

    assert answer.status_code == 422


@pytest.mark.parametrize("wrong", [{"battery": 2}, {"colour": "red"}, 7, None])
def test_nor_does_it_keep_up_the_records_that_it_came_with(phone, wrong: object) -> None:
    officer = phone()

    [answer] = officer.push(officer.visit(), device=wrong)

    assert answer["verdict"] == "accepted"


def test_a_phone_that_was_passed_on_says_whose_it_was(session, village, phone, states) -> None:
    neighbour = appoint(session, "周敏", village.qian, Role.GRID_OFFICER)
    session.commit()
    same = WELL | {"installation_id": "0192b7a0-0000-7000-8000-000000000001"}
    phone().push(device=same)
    phone(neighbour).push(device=same)

    found = {item["person"]["name"]: item for item in states()}

    assert found["周敏"]["amiss"] == ["passed_on"]
    assert found["周敏"]["former_owner"]["name"] == village.officer.name


def test_a_scope_that_no_phone_holds_is_an_alarm(session, client, village, phone, states) -> None:
    for n in range(201):
        add_grid(session, f"第{n}村", parent=village.town)
    appoint(session, "总巡查", village.town, Role.GRID_OFFICER)
    session.commit()
    wide = phone(session.query(type(village.officer)).filter_by(name="总巡查").one())

    assert client.get("/api/v1/sync/pull", headers=wide.headers).status_code == 422

    [item] = [item for item in states() if item["person"]["name"] == "总巡查"]
    assert item["amiss"] == ["scope_too_wide"]
    assert item["health"]["scope_too_wide"] > 200


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"clock_offset_s": -601.0}, ["clock_off"]),
        ({"storage_free_bytes": LOW_STORAGE_BYTES - 1}, ["low_storage"]),
        ({"app_build": "b1"}, ["old_build"]),
        ({"oldest_unsent_at": NOW - timedelta(hours=25), "app_build": "b1"},
         ["unsent", "old_build"]),
        ({"reported_at": NOW - timedelta(days=4)}, ["silent"]),
    ],
)  # fmt: skip
def test_what_is_amiss_is_told_in_order_of_urgency(facts, expected) -> None:
    told = Told(**{"reported_at": NOW, "app_build": "b2"} | facts)
    measures = Measures(now=NOW, clock_skew_s=600, newest_build="b2", former_owners={})

    assert amiss(told, measures) == expected
