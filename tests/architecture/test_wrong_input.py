"""The mistakes that phones, files and people make most, each refused by its name."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridsvc.audit.service import open_trail
from gridsvc.grids.models import Grid
from gridsvc.ids import new_id
from gridsvc.session import Session
from gridsvc.uscc import check_digit
from tests.conftest import HERE, THERE, enter
from tests.factories.drawings import a_county, a_line, drawing_text, write_lines
from tests.factories.inspections import a_body
from tests.factories.people import bearer
from tests.factories.village import Village


@pytest.fixture
def put(client: FlaskClient, village: Village, as_: Any) -> Any:
    """The officer sends an inspection with some changes (... leaves a member out)."""
    headers = as_(village.officer)

    def _put(id: UUID | None = None, **changes: Any) -> Any:
        body = a_body(village.yard, village.checklist) | changes
        text = json.dumps({name: value for name, value in body.items() if value is not ...})
        url = f"/api/v1/inspections/{id or new_id()}"
        return client.put(url, data=text, content_type="application/json", headers=headers)

    return _put


def faults_of(answer: Any) -> dict[str, Any]:
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/invalid-fields")
    faults: dict[str, Any] = answer.json["errors"]["json"]
    return faults


def test_a_position_without_its_crs_is_refused(put: Any) -> None:
    assert "crs" in faults_of(put(crs=...))


def test_a_place_is_not_located_without_its_crs(
    client: FlaskClient, village: Village, as_: Any
) -> None:
    answer = client.get("/api/v1/grids:locate?lon=122.05&lat=41.24", headers=as_(village.head))

    assert answer.status_code == 422
    assert "crs" in answer.json["errors"]["query"]


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["NUL", "half a surrogate"])
def test_what_no_text_can_hold_is_refused(put: Any, text: str) -> None:
    assert "findings" in faults_of(put(findings=text))


def test_a_number_that_is_none_is_refused(put: Any) -> None:
    assert "accuracy_m" in faults_of(put(accuracy_m=float("nan")))
    nowhere = {"type": "Point", "coordinates": [float("nan"), 41.2]}
    assert "position" in faults_of(put(position=nowhere))


def test_a_number_beyond_all_measure_is_refused(put: Any) -> None:
    assert "accuracy_m" in faults_of(put(accuracy_m=10**300))


def test_a_body_of_another_media_type_is_refused(
    client: FlaskClient, village: Village, as_: Any
) -> None:
    url, headers = f"/api/v1/inspections/{new_id()}", as_(village.officer)

    answer = client.put(url, data="made_at=now", content_type="text/plain", headers=headers)

    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_json_that_is_nested_too_deep_is_refused(
    client: FlaskClient, village: Village, as_: Any
) -> None:
    deep = b'{"records":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    headers = as_(village.officer) | {"Content-Type": "application/json"}

    answer = client.post("/api/v1/sync/push", data=deep, headers=headers)

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_an_enterprise_of_another_jurisdiction_does_not_exist(
    session: Session, client: FlaskClient, village: Village, put: Any, as_: Any
) -> None:
    headers = as_(village.head)
    foreign = Village.found(enter(THERE)).yard.id
    enter(HERE)

    answer = put(enterprise_id=str(foreign))

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/unknown-enterprise")
    assert client.get(f"/api/v1/enterprises/{foreign}", headers=headers).status_code == 404


def test_an_expired_token_opens_nothing(
    session: Session, client: FlaskClient, village: Village
) -> None:
    a_second_ago = datetime.now(UTC) - timedelta(seconds=1)
    expired = bearer(session, village.officer, expires_at=a_second_ago)

    answer = client.get("/api/v1/me", headers=expired)

    assert (answer.status_code, answer.json["detail"]) == (401, "Sign in first.")


def test_a_second_body_under_one_id_is_a_conflict_and_kept_aside(
    client: FlaskClient, village: Village, put: Any, as_: Any
) -> None:
    id = new_id()
    assert put(id).status_code == 201

    answer = put(id, findings="另一段话")

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/id-taken")
    [kept] = client.get("/api/v1/quarantine", headers=as_(village.head)).json["items"]
    assert (kept["verdict"], kept["record_id"]) == ("conflict", str(id))
    assert json.loads(kept["record"])["body"]["findings"] == "另一段话"


def test_a_ring_that_is_not_closed_is_named_with_its_grid(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    open_trail(session)
    session.add(Grid(code="1", name="县", level=1, kind="territorial"))
    session.commit()
    features = a_county()
    del features[2]["geometry"]["coordinates"][0][-1]
    file = tmp_path / "grids.geojson"
    file.write_text(drawing_text(features, "wgs84"), encoding="utf-8")

    told = imported(app, "grids", file)

    assert "feature 3: 111" in told
    assert "closed" in told


def test_a_uscc_with_a_wrong_check_digit_is_named_with_its_line(
    app: Flask, village: Village, tmp_path: Path
) -> None:
    first17 = "91211122YYY6M5D1U"
    wrong = next(mark for mark in "01" if mark != check_digit(first17))
    line = a_line(uscc=first17 + wrong, lon="122.05", lat="41.24")

    told = imported(app, "enterprises", write_lines(tmp_path / "a.csv", line), "--crs", "wgs84")

    assert "line 2" in told
    assert "uscc" in told


def imported(app: Flask, what: str, file: Path, *options: str) -> str:
    """Import a file that is wrong; return what was said of it."""
    command = [what, "import", str(file), "--jurisdiction", str(HERE), *options]
    result = app.test_cli_runner().invoke(args=command)
    enter(HERE)
    assert result.exit_code == 1, result.output
    return str(result.output)
