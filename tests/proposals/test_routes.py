from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from geo.crs import from_wgs84
from gridsvc.audit.service import lines_about, verify
from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import new_id
from gridsvc.inspections.models import Inspection
from gridsvc.quarantine import Quarantined
from tests.factories.inspections import a_body
from tests.factories.issues import a_photo_body
from tests.factories.village import QIAN, ZHAO

MADE_AT = "2026-02-28T12:00:00+08:00"
USCC = "91350100M000100Y43"


def a_proposal(**changes: Any) -> dict[str, Any]:
    usual = {
        "made_at": MADE_AT,
        "name": "路边废品站",
        "kind": "industrial",
        "address": "村口往东",
        "position": {"type": "Point", "coordinates": [ZHAO.x, ZHAO.y]},
        "crs": "wgs84",
        "accuracy_m": 8,
        "is_scattered_polluter": True,
    }
    return usual | changes


@pytest.fixture
def put(client, village, as_):
    def _put(body, *, id=None, person=village.officer):
        path = f"/api/v1/enterprise-proposals/{id or new_id()}"
        return client.put(path, json=body, headers=as_(person))

    return _put


def test_a_place_found_in_the_field_enters_as_proposed_once(session, village, put) -> None:
    id = new_id()

    first, again = put(a_proposal(), id=id), put(a_proposal(), id=id)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    enterprise = session.scalars(select(Enterprise).where(Enterprise.id == id)).one()
    assert (enterprise.state, enterprise.grid_id) == ("proposed", village.zhao.id)
    assert enterprise.code == f"P{datetime.now(UTC).year}-0001"
    assert (enterprise.initials, enterprise.is_scattered_polluter) == ("lbfpz", True)
    assert first.json["receipt"]["id"] == str(id)
    assert {line.deed for line in lines_about(session, [id])} == {
        "enterprise.propose", "enterprise.register",
    }  # fmt: skip
    assert verify(session) is None


def test_its_first_visit_comes_in_the_same_batch_whatever_the_order(
    session, client, village, as_
) -> None:
    place = new_id()
    visit = a_body(village.yard, village.checklist, enterprise_id=str(place))
    records = [
        {"kind": kind, "id": str(id), "made_at": MADE_AT, "device_seq": n, "body": body}
        for n, (kind, id, body) in enumerate(
            [("inspection", new_id(), visit), ("enterprise_proposal", place, a_proposal())]
        )
    ]

    answer = client.post(
        "/api/v1/sync/push", json={"records": records}, headers=as_(village.officer)
    )

    assert [v["verdict"] for v in answer.json["verdicts"]] == ["accepted", "accepted"]
    assert session.scalar(select(Inspection.grid_id)) == village.zhao.id


def test_phones_of_the_grid_pull_it_with_its_initials(client, village, put, as_) -> None:
    put(a_proposal())

    changed = client.get("/api/v1/sync/pull", headers=as_(village.officer)).json["changed"]

    [found] = [one for one in changed["enterprise"] if one["state"] == "proposed"]
    assert (found["name"], found["initials"]) == ("路边废品站", "lbfpz")


def test_coordinates_are_converted_once_and_kept_as_they_came(session, put) -> None:
    here = from_wgs84(ZHAO, "gcj02")
    body = a_proposal(position={"type": "Point", "coordinates": [here.x, here.y]}, crs="gcj02")

    id = put(body).json["enterprise"]["id"]

    enterprise = session.scalars(select(Enterprise).where(Enterprise.id == id)).one()
    assert enterprise.location.distance(ZHAO) < 1e-6
    assert enterprise.given["crs"] == "gcj02"
    assert enterprise.given["coordinates"] == pytest.approx([here.x, here.y], abs=1e-6)


@pytest.mark.parametrize(("read", "kept"), [(USCC, USCC), (USCC.lower(), USCC), ("看不清", None)])
def test_a_credit_code_that_is_none_is_kept_in_the_proposal_alone(put, read, kept) -> None:
    told = put(a_proposal(uscc=read)).json

    assert told["enterprise_proposal"]["uscc"] == read
    assert told["enterprise"]["uscc"] == kept


def test_its_photos_belong_to_it(client, village, put, as_) -> None:
    id = new_id()
    picked = a_photo_body() | {"source": "picked"}

    put(a_proposal(photos=[picked]), id=id)

    told = client.get(f"/api/v1/photos?record={id}", headers=as_(village.officer)).json["items"]
    assert [(one["sha256"], one["source"]) for one in told] == [(picked["sha256"], "picked")]


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"kind": "spaceport"}, 422, "unknown-kind"),
        ({"position": {"type": "Point", "coordinates": [10, 10]}}, 422, "outside-every-grid"),
        ({"position": {"type": "Point", "coordinates": [QIAN.x, QIAN.y]}}, 403, "not-your-grid"),
    ],
)
def test_what_cannot_be_entered_is_refused_by_name_and_kept_aside(
    session, put, changes, status, problem
) -> None:
    answer = put(a_proposal(**changes))

    assert (answer.status_code, answer.json["type"]) == (status, f"/problems/{problem}")
    assert session.scalar(select(func.count()).select_from(Quarantined)) == 1
    assert session.scalar(select(func.count()).where(Enterprise.state == "proposed")) == 0


def test_a_name_of_blanks_is_none(put) -> None:
    assert put(a_proposal(name="  ")).status_code == 422
