"""The first pull of a scope of 500 enterprises: CPU of Python and of PostgreSQL, and bytes.

Run as `python -m bench.pull`. Beside what is served stand the same rows page by page as a later
pull would send them, and the enterprises alone by way of the ORM and marshmallow.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from flask import Flask
from shapely import Point
from sqlalchemy import create_engine, func, select

from gridsvc.accountability.rules import Role
from gridsvc.app import create_app
from gridsvc.clock import utc_now
from gridsvc.config import Settings
from gridsvc.enterprises.models import Enterprise
from gridsvc.enterprises.schemas import EnterpriseSchema
from gridsvc.inspections.service import register
from gridsvc.session import db, directory, transaction
from gridsvc.sync.routes import _sent
from tests.conftest import HERE, a_jurisdiction, begin_afresh, enter
from tests.databases import fresh_database
from tests.factories.accountability import add_duty
from tests.factories.enterprises import add_enterprise
from tests.factories.grids import add_boundary, add_grid, square
from tests.factories.inspections import a_report
from tests.factories.pulls import pulled, pulled_whole
from tests.factories.village import LAST_YEAR, Village, actor

VILLAGES, YARDS, TIMES = 25, 20, 7
TICK_MS = 10  # of /proc


def main() -> None:
    with fresh_database("_bench") as (owner_url, app_url), tempfile.TemporaryDirectory() as media:
        engine = create_engine(owner_url)
        begin_afresh(engine)
        engine.dispose()
        app = create_app(
            Settings(
                database_url=app_url, database_owner_url=owner_url, receipt_key="5e" * 32,
                secret_key="a secret for the bench, of 32 characters", media_dir=Path(media),
                log_level="error",
            )
        )  # fmt: skip
        with app.app_context():
            officer = found()
            measure(app, officer)
            db.session.remove()
            db.engine.dispose()


def found():
    """A county of which one officer has 25 villages, 500 enterprises and 500 recent visits."""
    with directory() as shared:
        shared.add(a_jurisdiction(HERE))
    session, now = enter(HERE), utc_now()
    village = Village.found(session)
    reports = []
    for n in range(VILLAGES):
        place = Point(120 + n / 20, 40)
        grid = add_grid(session, f"第{n}村", parent=village.town)
        add_boundary(session, grid, square(place), since=LAST_YEAR)
        add_duty(session, village.officer, grid, Role.GRID_OFFICER, since=LAST_YEAR)
        for yard in range(YARDS):
            place_of = add_enterprise(session, f"{n}-{yard}号场", place, grid)
            reports.append(a_report(place_of, village.officer, village.checklist, made_at=now))
    register(session, reports, by=actor(village.officer), now=now)
    session.commit()
    return village.officer.id


def measure(app: Flask, officer) -> None:
    ways: dict[str, Callable[[], int]] = {
        "as it is served: whole, compressed": lambda: packed(app, officer),
        "whole, not compressed": lambda: len("".join(pieces(officer))),
        "page by page, as before": lambda: paged(officer),
        "enterprises alone, ORM and marshmallow": by_orm,
    }
    print(
        f"{'first pull, 500 enterprises and 500 visits':44}{'python':>10}{'postgres':>10}{'kB':>8}"
    )
    for name, way in ways.items():
        way()
        told = [timed(way) for _ in range(TIMES)]
        python, backend = median(t[0] for t in told), sum(t[1] for t in told) / TIMES
        print(f"{name:44}{python:>7.1f} ms{backend:>7.1f} ms{told[0][2] / 1024:>8.0f}")


def timed(way: Callable[[], int]) -> tuple[float, float, int]:
    with transaction(HERE) as session:
        pid = session.scalar(select(func.pg_backend_pid()))
    before, began = backend_ms(pid), time.process_time()
    size = way()
    return (time.process_time() - began) * 1000, backend_ms(pid) - before, size


def backend_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def pieces(officer):
    with transaction(HERE) as session:
        return list(pulled_whole(session, officer, now=utc_now()))


def packed(app: Flask, officer) -> int:
    with (
        app.test_request_context(headers={"Accept-Encoding": "gzip"}),
        transaction(HERE) as session,
    ):
        return len(_sent(pulled_whole(session, officer, now=utc_now())).data)


def paged(officer) -> int:
    size, cursor, more = 0, None, True
    while more:
        with transaction(HERE) as session:
            page = pulled(session, officer, cursor, now=utc_now())
        size += sum(len(items) for items in page.changed.values())
        cursor, more = page.next, page.more
    return size


def by_orm() -> int:
    with transaction(HERE) as session:
        session.expire_all()
        rows = session.scalars(select(Enterprise)).all()
        return len(json.dumps(EnterpriseSchema(many=True).dump(rows)))


if __name__ == "__main__":
    main()
