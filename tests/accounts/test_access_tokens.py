"""Programs that read, for a purpose that is named."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.accounts.rules import READABLE
from gridsvc.audit.service import lines_about
from gridsvc.identity import OPEN, declared
from gridsvc.ids import new_id
from gridsvc.people.models import Account, Device
from gridsvc.signin.rules import Token
from tests.factories.issues import add_issue, do
from tests.factories.village import appoint

NOW = datetime.now(UTC)
SOME_ID = "01a1ff5d-7b29-7612-9efc-000000000000"


def wanted(grid, **changes) -> dict:
    usual = {
        "name": "QGIS",
        "purpose": "县局挂图",
        "deeds": ["field.read", "enterprise.read"],
        "grid_id": str(grid.id),
        "until": (NOW + timedelta(days=90)).isoformat(),
    }
    return usual | changes


@pytest.fixture
def issue(client, village, as_):
    headers = as_(village.dispatcher)

    def _issue(grid=None, **changes):
        body = wanted(grid or village.zhao, **changes)
        return client.post("/api/v1/access-tokens", json=body, headers=headers)

    return _issue


@pytest.fixture
def program(issue) -> dict[str, str]:
    """The headers of a program that reads Zhao."""
    return {"Authorization": f"Bearer {issue().json['token']}"}


def kind(answer) -> str:
    return answer.json["type"].removeprefix("/problems/")


def names(answer) -> list[str]:
    return [item["name"] for item in answer.json["items"]]


def test_a_program_reads_what_its_token_names_and_where(client, program) -> None:
    assert names(client.get("/api/v1/enterprises", headers=program)) == ["宏达砂石场"]


def test_a_grid_means_all_below_it(client, village, issue) -> None:
    headers = {"Authorization": f"Bearer {issue(village.town).json['token']}"}
    found = names(client.get("/api/v1/enterprises", headers=headers))
    assert sorted(found) == ["宏达砂石场", "钱家养殖场"]


def test_a_program_reads_issues_of_its_grid_and_none_of_whoever_issued_it(
    session, client, village, issue
) -> None:
    mine = add_issue(session, village.yard, village.officer)
    theirs = add_issue(session, village.farm, village.head)
    do(session, theirs, village.dispatcher, "assign", owner_id=village.dispatcher.id)
    session.commit()
    headers = {"Authorization": f"Bearer {issue(deeds=['issue.read']).json['token']}"}

    found = client.get("/api/v1/issues", headers=headers).json["items"]

    assert [item["id"] for item in found] == [str(mine.id)]
    assert client.get(f"/api/v1/issues/{mine.id}", headers=headers).status_code == 200
    assert client.get(f"/api/v1/issues/{theirs.id}", headers=headers).status_code == 404


def test_a_program_gets_tiles(client, program) -> None:
    assert client.get("/tiles/grids/8/214/95.mvt", headers=program).status_code in {200, 204}


def test_what_lies_elsewhere_is_not_there_for_it(client, village, program) -> None:
    url = f"/api/v1/enterprises/{village.farm.id}"
    assert client.get(url, headers=program).status_code == 404


@pytest.mark.parametrize("path", ["issues", "me", "devices", "home", "accounts", "my-day"])
def test_it_reads_nothing_else(client, program, path: str) -> None:
    answer = client.get(f"/api/v1/{path}", headers=program)
    assert (answer.status_code, kind(answer)) == (403, "programs-only-read")


def test_it_writes_nothing_whatever_the_route(app, client, issue, village) -> None:
    token = issue(village.county, deeds=list(READABLE)).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    tried = 0
    for rule in app.url_map.iter_rules():
        if declared(app.view_functions[rule.endpoint]) == OPEN:
            continue
        path = re.sub(r"<(int|[a-z_]*seq)[^>]*>", "1", rule.rule)
        path = re.sub(r"<[^>]+>", SOME_ID, path)
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}:
            answer = client.open(path, method=method, json={}, headers=headers)
            assert (answer.status_code, kind(answer)) == (403, "programs-only-read"), rule
            tried += 1
    assert tried > 30


def test_it_would_not_write_even_where_reading_were_enough(
    app, client, program, monkeypatch
) -> None:
    view = app.view_functions["inspections.put_inspection"]
    monkeypatch.setattr(view, "permission", "field.read")
    answer = client.put(f"/api/v1/inspections/{new_id()}", json={}, headers=program)
    assert (answer.status_code, kind(answer)) == (403, "programs-only-read")


def test_its_token_is_shown_once_and_kept_as_a_digest(session, client, issue, village, as_) -> None:
    issued = issue().json
    listed = client.get("/api/v1/access-tokens", headers=as_(village.dispatcher)).json
    assert listed["items"] == [issued["access_token"]]
    assert "token" not in issued["access_token"]
    secret = Token.parse(issued["token"]).secret
    assert secret not in session.get(Device, issued["access_token"]["id"]).secret_digest


def test_it_is_listed_with_its_purpose_and_who_issued_it(issue) -> None:
    told = issue().json["access_token"]
    assert (told["name"], told["purpose"], told["state"]) == ("QGIS", "县局挂图", "active")
    assert (told["grid"]["name"], told["issued_by"]["name"]) == ("赵家村", "郑晓")


def test_issuing_and_revoking_are_in_the_trail(session, client, issue, village, as_) -> None:
    id = issue().json["access_token"]["id"]
    security = as_(appoint(session, "许安", village.county, Role.SECURITY_ADMIN))
    url = f"/api/v1/access-tokens/{id}:revoke"
    assert client.post(url, json={"reason": "换厂家"}, headers=security).status_code == 204

    issued, revoked = lines_about(session, [session.get(Device, id).id])
    assert (issued.deed, revoked.deed) == ("access_token.issue", "device.revoke")
    assert "县局挂图" in issued.text
    assert "换厂家" in revoked.text


def test_a_revoked_token_is_good_no_more(client, village, issue, as_) -> None:
    issued = issue().json
    url = f"/api/v1/access-tokens/{issued['access_token']['id']}:revoke"
    client.post(url, json={"reason": "换厂家"}, headers=as_(village.dispatcher))

    program = {"Authorization": f"Bearer {issued['token']}"}
    assert client.get("/api/v1/enterprises", headers=program).status_code == 401
    pushed = client.post("/api/v1/sync/push", json={"records": []}, headers=program)
    assert pushed.status_code == 403


def test_it_ends_when_it_was_said_to_end_however_busy(session, client, issue) -> None:
    issued = issue().json
    device = session.get(Device, issued["access_token"]["id"])
    program = {"Authorization": f"Bearer {issued['token']}"}
    until = device.expires_at
    device.last_seen_at = NOW - timedelta(days=1)
    session.commit()

    assert client.get("/api/v1/enterprises", headers=program).status_code == 200
    assert (device.expires_at, device.last_seen_at > NOW - timedelta(minutes=1)) == (until, True)
    device.expires_at = NOW
    session.commit()
    assert client.get("/api/v1/enterprises", headers=program).status_code == 401


def test_it_ends_with_the_account_of_who_issued_it(session, client, issue) -> None:
    issued = issue().json
    device = session.get(Device, issued["access_token"]["id"])
    session.get(Account, device.account_id).disabled_at = NOW
    session.commit()
    program = {"Authorization": f"Bearer {issued['token']}"}
    assert client.get("/api/v1/enterprises", headers=program).status_code == 401


@pytest.mark.parametrize("days", [-1, 367])
def test_it_ends_in_the_future_within_a_year(issue, days: int) -> None:
    answer = issue(until=(NOW + timedelta(days=days)).isoformat())
    assert (answer.status_code, kind(answer)) == (422, "bad-term")


@pytest.mark.parametrize("deeds", [[], ["issue.assign"], ["track.read"], ["nothing"]])
def test_only_reading_is_handed_out(issue, deeds: list[str]) -> None:
    assert issue(deeds=deeds).status_code == 422


def test_an_administrator_does_not_read_the_field_through_a_program(
    session, client, village, as_
) -> None:
    security = as_(appoint(session, "许安", village.county, Role.SECURITY_ADMIN))
    answer = client.post("/api/v1/access-tokens", json=wanted(village.zhao), headers=security)
    assert (kind(answer), answer.json["deeds"]) == (
        "deed-not-yours",
        ["field.read", "enterprise.read"],
    )
    roster = wanted(village.zhao, deeds=["roster.read"])
    assert client.post("/api/v1/access-tokens", json=roster, headers=security).status_code == 201


def test_a_grid_that_is_not_there_is_told(client, village, issue) -> None:
    assert issue(grid_id=str(new_id())).status_code == 404


@pytest.mark.parametrize("asker", ["officer", "head", "leader"])
def test_nobody_else_lets_programs_in(client, village, as_, asker: str) -> None:
    headers = as_(getattr(village, asker))
    answer = client.post("/api/v1/access-tokens", json=wanted(village.zhao), headers=headers)
    assert answer.status_code == 403
    assert client.get("/api/v1/access-tokens", headers=headers).status_code == 403


def test_a_program_is_none_of_somebodys_devices(client, village, issue, as_) -> None:
    issued = issue().json["access_token"]
    headers = as_(village.dispatcher)
    items = client.get("/api/v1/devices", headers=headers).json["items"]
    assert issued["id"] not in {item["id"] for item in items}
    url = f"/api/v1/devices/{issued['id']}:revoke"
    assert client.post(url, json={"reason": "x"}, headers=headers).status_code == 404
