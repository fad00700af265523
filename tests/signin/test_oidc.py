"""Signing in with another provider: a real one, on this machine."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey
from sqlalchemy import select

from gridsvc.audit.service import lines_about
from gridsvc.people.models import Account, Device, Membership
from tests.conftest import HERE, THERE
from tests.signin.provider import CLIENT_ID, CLIENT_SECRET, Provider, running

HOME = "http://localhost"
PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def provider(app, monkeypatch) -> Iterator[Provider]:
    with running(Provider(redirect_uri=f"{HOME}/api/v1/oidc/callback")) as provider:
        settings = {
            "PUBLIC_URL": HOME,
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }
        for name, value in settings.items():
            monkeypatch.setitem(app.config, name, value)
        yield provider


@pytest.fixture
def linked(app, provider, head_account) -> Account:
    """The account of the head of the town, for whom the provider vouches."""
    result = run(app, "head", provider.issuer, "chen.jing")
    assert result.exit_code == 0, result.output
    return head_account


def run(app, login: str, issuer: str, subject: str):
    args = ["people", "link-oidc", login, "--jurisdiction", str(HERE)]
    return app.test_cli_runner().invoke(args=[*args, "--issuer", issuer, "--subject", subject])


@pytest.fixture
def go(client, provider) -> Callable[..., Any]:
    """Go to the provider and back, as a browser does; `bent` changes what it brings back."""

    def _go(bent: Callable[[str], str] = str, **headers: str) -> Any:
        away = client.get("/api/v1/oidc/start")
        assert away.status_code == 302, away.json
        back = requests.get(away.location, allow_redirects=False, timeout=10)
        url = urlsplit(bent(back.headers["Location"]))
        return client.get(f"{url.path}?{url.query}", headers=headers)

    return _go


def test_whom_the_provider_vouches_for_is_signed_in_at_a_browser(
    session, client, linked, go
) -> None:
    answer = go()

    assert (answer.status_code, answer.location) == (302, "/desk/")
    me = client.get("/api/v1/me").json
    assert me["person"]["name"] == "孙卫东"
    device = session.scalars(select(Device).where(Device.account_id == linked.id)).one()
    assert (device.kind, device.proof) == ("browser", "oidc")
    [line] = lines_about(session, [device.id])
    assert line.deed == "device.sign_in"
    csrf = {"X-CSRFToken": me["csrf_token"]}
    assert client.delete("/api/v1/sessions/current", headers=csrf).status_code == 204


def test_the_question_travels_with_state_nonce_and_challenge(client, provider) -> None:
    asked = parse_qs(urlsplit(client.get("/api/v1/oidc/start").location).query)
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    cookie = client.get_cookie("oidc", path="/api/v1/oidc")
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/api/v1/oidc")


def claims(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda told: told.update(changes)


@pytest.mark.parametrize(
    ("bend", "refusal"),
    [
        (claims(nonce="another"), "oidc-wrong-nonce"),
        (lambda told: told.pop("nonce"), "oidc-wrong-nonce"),
        (claims(aud="another"), "oidc-wrong-audience"),
        (claims(aud="another", azp=CLIENT_ID), "oidc-wrong-audience"),
        (claims(aud=["another", "more"]), "oidc-wrong-audience"),
        (claims(aud=[CLIENT_ID, "another"], azp="another"), "oidc-wrong-audience"),
        (claims(exp=int(time.time()) - 3600), "oidc-token-expired"),
        (claims(iat=int(time.time()) + 3600), "oidc-bad-token"),
        (claims(iss="http://127.0.0.1/another"), "oidc-bad-token"),
        (lambda told: told.pop("sub"), "oidc-bad-token"),
        (claims(sub="zhao.li"), "oidc-unknown-subject"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    client, provider, linked, go, bend, refusal: str
) -> None:
    provider.bend = bend

    answer = go()

    assert (answer.status_code, answer.json["type"]) == (403, f"/problems/{refusal}")
    assert client.get("/api/v1/me").status_code == 401


def test_a_token_signed_with_another_key_does_not_prove_true(provider, linked, go) -> None:
    provider.signing_key = RSAKey.generate_key(2048)
    assert go().json["type"] == "/problems/oidc-bad-token"


def test_an_answer_to_a_question_of_somebody_else_is_not_taken(client, linked, go) -> None:
    def with_another_state(url: str) -> str:
        return url.partition("&state=")[0] + "&state=another"

    assert go(with_another_state).json["type"] == "/problems/oidc-wrong-state"
    client.delete_cookie("oidc", path="/api/v1/oidc")
    alone = client.get("/api/v1/oidc/callback?code=x&state=%C3%A9")
    assert alone.json["type"] == "/problems/oidc-wrong-state"


def test_a_code_is_taken_only_with_the_verifier_of_its_question(
    client, provider, linked, go
) -> None:
    def with_the_code_of_another(url: str) -> str:
        theirs = client.application.test_client().get("/api/v1/oidc/start").location
        stolen = requests.get(theirs, allow_redirects=False, timeout=10).headers["Location"]
        [code] = parse_qs(urlsplit(stolen).query)["code"]
        return f"{url.partition('?')[0]}?code={code}&state={url.partition('state=')[2]}"

    assert go(with_the_code_of_another).json["type"] == "/problems/oidc-denied"
    assert provider.refused == ["verifier"]


def test_who_is_not_let_in_there_is_not_let_in_here(provider, linked, go) -> None:
    provider.subject = None
    answer = go()
    assert (answer.json["type"], answer.json["error"]) == ("/problems/oidc-denied", "access_denied")


def test_people_are_told_on_the_sign_in_page(provider, linked, go) -> None:
    provider.bend = claims(sub="zhao.li")
    answer = go(**PAGE)
    assert (answer.status_code, answer.location) == (
        302,
        "/desk/sign-in?problem=oidc-unknown-subject",
    )


def test_who_works_in_several_places_is_told_their_names_to_choose_from(
    session, linked, go, village
) -> None:
    elsewhere = Membership(
        account_id=linked.id, jurisdiction_id=THERE, person_id=village.officer.id
    )
    session.add(elsewhere)
    session.commit()

    told = parse_qs(urlsplit(go(**PAGE).location).query)

    assert told["problem"] == ["choose-jurisdiction"]
    places = [{"id": id, "name": str(id)} for id in sorted([HERE, THERE])]
    assert json.loads(told["jurisdictions"][0]) == places


def test_a_shut_account_stays_shut(session, linked, go) -> None:
    linked.disabled_at = datetime.now(UTC)
    session.commit()
    assert go().json["type"] == "/problems/account-disabled"


def test_a_password_of_the_office_and_a_second_factor_do_not_matter_to_it(
    app, session, client, linked, go
) -> None:
    linked.must_change_password = True
    session.commit()
    args = ["jurisdictions", "set", str(HERE), "--second-factor", "desk"]
    app.test_cli_runner().invoke(args=args)

    go()

    assert client.get("/api/v1/checklists").status_code == 200


def test_a_provider_that_cannot_be_reached_is_told(app, client, provider, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "OIDC_ISSUER", f"{provider.issuer}/nowhere")
    assert client.get("/api/v1/oidc/start").json["type"] == "/problems/oidc-unreachable"


def test_without_a_provider_nobody_is_sent_anywhere(client) -> None:
    assert client.get("/api/v1/oidc").json == {"is_offered": False, "issuer": None, "start": None}
    assert client.get("/api/v1/oidc/start").json["type"] == "/problems/oidc-not-offered"
    assert client.get("/api/v1/oidc/callback").json["type"] == "/problems/oidc-not-offered"


def test_pages_are_told_of_the_provider(client, provider) -> None:
    told = client.get("/api/v1/oidc").json
    assert told == {
        "is_offered": True,
        "issuer": provider.issuer,
        "start": "/api/v1/oidc/start",
    }


def test_nobody_is_two_accounts(app, linked, provider, account) -> None:
    result = run(app, "officer", provider.issuer, "chen.jing")
    assert result.exit_code == 1
    assert "head is chen.jing" in result.output


def test_a_link_is_in_the_trail(session, linked) -> None:
    [line] = lines_about(session, [linked.id])
    assert (line.deed, line.actor) == ("account.link_oidc", "system:people.link-oidc")
