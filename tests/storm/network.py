"""A network that loses, doubles, delays, cuts short and forgets, by a seed."""

import json
import socket
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Lock, Thread
from typing import Any

TIMEOUT_S = 60
COPIES = 5


class Lost(Exception):
    """No answer came. What became of the request, the phone cannot know."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Ledger:
    """Every receipt that ever left the server, whether its phone heard it or not."""

    def __init__(self) -> None:
        self.given: dict[str, list[dict[str, Any]]] = {}
        self._lock = Lock()

    def note(self, answer: Answer) -> None:
        found = []
        if sealed := answer.headers.get("Media-Receipt"):
            found.append(json.loads(b64decode(sealed)))
        if b'"verdicts"' in answer.body:
            found += [v["receipt"] for v in answer.json["verdicts"] if "receipt" in v]
        with self._lock:
            for receipt in found:
                self.given.setdefault(receipt["id"], []).append(receipt)


@dataclass
class Network:
    """The way from one phone to the server."""

    address: tuple[str, int]
    chance: Random
    ledger: Ledger
    is_calm: bool = False
    _late: list[Request] = field(default_factory=list)

    def ask(self, request: Request) -> Answer:
        """Send a request and return the answer, or raise Lost."""
        if self._late and self.chance.random() < 0.3:
            self._try(self._late.pop(0))
        if self.is_calm:
            return self._deliver(request)
        [fate] = self.chance.choices(FATES, WEIGHTS)
        return fate(self, request)

    def calm_down(self) -> None:
        """Deliver what is still on its way; from now on lose nothing."""
        while self._late:
            self._try(self._late.pop(0))
        self.is_calm = True

    def _deliver(self, request: Request) -> Answer:
        connection = HTTPConnection(*self.address, timeout=TIMEOUT_S)
        try:
            connection.request(request.method, request.path, request.body, dict(request.headers))
            got = connection.getresponse()
            answer = Answer(got.status, dict(got.getheaders()), got.read())
        except (OSError, HTTPException) as fault:
            raise Lost(str(fault)) from fault
        finally:
            connection.close()
        self.ledger.note(answer)
        return answer

    def _try(self, request: Request) -> Answer | None:
        try:
            return self._deliver(request)
        except Lost:
            return None

    def _drop(self, request: Request) -> Answer:
        raise Lost("dropped on the way out")

    def _double(self, request: Request) -> Answer:
        answers: list[Answer | None] = []
        copies = [Thread(target=lambda: answers.append(self._try(request))) for _ in range(COPIES)]
        for copy in copies:
            copy.start()
        for copy in copies:
            copy.join()
        heard = [answer for answer in answers if answer]
        if not heard:
            raise Lost("none of the copies was answered")
        return self.chance.choice(heard)

    def _delay(self, request: Request) -> Answer:
        self._late.append(request)
        raise Lost("it arrives when nobody waits for it any more")

    def _truncate(self, request: Request) -> Answer:
        told = {"Host": "server", "Content-Length": str(len(request.body)), **request.headers}
        lines = [f"{name}: {value}" for name, value in told.items()]
        head = "\r\n".join([f"{request.method} {request.path} HTTP/1.1", *lines, "", ""]).encode()
        cut = self.chance.randrange(len(request.body) + 1) if request.body else 0
        try:
            with socket.create_connection(self.address, TIMEOUT_S) as connection:
                connection.sendall(head + request.body[:cut])
        except OSError as fault:
            raise Lost(str(fault)) from fault
        raise Lost("cut short")

    def _forget(self, request: Request) -> Answer:
        self._deliver(request)
        raise Lost("the answer was dropped, after the commit")


Fate = Callable[[Network, Request], Answer]
FATES: tuple[Fate, ...] = (
    Network._deliver, Network._drop, Network._double, Network._delay, Network._truncate,
    Network._forget,
)  # fmt: skip
WEIGHTS = (54, 10, 6, 8, 8, 14)
