"""The private cluster of the tests, and a database of its own for every run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridsvc.cluster import APPLICATION, OWNER, Cluster
from gridsvc.config import VAR, sqlalchemy_url

PREFIX = "gridsvc_test_"


@contextmanager
def fresh_database(suffix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the addresses, the owner's and the application's, of an empty database.

    Several runs may do this at once. The cluster is started by the first and stopped by the
    last; what a killed run left behind is dropped.
    """
    with Cluster(VAR / "test" / "postgres", durable=False).running() as cluster:
        _drop_orphans(cluster)
        name = f"{PREFIX}{os.getpid()}{suffix}"
        cluster.drop_database(name)
        cluster.create_database(name)
        try:
            yield (
                sqlalchemy_url(cluster.url(OWNER, name)),
                sqlalchemy_url(cluster.url(APPLICATION, name)),
            )
        finally:
            cluster.drop_database(name)


def _drop_orphans(cluster: Cluster) -> None:
    for name in cluster.databases():
        pid = name.removeprefix(PREFIX).partition("_")[0]
        if name.startswith(PREFIX) and not Path("/proc", pid).exists():
            cluster.drop_database(name)
