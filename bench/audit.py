"""How fast the trail is written and verified here. `python -m bench.audit [LINES]`

It makes a private, durable database of its own under var/bench and removes it at the end.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import create_engine, text

from gridsvc.actor import person
from gridsvc.app import create_app
from gridsvc.audit.rules import Act
from gridsvc.audit.service import open_trail, record, verification
from gridsvc.cluster import APPLICATION, OWNER, Cluster
from gridsvc.config import VAR, Settings, sqlalchemy_url
from gridsvc.ids import new_id
from gridsvc.scoped import Jurisdiction
from gridsvc.session import directory, transaction

HERE, NOW = 1, datetime(2026, 3, 2, 4, tzinfo=UTC)
NAME = "gridsvc_bench_audit"
PIECE = 10_000  # lines a transaction, while the trail is filled
TIMES = 200
PAGE = b"\0" * 8192


def acts(count: int) -> list[Act]:
    """Lines as long as those of visits with a photo."""
    photo = ("5e" * 32,)
    return [
        Act(
            deed="inspection.register", subject_kind="inspection", subject_id=new_id(),
            digest="sha256:" + "5e" * 32, media=photo,
        )
        for _ in range(count)
    ]  # fmt: skip


@contextmanager
def application() -> Iterator[Flask]:
    """Yield gridsvc on a database of its own, migrated, with one jurisdiction."""
    cluster = Cluster(VAR / "bench" / "postgres")
    with cluster.running(), TemporaryDirectory() as media:
        cluster.drop_database(NAME)
        cluster.create_database(NAME)
        owner_url = sqlalchemy_url(cluster.url(OWNER, NAME))
        migrate(owner_url)
        settings = Settings(
            database_url=sqlalchemy_url(cluster.url(APPLICATION, NAME)),
            database_owner_url=owner_url,
            secret_key="s" * 32,
            receipt_key="5e" * 32,
            media_dir=Path(media),
            log_level="warning",
            digest=os.environ.get("DIGEST", "sha256"),
        )
        app = create_app(settings)
        try:
            with app.app_context():
                found()
                yield app
        finally:
            cluster.drop_database(NAME)


def migrate(url: str) -> None:
    engine = create_engine(url)
    config = Config("alembic.ini")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def found() -> None:
    county = Jurisdiction(id=HERE, name="bench", is_synthetic=True, created_at=NOW)
    with directory() as session:
        session.add(county)
    with transaction(HERE) as session:
        open_trail(session)


def write(count: int) -> None:
    with transaction(HERE) as session:
        record(session, acts(count), by=person(new_id(), device_id=new_id()), at=NOW)


def fill(lines: int) -> float:
    began = perf_counter()
    for _ in range(0, lines, PIECE):
        write(min(PIECE, lines))
    return perf_counter() - began


def timed_ms(work: Callable[[], object], times: int = TIMES) -> float:
    """Return the median of `times`."""

    def once() -> float:
        began = perf_counter()
        work()
        return (perf_counter() - began) * 1000

    return median(once() for _ in range(times))


def sync_ms(directory: Path) -> float:
    """Return what the disk needs to keep one page, as the database's log does."""
    path = directory / "sync"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.pwrite(handle, PAGE * 64, 0)
        os.fsync(handle)
        return timed_ms(lambda: (os.pwrite(handle, PAGE, 0), os.fdatasync(handle)))
    finally:
        os.close(handle)
        path.unlink()


def commit_ms() -> float:
    """Return what the bare database needs for one row and its commit, without the trail."""

    def commit() -> None:
        with transaction(HERE) as session:
            touch = "UPDATE audit_head SET seq = seq WHERE jurisdiction_id = :here"
            session.execute(text(touch), {"here": HERE})

    return timed_ms(commit)


def memory_mb() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def main(lines: int) -> None:
    with application():
        sync = sync_ms(VAR / "bench")
        alone, fifty = timed_ms(lambda: write(1)), timed_ms(lambda: write(50))
        print(f"the disk's sync:       {sync:8.2f} ms")
        print(f"a commit of one row:   {commit_ms():8.2f} ms")
        print(f"one line, alone:       {alone:8.2f} ms: {1000 / alone:6.0f} writes/s of one county")
        print(f"a batch of 50 lines:   {fifty:8.2f} ms: {50_000 / fifty:6.0f} lines/s")
        took = fill(lines)
        print(f"{lines} lines made in {took:.1f} s: {lines / took:.0f} lines/s")
        before, began, cpu = memory_mb(), perf_counter(), process_time()
        with transaction(HERE) as session:
            walk = verification(session)
        took, cpu = perf_counter() - began, process_time() - cpu
        assert walk.holds, walk
        print(f"{walk.lines} lines verified in {took:.1f} s: {walk.lines / took:.0f} lines/s")
        print(f"of that on the processor, in Python: {cpu:.1f} s")
        print(f"memory: {memory_mb():.0f} MB, {memory_mb() - before:.0f} MB more than before")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
