"""Two hundred phones pull in the same second, as on a morning: a first pull, and what changed.

    python -m bench.morning

Beside it the same statement alone, by plain connections to the same PostgreSQL: no token, no
duties, no compression, no HTTP.
"""

import json
import os
import time
from collections.abc import Sequence
from uuid import UUID

from flask import Flask
from sqlalchemy import create_engine

from bench import clients
from bench.county import Officer, more_phones
from bench.reports import report
from bench.served import a_served_county
from gridsvc.clock import utc_now
from gridsvc.sync.queries import EVERYTHING, MISSED, RFC3339
from gridsvc.sync.rules import RECENT, Cursor
from tests.conftest import HERE
from tests.storm.instance import Instance

PHONES, PROCESSES = 200, 4
VISITS = 200  # of each officer, before the morning
NEWS = 20  # of each officer, between the first pull and the next
HEAD_START_S = 1.0  # for 200 connections to stand ready
NOBODY = UUID(int=0)  # none of the visits is a formal inspection, which its author alone is told


def main() -> None:
    with a_served_county() as (instance, app, officers):
        measure(instance, app, officers)


def measure(instance: Instance, app: Flask, officers: Sequence[Officer]) -> None:
    print(f"load {os.getloadavg()}")
    push(instance, officers, VISITS)
    each = PHONES // len(officers)
    phones = more_phones(app, list(officers), each)
    at_once(instance, "first pull", [(one, "") for mine in phones for one in mine])
    grids = [sorted({yard.grid_id for yard in officer.yards}) for officer in officers] * each
    bare(instance, "first pull", [("EVERYTHING", mine, "") for mine in grids])

    cursors = [clients.cursor_after(instance.address, officer.headers) for officer in officers]
    push(instance, officers, NEWS)
    known = [(one, cursor) for mine, cursor in zip(phones, cursors, strict=True) for one in mine]
    at_once(instance, "what changed", known)
    missed = zip(grids, cursors * each, strict=True)
    bare(instance, "what changed", [("MISSED", mine, cursor) for mine, cursor in missed])
    print(f"load {os.getloadavg()}")


def push(instance: Instance, officers: Sequence[Officer], many: int) -> None:
    for officer in officers:
        body = json.dumps({"records": officer.visits(many)}).encode()
        clients.push(instance.address, officer.headers, [body])


def at_once(instance: Instance, name: str, asked: Sequence[tuple[dict[str, str], str]]) -> None:
    begin_at = time.time() + HEAD_START_S
    shares = [(instance.address, asked[n::PROCESSES], begin_at) for n in range(PROCESSES)]
    report(
        instance, f"{len(asked)} phones: {name}", len(asked),
        lambda: clients.in_parallel(clients.pull_at_once, shares), tail=95,
    )  # fmt: skip


def bare(instance: Instance, name: str, asked: Sequence[tuple[str, list[UUID], str]]) -> None:
    shares = [(instance.settings.database_url, asked[n::PROCESSES]) for n in range(PROCESSES)]
    report(
        instance, f"bare statement: {name}", len(asked),
        lambda: clients.in_parallel(select, shares), tail=95,
    )  # fmt: skip


def select(url: str, asked: Sequence[tuple[str, list[UUID], str]]) -> list[float]:
    engine, took = create_engine(url), []
    with engine.connect() as connection:
        for which, grids, cursor in asked:
            statement, values = _statement(which, grids, cursor)
            began = time.perf_counter()
            connection.execute(statement, values).all()
            took.append(time.perf_counter() - began)
    engine.dispose()
    return took


def _statement(which, grids: list[UUID], cursor: str):
    values = {"here": HERE, "since": utc_now() - RECENT, "rfc3339": RFC3339, "reader": NOBODY}
    if which == "EVERYTHING":
        return EVERYTHING, values | {"grids": grids}
    seen = [
        {"grid_id": str(grid), "version": version, "id": str(id), "is_behind": True}
        for grid, (version, id) in Cursor.parse(cursor).places.items()
    ]
    return MISSED, values | {"seen": json.dumps(seen), "most": 1000}


if __name__ == "__main__":
    main()
