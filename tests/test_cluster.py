"""A private cluster of this module's own: started, used by several, stopped, removed."""

import json
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gridsvc import cluster as module
from gridsvc.cluster import APPLICATION, OWNER, Cluster, ClusterError
from gridsvc.config import ROOT

USER = """
import json, sys
from pathlib import Path
from gridsvc.cluster import Cluster
with Cluster(Path(sys.argv[1]), durable=False).running() as cluster:
    print(json.dumps(cluster.databases()), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster whose directory postgres cannot reach if we are root: pytest's is 0700."""
    cluster = Cluster(tmp_path_factory.mktemp("var") / "postgres", durable=False)
    yield cluster
    cluster.remove()


def somebody_else(cluster: Cluster) -> "subprocess.Popen[str]":
    """Return another process that uses the cluster until its input ends."""
    command = [sys.executable, "-c", USER, str(cluster.directory)]
    return subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_it_stops_with_the_last_who_uses_it(cluster: Cluster) -> None:
    with cluster.running():
        others = [somebody_else(cluster) for _ in range(2)]
        for other in others:
            assert other.stdout is not None
            assert json.loads(other.stdout.readline()) == ["postgres"]
    assert cluster.is_running
    others[0].communicate()
    assert cluster.is_running
    others[1].communicate()
    assert not cluster.is_running


def test_it_can_be_begun_by_many_at_once(tmp_path: Path) -> None:
    new = Cluster(tmp_path / "postgres", durable=False)
    try:
        others = [somebody_else(new) for _ in range(3)]
        assert [json.loads(other.communicate()[0]) for other in others] == [["postgres"]] * 3
        assert not new.is_running
    finally:
        new.remove()


def test_the_owner_and_the_application_are_two_roles_with_postgis_at_hand(cluster: Cluster) -> None:
    with cluster.running():
        cluster.create_database("county")
        cluster.create_database("county")  # which stays as it is
        for role in (OWNER, APPLICATION):
            with psycopg.connect(cluster.url(role, "county")) as connection:
                row = connection.execute(
                    "SELECT current_user, rolsuper, postgis_lib_version() IS NOT NULL"
                    " FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
            assert row == (role, False, True)
        with psycopg.connect(cluster.url(OWNER, "county")) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            connection.execute("CREATE TABLE kept (id integer)")
        with (
            psycopg.connect(cluster.url(APPLICATION, "county")) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("SELECT * FROM kept")


def test_what_was_committed_is_there_the_next_time(cluster: Cluster) -> None:
    with cluster.running():
        cluster.create_database("lasting")
    with cluster.running():
        assert "lasting" in cluster.databases()
        cluster.drop_database("lasting")
        assert "lasting" not in cluster.databases()


def test_variables_of_another_postgresql_do_not_lead_it_astray(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGUSER", "PGDATABASE", "PGPORT", "PGDATA", "PGOPTIONS"):
        monkeypatch.setenv(name, "elsewhere")
    with cluster.running():
        assert "postgres" in cluster.databases()


def test_no_port_is_open_and_no_other_user_may_enter(cluster: Cluster) -> None:
    with cluster.running():
        assert cluster.sql("SHOW listen_addresses").strip() == ""
        for place in (cluster.sockets, cluster.sockets / ".s.PGSQL.5432", cluster.data):
            assert place.stat().st_mode & 0o077 == 0


def test_a_long_path_gets_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_reaches", lambda *_: True)
    deep = Cluster(tmp_path / ("deep" * 25) / "postgres")
    assert deep.home == deep.directory
    assert len(os.fsencode(deep.sockets / ".s.PGSQL.5432")) <= 107


def test_a_directory_of_another_user_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "postgres"
    theirs.mkdir()
    if os.geteuid() != 0:
        theirs = Path("/etc")  # root's
    else:
        os.chown(theirs, pwd.getpwnam("nobody").pw_uid, -1)
    with (
        pytest.raises(ClusterError, match=r"go on as the user who began"),
        Cluster(theirs).running(),
    ):
        pytest.fail("it started")
    assert not (theirs / "data").exists()


def test_a_failing_command_says_what_postgresql_said(cluster: Cluster) -> None:
    with cluster.running(), pytest.raises(ClusterError, match=r"relation .nowhere. does not exist"):
        cluster.sql("SELECT * FROM nowhere")


def test_data_of_a_version_that_is_not_installed_is_not_touched() -> None:
    with pytest.raises(ClusterError, match=r"PostgreSQL 9999 with PostGIS is not installed"):
        module.server_directory("9999")


def test_one_that_never_was_can_be_stopped_and_removed(tmp_path: Path) -> None:
    Cluster(tmp_path / "postgres").remove()
    assert not list(tmp_path.iterdir())
