"""Asking as somebody, for each of their targets; and what came back."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event

from gridsvc.errors import DomainError
from gridsvc.ids import new_id
from gridsvc.problems import describe, status_of
from gridsvc.session import Session, db
from tests.architecture.bodies import MADE_AT
from tests.architecture.matrix import ALLOWED, Ids, Row, Target, Who, expected, targets
from tests.factories.counties import County
from tests.factories.spots import Spot

Found = TypeVar("Found")


@dataclass(eq=False)
class World:
    """Two counties in two jurisdictions, in a transaction that is rolled back."""

    app: Flask
    client: FlaskClient
    connection: Connection
    counties: tuple[County, County]
    people: list[Who]
    headers: dict[Who, dict[str, str]]

    def ask(self, row: Row, ids: Ids, headers: dict[str, str]) -> Any:
        return self.send(row.request(ids), headers)

    def send(self, asked: dict[str, Any], headers: dict[str, str]) -> Any:
        """Ask, and undo what it changed."""
        asked = asked | {"headers": asked["headers"] | headers}
        self.connection.begin_nested()
        try:
            return self.client.open(**asked, buffered=True)
        finally:
            db.session.remove()
            self.connection.get_nested_transaction().rollback()

    @contextmanager
    def one_savepoint_a_request(self) -> Iterator[None]:
        """Let the transactions of a request share one savepoint, for each of their own takes time.

        One that fails undoes those before it, which nothing here would notice: where a request
        has several, the later ones only tell of the failure.
        """

        def stay_inside(*_: object) -> None:
            if not self.connection.in_nested_transaction():
                self.connection.begin_nested()

        db.session.remove()
        db.session.configure(join_transaction_mode="rollback_only")
        event.listen(db.session, "after_soft_rollback", stay_inside)
        yield
        event.remove(db.session, "after_soft_rollback", stay_inside)
        db.session.configure(join_transaction_mode="create_savepoint")


def reading_once(read: Callable[..., Found]) -> Callable[..., Found]:
    """Read once what all the questions of somebody ask for: none of them leaves a change."""
    known: dict[tuple[object, ...], Found] = {}

    def read_once(session: Session, *asked: object) -> Found:
        if asked not in known:
            known[asked] = read(session, *asked)
        return known[asked]

    return read_once


@dataclass(frozen=True, eq=False)
class Answer:
    row: Row
    who: Who
    target: str
    spot: Spot | None
    named: str  # the id of what was asked for
    expected: int
    status: int
    text: str

    @property
    def got(self) -> int:
        is_no = self.status in {401, 403, 404} or self.status >= 500
        return self.status if is_no and self.status != self.row.answers else ALLOWED

    def __str__(self) -> str:
        return (
            f"{self.row.name}: {self.who.name} of {self.who.county.id} asks for {self.target}:"
            f" {self.status}, not {self.expected}"
        )


def asked(world: World, row: Row, permission: str | None, who: Who) -> Iterator[Answer]:
    """Yield the answers to everything that somebody asks a route for."""
    wanted = targets(row, permission, who, world.counties)
    if not wanted:
        return
    got = _together(world, row, wanted, who) if row.record else _one_by_one(world, row, wanted, who)
    for (target, ids, spot), (status, text) in zip(wanted, got, strict=True):
        named = str(ids[row.thing]) if row.thing else "nothing"
        hoped = expected(row, permission, who, spot)
        yield Answer(row, who, target, spot, named, hoped, status, text)


def _one_by_one(
    world: World, row: Row, wanted: Sequence[Target], who: Who
) -> Iterator[tuple[int, str]]:
    for _, ids, _ in wanted:
        response = world.ask(row, ids, world.headers[who])
        yield response.status_code, response.get_data().decode("utf-8", "replace")


def _together(
    world: World, row: Row, wanted: Sequence[Target], who: Who
) -> Iterator[tuple[int, str]]:
    """Yield what each record of a batch would have got by itself."""
    frame = {"kind": row.record, "made_at": MADE_AT, "device_seq": 1}
    asked = row.request(wanted[0][1])
    asked["json"] = {
        "records": [
            frame | {"id": str(new_id()), "body": row.request(ids)["json"]} for _, ids, _ in wanted
        ]
    }
    for verdict in world.send(asked, world.headers[who]).json["verdicts"]:
        if "problem" in verdict:
            yield STATUSES[verdict["problem"]["type"]], json.dumps(verdict["problem"])
        else:
            yield 201, json.dumps(verdict)


def _refusals(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for refusal in kind.__subclasses__():
        yield refusal
        yield from _refusals(refusal)


STATUSES = {
    describe(refusal(""))["type"]: status_of(refusal(""))
    for kind in DomainError.__subclasses__()
    for refusal in _refusals(kind)
}
