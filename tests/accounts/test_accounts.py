"""The accounts of a jurisdiction, in the hands of its security administrator."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from gridsvc.accountability.rules import PERMISSION, Role
from gridsvc.audit.service import lines_about
from gridsvc.people.models import Account, Membership, SigninFailure
from gridsvc.scoped import Jurisdiction
from tests.conftest import HERE, THERE
from tests.factories.people import PASSWORD, an_account
from tests.factories.rounds import add_issue
from tests.factories.village import appoint

REASON = {"reason": "调离"}


@pytest.fixture
def security(session, village):
    return appoint(session, "许安", village.county, Role.SECURITY_ADMIN)


@pytest.fixture
def account(session, village) -> Account:
    return an_account(session, village.officer, login="officer")


@pytest.fixture
def do(client, security, as_):
    """Do something to an account as the security administrator."""
    headers = as_(security)

    def _do(deed: str, login: str = "officer", body: dict | None = REASON):
        return client.post(f"/api/v1/accounts/{login}:{deed}", json=body, headers=headers)

    return _do


@pytest.fixture
def standing(client, security, as_):
    """Return how an account is listed."""
    headers = as_(security)

    def _standing(login: str = "officer") -> dict:
        [item] = client.get(f"/api/v1/accounts?q={login}", headers=headers).json["items"]
        return item

    return _standing


def sign_in(client, password: str = PASSWORD, login: str = "officer"):
    body = {"login": login, "password": password, "device": {"kind": "phone"}}
    return client.post("/api/v1/sessions", json=body)


def kind(answer) -> str:
    return answer.json["type"].removeprefix("/problems/")


def test_a_forgotten_password_is_chosen_again_with_a_code(client, account, do, session) -> None:
    code = do("renew_code").json

    assert (code["login"], code["name"]) == ("officer", "李秀英")
    body = {"login": "officer", "code": code["activation_code"], "password": "next2027"}
    assert client.post("/api/v1/activations", json=body).status_code == 204
    assert sign_in(client, "next2027").status_code == 201
    assert [line.deed for line in lines_about(session, [account.id])] == ["account.renew_code"]


def test_a_shut_account_opens_nothing_until_it_is_opened_again(
    client, account, do, standing
) -> None:
    token = sign_in(client).json["token"]
    headers = {"Authorization": f"Bearer {token}"}

    assert do("disable").json["state"] == "disabled"
    assert standing()["disabled_at"]
    assert kind(sign_in(client)) == "wrong-password"
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    pushed = client.post("/api/v1/sync/push", json={"records": []}, headers=headers)
    assert pushed.status_code == 200  # what it holds is not lost

    assert do("enable").json["state"] == "active"
    assert client.get("/api/v1/me", headers=headers).status_code == 200


def test_shutting_and_opening_are_in_the_trail_with_the_reason(
    session, account, do, security
) -> None:
    do("disable")
    do("enable")
    lines = lines_about(session, [account.id])
    assert [line.deed for line in lines] == ["account.disable", "account.enable"]
    assert {line.person_id for line in lines} == {security.id}
    assert all("调离" in line.text for line in lines)


def test_nobody_shuts_themselves_out(session, client, security) -> None:
    an_account(session, security, login="security")
    token = sign_in(client, login="security").json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    for deed in ("disable", "reset_second_factor"):
        answer = client.post(f"/api/v1/accounts/security:{deed}", json=REASON, headers=headers)
        assert kind(answer) == "not-on-yourself"


def test_an_account_that_works_elsewhere_is_not_changed_from_here(
    session, account, do, standing, village
) -> None:
    session.add(
        Membership(account_id=account.id, jurisdiction_id=THERE, person_id=village.officer.id)
    )
    session.commit()

    assert standing()["works_elsewhere"]
    for deed in ("renew_code", "disable", "enable", "reset_second_factor"):
        assert kind(do(deed)) == "works-elsewhere"


def test_a_login_of_another_jurisdiction_is_not_there(session, do, village) -> None:
    elsewhere = an_account(session, village.head, login="elsewhere")
    session.get_one(Membership, (elsewhere.id, HERE)).jurisdiction_id = THERE
    session.commit()

    for deed in ("renew_code", "disable", "enable", "reset_second_factor"):
        assert kind(do(deed, "elsewhere")) == "unknown-login"


def test_a_lost_second_factor_is_taken_away(session, client, account, do, standing) -> None:
    headers = {"Authorization": f"Bearer {sign_in(client).json['token']}"}
    begun = client.post(
        "/api/v1/me/second-factor", json={"password": PASSWORD}, headers=headers
    ).json
    otp = pyotp.TOTP(begun["secret"]).now()
    client.post("/api/v1/me/second-factor:confirm", json={"otp": otp}, headers=headers)
    assert standing()["has_second_factor"]
    assert kind(sign_in(client)) == "second-factor-needed"

    assert not do("reset_second_factor").json["has_second_factor"]

    assert sign_in(client).status_code == 201
    assert kind(do("reset_second_factor")) == "no-second-factor"
    assert lines_about(session, [account.id])[-1].deed == "account.remove_second_factor"


def test_accounts_are_listed_with_how_they_stand(
    session, client, account, village, security, as_
) -> None:
    now = datetime.now(UTC)
    an_account(session, village.head, login="head", password_hash=None)
    an_account(session, village.deputy, login="deputy")
    session.add(
        SigninFailure(
            login="deputy", failures=5, last_at=now, locked_until=now + timedelta(seconds=30)
        )
    )
    session.commit()
    sign_in(client)

    headers = as_(security)
    first = client.get("/api/v1/accounts?limit=2", headers=headers).json
    rest = client.get(f"/api/v1/accounts?after={first['next']}", headers=headers).json

    items = {item["login"]: item for item in first["items"] + rest["items"]}
    states = {login: item["state"] for login, item in items.items()}
    assert states == {"deputy": "locked", "head": "invited", "officer": "active"}
    assert (items["officer"]["devices"], items["head"]["last_seen_at"]) == (1, None)
    assert (len(first["items"]), rest["next"]) == (2, None)


@pytest.mark.parametrize("asker", ["officer", "head", "dispatcher", "leader", "enforcer"])
def test_nobody_else_looks_after_accounts(client, village, account, as_, asker: str) -> None:
    headers = as_(getattr(village, asker))
    assert client.get("/api/v1/accounts", headers=headers).status_code == 403
    answer = client.post("/api/v1/accounts/officer:disable", json=REASON, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_read_nothing_from_the_field(client, session, village, as_, role) -> None:
    add_issue(session, village, datetime.now(UTC))
    administrator = as_(appoint(session, "许安", village.county, role))
    for path in ("enterprises", "inspections", "grids", "quarantine", "audit/verify"):
        answer = client.get(f"/api/v1/{path}", headers=administrator)
        assert answer.status_code == 403, path
    issues = client.get("/api/v1/issues", headers=administrator).json
    assert (issues["items"], issues["counts"]["open"]) == ([], 0)


def test_the_three_administrators_do_not_do_each_others_work() -> None:
    posts = ("system_admin@1", "security_admin@1", "auditor@1")
    for deed, allowed in PERMISSION.items():
        if deed not in {"roster.read", "login.read"}:
            assert len(allowed.intersection(posts)) <= 1, deed


@pytest.mark.parametrize("role", ["admin", "system_admin", "security_admin", "auditor"])
def test_each_administrator_is_enrolled_by_a_command(app, session, village, role: str) -> None:
    args = ["admins", "create", "--jurisdiction", str(HERE), "--login", "x", "--name", "许安"]
    result = app.test_cli_runner().invoke(args=[*args, "--role", role])
    assert "activation code" in result.output, result.output


def test_whoever_runs_the_installation_shuts_and_opens_any_account(
    app, session, client, account
) -> None:
    def run(*args: str) -> str:
        given = [*args, "officer", "--jurisdiction", str(HERE)]
        return app.test_cli_runner().invoke(args=given).output

    assert run("people", "disable", "--reason", "调离") == "officer is shut.\n"
    assert kind(sign_in(client)) == "wrong-password"
    assert run("people", "enable", "--reason", "回来") == "officer is open.\n"
    assert sign_in(client).status_code == 201
    assert "no second factor" in run("people", "reset-second-factor")
    actors = {line.actor for line in lines_about(session, [account.id])}
    assert actors == {"system:people.disable", "system:people.enable"}


def test_the_lists_say_who_is_invited_locked_shut_or_without_the_second_factor(
    session, client, village, security, as_
) -> None:
    now = datetime.now(UTC)
    session.get_one(Jurisdiction, HERE).second_factor = "desk"
    an_account(session, village.officer, "new", password_hash=None)
    an_account(session, village.head, "shut", disabled_at=now)
    an_account(session, village.deputy, "shy")
    an_account(session, village.dispatcher, "vouched", oidc_issuer="https://id", oidc_subject="x")
    guessed = SigninFailure(login="shy", failures=5, last_at=now, locked_until=now + timedelta(1))
    session.add(guessed)
    session.commit()
    headers = as_(security)

    def listed(only: str) -> tuple[list[str], int]:
        page = client.get(f"/api/v1/accounts?standing={only}", headers=headers).json
        items = page["items"]
        assert only == "second_factor" or {item["state"] for item in items} == {only}
        assert [item["login"] for item in items if item["lacks_second_factor"]] == (
            ["shy"] if only in {"locked", "second_factor"} else []
        )
        return [item["login"] for item in items], page["counts"][only]

    assert listed("invited") == (["new"], 1)
    assert listed("disabled") == (["shut"], 1)
    assert listed("locked") == (["shy"], 1)
    assert listed("active") == (["vouched"], 1)
    assert listed("second_factor") == (["shy"], 1)
