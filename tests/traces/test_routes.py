from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty
from gridsvc.ids import new_id
from tests.factories.accountability import add_duty, add_person
from tests.factories.grids import add_grid
from tests.factories.rounds import add_issue, add_visit

NOW = datetime.now(UTC)


@pytest.fixture
def get(client, as_):
    def _get(url, person):
        return client.get(f"/api/v1/trace/{url}", headers=as_(person))

    return _get


def test_the_trace_of_an_enterprise_in_json(session, village, get) -> None:
    add_visit(session, village, NOW - timedelta(days=1))
    add_issue(session, village, NOW - timedelta(days=1))
    session.commit()

    found = get(f"enterprise/{village.yard.id}?at=2026-01-01T00:00:00Z", village.enforcer).json

    assert found["subject"] == {
        "kind": "enterprise", "id": str(village.yard.id), "code": village.yard.code,
        "name": "宏达砂石场",
    }  # fmt: skip
    assert set(found["lanes"]) == {
        "responsibility", "visits", "missing_visits", "issues", "orders",
    }  # fmt: skip
    assert {"from", "until", "vacant", "handover"} <= set(found["lanes"]["responsibility"][0])
    assert (len(found["lanes"]["visits"]), len(found["lanes"]["issues"])) == (1, 1)
    assert found["lanes"]["visits"][0]["late"] is False
    assert {link["role"] for link in found["responsible_at"]} >= {"grid_head", "grid_officer"}
    assert found["audit"]["verified"] is None
    assert found["audit"]["lines"] == 1


def test_the_whole_trail_is_walked_on_request(session, village, get) -> None:
    audit = get(f"grid/{village.zhao.id}?verify=1", village.head).json["audit"]

    assert (audit["verified"], audit["first_break"], audit["entries"]) == (True, None, [])


def test_an_officer_sees_that_it_exists_but_may_not_trace(village, get) -> None:
    assert get(f"enterprise/{village.yard.id}", village.officer).status_code == 403


def test_what_is_foreign_or_unknown_does_not_exist(session, village, get) -> None:
    stranger = add_person(session, "别镇长")
    add_duty(
        session, stranger, add_grid(session, "别镇", level=2, parent=village.county), "grid_head"
    )
    session.commit()

    assert get(f"enterprise/{village.yard.id}", stranger).status_code == 404
    assert get(f"enterprise/{new_id()}", village.enforcer).status_code == 404
    assert get(f"person/{village.officer.id}", village.enforcer).status_code == 404


def test_a_former_head_reads_up_to_the_end_of_the_duty(session, village, get) -> None:
    left = NOW - timedelta(days=3)
    duty = session.scalars(select(Duty).where(Duty.person_id == village.head.id)).one()
    duty.period = Range(duty.period.lower, left)
    add_visit(session, village, NOW - timedelta(days=5))
    add_visit(session, village, NOW - timedelta(days=1))
    session.commit()

    found = get(f"enterprise/{village.yard.id}", village.head).json

    assert len(found["lanes"]["visits"]) == 1
    assert found["as_of"] == left.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    now = get(f"enterprise/{village.yard.id}", village.enforcer).json
    assert len(now["lanes"]["visits"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-02&until=2026-03-01", "from=yesterday", "from=0001-01-01", "at=2026-03-01",
        "until=2026-13-01", "weather=fine", "from=2199-01-01",
    ],
)  # fmt: skip
def test_a_span_that_cannot_be_is_refused(village, get, query: str) -> None:
    assert get(f"enterprise/{village.yard.id}?{query}", village.enforcer).status_code == 422
