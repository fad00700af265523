"""A client that knows nothing of gridsvc, tus-js-client under Node, against a real server."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import select

from gridsvc.config import ROOT, Settings
from gridsvc.media.models import Upload
from gridsvc.session import db, transaction
from gridsvc.store import store
from tests.conftest import BUSY, clear, enter
from tests.factories.media import a_photo, base64, sha256_of
from tests.factories.people import bearer
from tests.factories.village import Village

PACKAGES = ROOT / "gridsvc/web/ui/package.json"
SCRIPT = Path(__file__).with_name("tus_client.mjs")
PIECE = 1000
PATIENCE_S = 60


class Server:
    """gunicorn before the database of the tests. It can be killed, and started again."""

    def __init__(self, settings: Settings) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._environ = {**os.environ, **settings.environment()}
        self.start()

    def start(self) -> None:
        command = ("-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{self.port}")
        how = ("--worker-class", "gthread", "--threads", "4", "--no-control-socket")
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, *command, *how], cwd=ROOT, env=self._environ, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        give_up_at = monotonic() + PATIENCE_S
        while not self._answers():
            assert monotonic() < give_up_at, "it never answered"
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
                raise AssertionError("it ended by itself")

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Client:
    """One run of the script. What it said is in `events`."""

    def __init__(self, **told: Any) -> None:
        node = shutil.which("node")
        assert node, "Node is needed"
        self.process = subprocess.Popen(  # noqa: S603
            [node, str(SCRIPT), json.dumps(told)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.events: list[dict[str, Any]] = []

    def until(self, event: str) -> dict[str, Any]:
        """Read on until something happens; return it."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == event:
                return self.events[-1]
        raise AssertionError(f"It ended without {event}: {self.events}")

    def go_on(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self.process.wait()

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def answers(self, method: str) -> list[int]:
        return [e["status"] for e in self.events if e.get("method") == method]

    @property
    def receipt(self) -> str:
        [*_, last] = [e["receipt"] for e in self.events if e.get("receipt")]
        return str(last)


@dataclass
class Phone:
    """Somebody's phone, its memory, and a photo on it."""

    server: Server
    headers: dict[str, str]
    directory: Path

    def send(self, photo: bytes, **told: Any) -> Client:
        self.directory.mkdir(exist_ok=True)
        file = self.directory / "photo.jpg"
        if not file.exists() or file.read_bytes() != photo:
            file.write_bytes(photo)
        remembers = self.directory / "urls.json"
        return Client(
            **{
                "packages": str(PACKAGES),
                "endpoint": f"http://127.0.0.1:{self.server.port}/api/v1/media",
                "authorization": self.headers["Authorization"],
                "file": str(file),
                "sha256": sha256_of(photo),
                "piece": PIECE,
                "remembers": str(remembers),
            }
            | told
        )


@pytest.fixture(scope="module")
def village(app, owner) -> Iterator[Village]:
    with app.app_context():
        found = Village.found(enter(BUSY))
        db.session.remove()
    yield found
    clear(owner, BUSY)


@pytest.fixture(scope="module")
def server(settings, village) -> Iterator[Server]:
    running = Server(settings)
    yield running
    running.kill()


@pytest.fixture
def phone_of(app, server, tmp_path):
    def _phone_of(somebody) -> Phone:
        with app.app_context(), transaction(BUSY) as session:
            headers = bearer(session, somebody)
        return Phone(server, headers, tmp_path / somebody.login)

    return _phone_of


@pytest.fixture
def kept(app):
    """What the server keeps of a photo."""

    def _kept(photo: bytes) -> bytes:
        with app.app_context():
            return store(BUSY).original(sha256_of(photo)).read_bytes()

    return _kept


@pytest.fixture
def photo() -> bytes:
    return a_photo((900, 600))  # some 5 kB: five pieces or so


def test_it_sends_a_photo_in_pieces_and_gets_a_receipt(phone_of, village, photo, kept) -> None:
    client = phone_of(village.officer).send(photo)
    client.until("done")
    client.end()

    assert kept(photo) == photo
    assert client.receipt
    assert client.answers("POST") == [201]
    assert set(client.answers("PATCH")) == {204}
    assert len(client.answers("PATCH")) == -(-len(photo) // PIECE)
    assert client.events[1]["expires"].endswith("GMT")


def test_it_sends_a_photo_with_its_announcement(phone_of, village, photo, kept) -> None:
    client = phone_of(village.officer).send(photo, at_once=True, piece=10**6)
    client.until("done")
    client.end()

    assert kept(photo) == photo
    assert client.receipt
    assert (client.answers("POST"), client.answers("PATCH")) == ([201], [])


def test_a_client_that_was_killed_goes_on_where_it_stood(phone_of, village, photo, kept) -> None:
    phone = phone_of(village.officer)
    killed = phone.send(photo, pause_at=3)
    killed.until("paused")
    killed.kill()

    client = phone.send(photo)
    client.until("done")
    client.end()

    assert client.events[0]["earlier"] == 1
    assert [e["offset"] for e in client.events if e.get("method") == "HEAD"] == [str(2 * PIECE)]
    assert len(client.answers("PATCH")) == -(-len(photo) // PIECE) - 2
    assert kept(photo) == photo


def test_a_server_that_was_killed_goes_on_where_it_stood(
    phone_of, village, photo, kept, server
) -> None:
    client = phone_of(village.officer).send(photo, pause_at=3, retry_delays=[200] * 300)
    client.until("paused")
    server.kill()
    client.go_on()
    server.start()
    client.until("done")
    client.end()

    heads = [e["offset"] for e in client.events if e.get("method") == "HEAD"]
    assert heads[-1] == str(2 * PIECE)
    assert kept(photo) == photo
    assert client.receipt


def test_a_piece_that_is_not_what_its_checksum_says_is_not_taken(
    phone_of, village, photo, kept
) -> None:
    phone = phone_of(village.officer)
    wrong = phone.send(photo, checksum=f"sha256 {base64(b'0' * 32)}")
    assert wrong.until("error")["status"] == 460
    wrong.end()

    client = phone.send(photo)
    client.until("done")
    client.end()

    assert [e["offset"] for e in client.events if e.get("method") == "HEAD"] == ["0"]
    assert kept(photo) == photo


def test_bytes_that_are_not_those_announced_are_never_a_photo(
    phone_of, village, photo, app
) -> None:
    phone = phone_of(village.officer)
    client = phone.send(photo, sha256=sha256_of(b"another"))

    assert client.until("error")["status"] == 460
    client.end()
    with app.app_context():
        assert not store(BUSY).original(sha256_of(b"another")).exists()
        assert not store(BUSY).original(sha256_of(photo)).exists()


def test_what_its_sender_has_sent_is_not_sent_again_and_what_another_sent_is(
    phone_of, village, photo
) -> None:
    mine, other = phone_of(village.officer), phone_of(village.head)
    first = mine.send(photo)
    first.until("done")
    again = mine.send(photo, retry_delays=[0, 0], remembers=os.devnull)
    again.until("done")
    foreign = other.send(photo)
    foreign.until("done")
    for client in (first, again, foreign):
        client.end()

    assert again.receipt == first.receipt
    assert 204 not in again.answers("PATCH")
    assert foreign.receipt != first.receipt
    assert len(foreign.answers("PATCH")) == len(first.answers("PATCH"))


def test_two_that_send_the_same_at_once_make_one_photo(phone_of, village, photo, kept, app) -> None:
    phone = phone_of(village.officer)
    delays = [50] * 100
    one = phone.send(photo, pause_at=2, retry_delays=delays)
    other = phone.send(photo, pause_at=2, retry_delays=delays)
    for client in (one, other):
        client.until("paused")
    for client in (one, other):
        client.go_on()
    for client in (one, other):
        client.until("done")
        client.end()

    assert one.receipt == other.receipt
    assert kept(photo) == photo
    with app.app_context(), transaction(BUSY) as session:
        uploads = session.scalars(select(Upload).where(Upload.sha256 == sha256_of(photo))).all()
    assert len(uploads) == 1
