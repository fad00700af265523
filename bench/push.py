"""How much of the database's own speed the service keeps, with all its rules, through HTTP.

    python -m bench.push

It makes its own database and its own server on it, asks, prints a table, and leaves nothing.
"""

import json
import os
import platform
from collections.abc import Sequence
from typing import Any

import psutil
from flask import Flask
from sqlalchemy import create_engine, text

from bench import clients, stages
from bench.county import Officer
from bench.photos import photos
from bench.reports import report
from bench.served import a_served_county
from gridsvc.ids import new_id
from tests.storm.instance import Instance

CLIENTS, SINGLE_CLIENTS = 4, 8
RECORDS, SINGLES, PULLS = 1000, 50, 100  # of each client
WARM_UP = 25  # of each client


def main() -> None:
    with a_served_county() as (instance, app, officers):
        measure(instance, app, officers)


def measure(instance: Instance, app: Flask, officers: list[Officer]) -> None:
    memory_gb = psutil.virtual_memory().total / 2**30
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {memory_gb:.0f} GB; load {os.getloadavg()}"
    )
    for size in (50, 200):
        pushed = in_batches(instance, officers[:CLIENTS], size)
        plain = bare(instance, size)
        print(f"{'':28} {pushed / plain:.2f} of the bare INSERT")
    one_by_one(instance, officers[:SINGLE_CLIENTS])
    photos(instance, officers[:CLIENTS])
    nothing_new(instance, officers[:CLIENTS])
    for size in (50, 200):
        where_the_time_goes(app, officers[0], size)
    print(f"load {os.getloadavg()}")


def in_batches(instance: Instance, officers: Sequence[Officer], size: int) -> float:
    """Let each officer push in batches; return how many records a second went in."""
    warm_up = [(instance.address, o.headers, batches(o, 4 * size, size)) for o in officers]
    given = [(instance.address, o.headers, batches(o, RECORDS, size)) for o in officers]
    clients.in_parallel(clients.push, warm_up)
    return report(
        instance, f"push, batches of {size}", RECORDS * len(officers),
        lambda: clients.in_parallel(clients.push, given),
    )  # fmt: skip


def batches(officer: Officer, many: int, size: int) -> list[bytes]:
    return [
        json.dumps({"records": officer.visits(size)}).encode() for _ in range(max(many // size, 1))
    ]


def bare(instance: Instance, size: int) -> float:
    """Copy rows that the service wrote, under new ids, in plain multi-row statements."""
    given = [(instance.settings.database_url, size)] * CLIENTS
    return report(
        instance, f"bare INSERT, {size} rows", RECORDS * CLIENTS,
        lambda: clients.in_parallel(insert, given),
    )  # fmt: skip


def insert(url: str, size: int) -> list[float]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = [_plain(row) for row in connection.execute(text(SAMPLE), {"size": size}).mappings()]
        names = list(rows[0])
        holes = ",".join(f"({','.join(f':{name}_{n}' for name in names)})" for n in range(size))
        statement = text(f"INSERT INTO inspection ({','.join(names)}) VALUES {holes}")
        for _ in range(RECORDS // size):
            fresh = [row | {"id": new_id()} for row in rows]
            values = {f"{name}_{n}": row[name] for n, row in enumerate(fresh) for name in names}
            connection.execute(statement, values)
            connection.commit()
    engine.dispose()
    return []


SAMPLE = "SELECT * FROM inspection ORDER BY id DESC LIMIT :size"


def _plain(row: Any) -> dict[str, Any]:
    is_json = (dict, list)
    return {k: json.dumps(v) if isinstance(v, is_json) else v for k, v in row.items()}


def one_by_one(instance: Instance, officers: Sequence[Officer]) -> None:
    warm_up = [(instance.address, o.headers, o.visits(WARM_UP)) for o in officers]
    given = [(instance.address, o.headers, o.visits(SINGLES)) for o in officers]
    clients.in_parallel(clients.put, warm_up)
    report(
        instance, f"single PUT, {len(officers)} clients", SINGLES * len(officers),
        lambda: clients.in_parallel(clients.put, given),
    )  # fmt: skip


def nothing_new(instance: Instance, officers: Sequence[Officer]) -> None:
    """Pull what has not changed; the first pull of each officer is over by then."""
    given = [
        (instance.address, o.headers, clients.cursor_after(instance.address, o.headers), PULLS)
        for o in officers
    ]
    clients.in_parallel(clients.pull_nothing, [(*asked[:3], WARM_UP) for asked in given])
    report(
        instance, "pull, nothing changed", PULLS * len(officers),
        lambda: clients.in_parallel(clients.pull_nothing, given),
    )  # fmt: skip


def where_the_time_goes(app: Flask, officer: Officer, size: int) -> None:
    watch = stages.measure(app, officer, size)
    print(f"\na batch of {size}, stage by stage, ms: on the wall, and of Python's CPU")
    for stage, seconds in watch.wall.items():
        wall_ms, cpu_ms = (s / stages.ROUNDS * 1e3 for s in (seconds, watch.cpu[stage]))
        print(f"  {stage:26} {wall_ms:7.2f} {cpu_ms:7.2f}")


if __name__ == "__main__":
    main()
