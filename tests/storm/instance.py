"""A real gridsvc to be hard on: gunicorn before a PostgreSQL of its own, and how to kill both."""

import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic

import psutil
from alembic import command
from sqlalchemy import create_engine

from gridsvc.children import Children
from gridsvc.cluster import APPLICATION, OWNER, Cluster, ClusterError
from gridsvc.config import ROOT, VAR, Settings, sqlalchemy_url
from gridsvc.serve import environment
from tests.conftest import alembic_on

WORKERS, THREADS = 2, 8
PATIENCE_S = 60


class Instance:
    """One server whose processes can be killed, at any moment, by anybody."""

    def __init__(self, settings: Settings, cluster: Cluster, children: Children) -> None:
        self.settings = settings
        self._cluster = cluster
        self._children = children
        self._is_up = Event()
        self._web = children.start(
            *("web", sys.executable, "-m", "gunicorn", "wsgi:app", "--no-control-socket"),
            *("--bind", f"{settings.host}:{settings.port}", "--workers", str(WORKERS)),
            *("--worker-class", "gthread", "--threads", str(THREADS)),
        )
        self._wait_until_ready()

    @property
    def address(self) -> tuple[str, int]:
        return self.settings.host, self.settings.port

    @property
    def web_processes(self) -> list[psutil.Process]:
        return _family(self._web.process.pid)

    @property
    def database_processes(self) -> list[psutil.Process]:
        return _family(int((self._cluster.data / "postmaster.pid").read_text().split()[0]))

    def wait(self) -> None:
        """Wait while it cannot answer."""
        assert self._is_up.wait(PATIENCE_S)

    def kill_a_worker(self, chance: Random) -> None:
        """SIGKILL. gunicorn starts another."""
        _, *workers = self.web_processes
        if workers:
            chance.choice(workers).kill()

    def kill_the_database(self, how: signal.Signals) -> None:
        """By SIGKILL, or by SIGQUIT (an immediate shutdown, to PostgreSQL); then start it again."""
        self._is_up.clear()
        family = self.database_processes
        family[0].send_signal(how)
        _, alive = psutil.wait_procs(family, PATIENCE_S)
        assert not alive
        _start(self._cluster)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        give_up_at = monotonic() + PATIENCE_S
        while not _is_ready(self.address):
            assert monotonic() < give_up_at, "it never got ready"
            self._children.watch(timeout_s=0.05)
        self._is_up.set()


@contextmanager
def an_instance(directory: Path) -> Iterator[Instance]:
    """Yield an instance with an empty, migrated database; one at a time on this machine's var/.

    Its PostgreSQL is durable, since what a killed one may lose is the question here.
    """
    home = VAR / "test" / "storm"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with Cluster(home / "postgres").running() as cluster:
            cluster.drop_database("storm")
            cluster.create_database("storm")
            settings = _settings(cluster, directory)
            _migrate(settings)
            children = Children({**os.environ, **environment(settings)}, ROOT, directory / "log")
            try:
                yield Instance(settings, cluster, children)
            finally:
                children.stop()
                cluster.drop_database("storm")


def _family(pid: int) -> list[psutil.Process]:
    """Return a process and those it started, itself first."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def _settings(cluster: Cluster, directory: Path) -> Settings:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return Settings(
        database_url=sqlalchemy_url(cluster.url(APPLICATION, "storm")),
        database_owner_url=sqlalchemy_url(cluster.url(OWNER, "storm")),
        secret_key="a secret for storms, of 32 characters",
        receipt_key="a7" * 32,
        media_dir=directory / "media",
        log_level="error",
        port=port,
        workers=WORKERS,
    )


def _migrate(settings: Settings) -> None:
    engine = create_engine(settings.database_owner_url)
    with engine.begin() as connection:
        command.upgrade(alembic_on(connection), "head")
    engine.dispose()


def _start(cluster: Cluster) -> None:
    """Start PostgreSQL again, once nobody holds the memory that a killed one left behind."""
    give_up_at = monotonic() + PATIENCE_S
    while True:
        try:
            with cluster.running():
                return
        except ClusterError:
            if monotonic() > give_up_at:
                raise


def _is_ready(address: tuple[str, int]) -> bool:
    connection = HTTPConnection(*address, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
