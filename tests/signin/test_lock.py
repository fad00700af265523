"""Guessing a password, from many sides at once, against the application as it is served.

A hundred guesses at one process; in `make prove` (PROVE=full) a thousand, at four processes that
share nothing but the database.
"""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Barrier, Event, Lock, Thread
from time import monotonic

import pytest
import requests
from sqlalchemy import delete

from gridsvc.config import Settings
from gridsvc.people.models import Account, Device, Membership, SigninFailure
from gridsvc.session import db, directory
from gridsvc.signin.jobs import forget_old_failures
from gridsvc.signin.rules import FREE_FAILURES, lock_after
from tests.conftest import BUSY, enter, together
from tests.factories.people import PASSWORD, a_phone, an_account
from tests.serving import serving

IS_FULL = os.environ.get("PROVE") == "full"
GUESSES = 1000 if IS_FULL else 100
THREADS, PROCESSES = 20, 4
LOGIN = "guessed"


@pytest.fixture
def phone(busy, owner) -> Iterator[str]:
    """The token of the officer's phone; the officer has an account with a password, too."""
    session = enter(BUSY)
    an_account(session, busy.officer, login=LOGIN)
    token = a_phone(session, busy.officer)
    db.session.remove()
    yield token
    with owner.begin() as connection:
        for table in (Device, Membership):
            connection.execute(delete(table).where(table.jurisdiction_id == BUSY))
        connection.execute(delete(Account).where(Account.login.contains(LOGIN)))
        connection.execute(delete(Account).where(Account.login.startswith(busy.officer.login)))
        connection.execute(delete(SigninFailure).where(SigninFailure.login == LOGIN))


@pytest.fixture
def url(app, settings) -> Iterator[str]:
    with _many_processes(settings) if IS_FULL else serving(app) as address:
        yield f"{address}/api/v1"


@contextmanager
def _many_processes(settings: Settings) -> Iterator[str]:
    """Yield the address of the application as gunicorn serves it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--no-control-socket"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(PROCESSES)),
        *("--worker-class", "gthread", "--threads", "8"),
    ]
    environment = os.environ | settings.environment()
    with subprocess.Popen(command, env=environment) as server:  # noqa: S603
        try:
            _await(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            return requests.get(address, timeout=60).raise_for_status()
        except (requests.ConnectionError, requests.Timeout):
            Event().wait(0.1)  # between two tries, not for something to have happened
    raise AssertionError("gunicorn did not start")


def sign_in(url: str, password: str) -> requests.Response:
    device = {"kind": "phone", "name": "test"}
    body = {"login": LOGIN, "password": password, "device": device}
    return requests.post(f"{url}/sessions", json=body, timeout=60)


def test_a_flood_of_guesses_is_answered_by_the_lock_and_the_phone_works_on(
    url: str, phone: str
) -> None:
    heard: Counter[str] = Counter()
    seen_by_phone: Counter[int] = Counter()
    start, heard_lock = Barrier(THREADS + 1), Lock()

    def guess() -> None:
        start.wait()
        for _ in range(GUESSES // THREADS):
            answer = sign_in(url, "other2026")
            with heard_lock:
                heard[answer.json()["type"]] += 1

    def patrol() -> None:
        start.wait()
        while any(guesser.is_alive() for guesser in guessers):
            headers = {"Authorization": f"Bearer {phone}"}
            seen_by_phone[requests.get(f"{url}/me", headers=headers, timeout=60).status_code] += 1

    guessers = [Thread(target=guess) for _ in range(THREADS)]
    began = monotonic()
    together([*guessers, Thread(target=patrol)])

    assert heard.total() == GUESSES
    tried = heard["/problems/wrong-password"]
    assert FREE_FAILURES <= tried <= most_tries(monotonic() - began)
    assert set(heard) <= {
        "/problems/wrong-password",
        "/problems/locked-for-now",
        "/problems/too-many-at-once",
    }
    assert set(seen_by_phone) == {200}

    locked = sign_in(url, PASSWORD)  # right, but too early
    assert (locked.status_code, locked.json()["type"]) == (429, "/problems/locked-for-now")
    assert 0 < int(locked.headers["Retry-After"]) <= lock_after(tried).total_seconds()
    assert let_the_lock_end() == tried
    assert sign_in(url, PASSWORD).status_code == 201


def most_tries(within_s: float) -> int:
    """How many tries the lock lets through. It grows; on a slow machine some ends."""
    tries, locked_s = FREE_FAILURES, 30.0
    while locked_s < within_s:
        tries += 1
        locked_s += lock_after(tries).total_seconds()
    return tries


def let_the_lock_end() -> int:
    """Let the time of the lock pass; return how many tries were counted."""
    with directory() as session:
        failure = session.get_one(SigninFailure, LOGIN)
        failure.locked_until = datetime.now(UTC)
        counted = failure.failures
    db.session.remove()
    return counted


def test_each_lock_that_was_waited_for_in_vain_is_followed_by_a_longer_one(
    url: str, phone: str
) -> None:
    for _ in range(FREE_FAILURES - 1):
        sign_in(url, "other2026")
    waits = []
    for _ in range(4):
        assert sign_in(url, "other2026").status_code == 403
        waits.append(sign_in(url, "other2026").json()["retry_after_s"])
        let_the_lock_end()

    assert waits == pytest.approx([30, 60, 120, 240], abs=3)


def test_logins_that_nobody_tries_any_more_are_forgotten_after_a_day(
    session, client, now: datetime
) -> None:
    body = {"login": "nobody", "password": "x", "device": {"kind": "phone"}}
    client.post("/api/v1/sessions", json=body)
    failure = session.get_one(SigninFailure, "nobody")

    forget_old_failures(failure.last_at)
    assert session.get(SigninFailure, "nobody") is not None
    forget_old_failures(failure.last_at.replace(year=now.year + 1))
    session.expire_all()
    assert session.get(SigninFailure, "nobody") is None
