"""flask admins create, flask people set-password and renew-code."""

import re

import pytest

from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.rules import Role
from gridsvc.audit.service import verify
from gridsvc.clock import utc_now
from gridsvc.people.passwords import agrees
from gridsvc.people.service import account_here
from gridsvc.session import transaction
from gridsvc.signin.rules import LockedForNow
from gridsvc.signin.service import account_of, activate, count_attempt
from tests.conftest import HERE, THERE

CODE = re.compile(r"activation code: (\S{19}) ")


@pytest.fixture
def run(app, village):
    def invoke(*args: str, jurisdiction: int = HERE, stdin: str | None = None):
        given = [*args[:2], "--jurisdiction", str(jurisdiction), *args[2:]]
        return app.test_cli_runner().invoke(args=given, input=stdin)

    return invoke


@pytest.fixture
def created(run):
    return run("admins", "create", "--login", "admin", "--name", "许安")


def test_an_administrator_gets_a_duty_and_a_code_that_is_printed_once(
    created, session, village
) -> None:
    assert created.exit_code == 0, created.output
    [duty] = duties_of(session, utc_now(), subject_ids=[village.county.id])[:1]
    assert (duty.role, duty.person.name) == (Role.ADMIN, "许安")
    [code] = CODE.findall(created.output)
    assert activate(session, "admin", code, "a password 1", now=utc_now()).password_hash
    assert verify(session) is None


def test_a_login_is_taken_once(created, run) -> None:
    result = run("admins", "create", "--login", "admin", "--name", "许安", jurisdiction=THERE)

    assert result.exit_code == 1
    assert "These logins have an account: admin." in result.output


def test_a_renewed_code_takes_the_place_of_the_first(created, run, session) -> None:
    [first] = CODE.findall(created.output)
    [second] = CODE.findall(run("people", "renew-code", "admin").output)

    assert first != second
    assert activate(session, "admin", second, "a password 1", now=utc_now())


def test_a_password_is_read_from_standard_input(created, run, session) -> None:
    result = run("people", "set-password", "admin", stdin="a password 1\n")

    assert result.exit_code == 0, result.output
    with transaction(HERE) as here:
        account = account_here(here, "admin")
        assert agrees("a password 1", account.password_hash)
        assert account.must_change_password
        assert account.activation_digest is None
        assert verify(here) is None


def test_a_new_password_opens_a_locked_login(created, run, session) -> None:
    for _ in range(5):
        count_attempt(session, "admin", now=utc_now())
    with pytest.raises(LockedForNow):
        count_attempt(session, "admin", now=utc_now())

    run("people", "set-password", "admin", stdin="a password 1\n")

    count_attempt(session, "admin", now=utc_now())
    assert account_of(session, "admin", "a password 1")


def test_a_weak_password_is_told(created, run) -> None:
    result = run("people", "set-password", "admin", stdin="weak\n")

    assert result.exit_code == 1
    assert "At least 8 characters" in result.output


def test_only_logins_of_the_jurisdiction_are_touched(created, run) -> None:
    for login, where in (("admin", THERE), ("nobody", HERE)):
        result = run("people", "set-password", login, stdin="a password 1\n", jurisdiction=where)
        assert result.exit_code == 1
        assert f"Nobody here has the login {login}." in result.output
