"""One-time codes beside the password."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from gridsvc.audit.service import lines_about
from gridsvc.people.models import RecoveryCode, SecondFactor
from gridsvc.scoped import Jurisdiction
from gridsvc.sealing import Sealer
from tests.conftest import HERE
from tests.factories.people import PASSWORD


@pytest.fixture
def desk(client, head_account, sign_in):
    """The head of the town at a browser: post(path, body) writes as she does."""
    csrf = sign_in(login="head", kind="browser").json["csrf_token"]

    def post(path: str, **body):
        url = f"/api/v1/me/second-factor{path}"
        return client.post(url, json=body, headers={"X-CSRFToken": csrf})

    return post


@pytest.fixture
def totp(desk) -> pyotp.TOTP:
    """The authenticator of the head of the town, not yet confirmed."""
    return pyotp.TOTP(desk("", password=PASSWORD).json["secret"])


@pytest.fixture
def recovery_codes(desk, totp) -> list[str]:
    return desk(":confirm", otp=code(totp)).json["recovery_codes"]


def code(totp: pyotp.TOTP, step: int = 0) -> str:
    """The code of this half minute, or of one after it."""
    return totp.at(datetime.now(UTC) + step * timedelta(seconds=30))


def kind(answer) -> str:
    return answer.json.get("type", "").removeprefix("/problems/")


def test_it_counts_once_a_code_was_shown(sign_in, desk, totp) -> None:
    assert sign_in(login="head").status_code == 201
    assert kind(desk(":confirm", otp="000000")) == "wrong-code"

    confirmed = desk(":confirm", otp=code(totp))

    assert len(confirmed.json["recovery_codes"]) == 10
    assert kind(sign_in(login="head", kind="browser")) == "second-factor-needed"


def test_the_secret_is_shown_as_authenticators_read_it_and_kept_sealed(
    session, settings, desk, head_account
) -> None:
    shown = desk("", password=PASSWORD).json

    read = pyotp.parse_uri(shown["otpauth_uri"])
    assert (read.secret, read.name, read.issuer) == (shown["secret"], "head", "gridsvc")
    stored = session.scalars(select(SecondFactor)).one().secret
    sealer = Sealer(bytes.fromhex(settings.receipt_key))
    assert shown["secret"] not in stored
    assert sealer.open(stored, str(head_account.id)) == shown["secret"]


def test_a_browser_and_a_phone_sign_in_with_password_and_code(
    sign_in, recovery_codes, totp
) -> None:
    assert kind(sign_in(login="head")) == "second-factor-needed"
    answer = sign_in(login="head", otp=code(totp, 1))
    assert answer.status_code == 201
    assert answer.json["me"]["second_factor"] == {
        "is_set_up": True,
        "must_set_up": False,
        "recovery_codes_left": 10,
    }


def test_the_same_code_is_not_taken_twice(sign_in, recovery_codes, totp) -> None:
    used = code(totp, 1)
    assert sign_in(login="head", kind="browser", otp=used).status_code == 201
    assert kind(sign_in(login="head", kind="browser", otp=used)) == "code-used"


def test_the_code_that_confirmed_it_is_used_up(sign_in, desk, totp) -> None:
    used = code(totp)
    desk(":confirm", otp=used)
    assert kind(sign_in(login="head", kind="browser", otp=used)) == "code-used"


def test_a_code_without_the_password_is_worth_nothing(sign_in, recovery_codes, totp) -> None:
    answer = sign_in("other2026", login="head", kind="browser", otp=code(totp, 1))
    assert kind(answer) == "wrong-password"


def test_a_recovery_code_is_good_once(sign_in, recovery_codes) -> None:
    one, other = recovery_codes[0].lower().replace("-", " "), recovery_codes[1]
    assert sign_in(login="head", kind="browser", otp=one).status_code == 201
    assert kind(sign_in(login="head", kind="browser", otp=one)) == "wrong-code"
    answer = sign_in(login="head", kind="browser", otp=other)
    assert answer.json["me"]["second_factor"]["recovery_codes_left"] == 8


def test_recovery_codes_are_kept_as_digests(session, recovery_codes) -> None:
    kept = session.scalars(select(RecoveryCode.digest)).all()
    assert len(kept) == 10
    assert not {each.replace("-", "") for each in recovery_codes} & set(kept)


def test_guessing_codes_locks_the_login_though_the_password_is_right(
    sign_in, recovery_codes, totp
) -> None:
    for guess in range(5):
        answer = sign_in(login="head", kind="browser", otp=f"{guess:06}")
        assert kind(answer) == "wrong-code"
    assert kind(sign_in(login="head", kind="browser", otp=code(totp, 1))) == "locked-for-now"


def test_asking_for_the_code_between_guesses_does_not_forget_them(sign_in, recovery_codes) -> None:
    kinds = []
    for guess in range(3):
        kinds.append(kind(sign_in(login="head", kind="browser")))
        kinds.append(kind(sign_in(login="head", kind="browser", otp=f"{guess:06}")))
    assert kinds[:5] == ["second-factor-needed", "wrong-code"] * 2 + ["second-factor-needed"]
    assert kinds[5] == "locked-for-now"


def test_it_is_set_up_only_by_who_knows_the_password_and_only_once(
    desk, recovery_codes, sign_in
) -> None:
    assert kind(desk("", password="other2026")) == "wrong-password"
    assert kind(desk("", password=PASSWORD)) == "second-factor-stands"


def test_it_is_removed_with_the_password_and_a_code(
    session, sign_in, desk, recovery_codes, totp, head_account
) -> None:
    assert kind(desk(":remove", password=PASSWORD, otp="000000")) == "wrong-code"
    assert desk(":remove", password=PASSWORD, otp=code(totp, 1)).status_code == 204

    assert sign_in(login="head", kind="browser").status_code == 201
    assert session.scalars(select(RecoveryCode)).all() == []
    assert [line.deed for line in lines_about(session, [head_account.id])] == [
        "account.begin_second_factor",
        "account.confirm_second_factor",
        "account.remove_second_factor",
    ]


def test_where_desks_need_one_a_browser_does_nothing_else_before(
    app, session, client, sign_in, head_account
) -> None:
    demand(app, "desk")
    answer = sign_in(login="head", kind="browser")
    assert answer.json["me"]["second_factor"]["must_set_up"]
    shut = client.get("/api/v1/checklists")
    assert kind(shut) == "must-have-second-factor"

    headers = {"X-CSRFToken": answer.json["csrf_token"]}
    begun = client.post(
        "/api/v1/me/second-factor", json={"password": PASSWORD}, headers=headers
    ).json
    otp = code(pyotp.TOTP(begun["secret"]))
    client.post("/api/v1/me/second-factor:confirm", json={"otp": otp}, headers=headers)

    assert client.get("/api/v1/checklists").status_code == 200


def test_an_officer_and_a_phone_need_none(app, session, client, sign_in, head_account) -> None:
    demand(app, "desk")

    sign_in(kind="browser")
    assert client.get("/api/v1/checklists").status_code == 200
    assert not sign_in(login="head").json["me"]["second_factor"]["must_set_up"]


def test_what_a_jurisdiction_demands_is_in_the_trail(app, session, village) -> None:
    assert demand(app, "desk") == "second factor: desk\n"
    assert session.get(Jurisdiction, HERE, populate_existing=True).second_factor == "desk"
    last = lines_about(session, [village.county.id])[-1]
    assert (last.deed, last.actor) == (
        "jurisdiction.demand_second_factor",
        "system:jurisdictions.set",
    )
    assert demand(app, "none") == "second factor: none\n"


def test_a_code_of_another_time_is_wrong(desk, totp) -> None:
    long_ago = totp.at(datetime.now(UTC) - timedelta(minutes=2))
    assert kind(desk(":confirm", otp=long_ago)) == "wrong-code"


def demand(app, of: str) -> str:
    args = ["jurisdictions", "set", str(HERE), "--second-factor", of]
    result = app.test_cli_runner().invoke(args=args)
    assert result.exit_code == 0, result.output
    return result.output
