"""One whole instance: started as `make run` does, asked, stopped. Its database is given."""

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gridsvc import serve
from gridsvc.config import ROOT, Settings
from tests.databases import fresh_database

PROGRAM = """
import functools, sys
from pathlib import Path
from gridsvc import serve
serve.DEEDS["run"] = functools.partial(serve.run, Path(sys.argv[1]))
sys.exit(serve.main("run"))
"""


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    with fresh_database("_serve") as (owner_url, app_url):
        given = {"DATABASE_URL": app_url, "DATABASE_OWNER_URL": owner_url, "PORT": free_port()}
        yield {**os.environ, **given, "WORKERS": "1", "DEMO": "no"}


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def begin(var: Path, environ: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", PROGRAM, str(var)],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout is not None
    assert any(word in line for line in process.stdout), process.communicate()


# Takes about 5 s: it migrates an empty database and starts every process, as a stranger would.
def test_it_starts_is_found_and_leaves_nothing_behind(
    environ: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with begin(tmp_path, environ) as process:
        try:
            read_until(process, "gets no demo county")
            found = Settings.from_environment({}, tmp_path)
            assert serve._ask(found, "/readyz")[0] == 200
            for name in ("keys.json", "instance.json"):
                assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

            again = begin(tmp_path, environ | {"PORT": free_port()})
            assert "is running here" in again.communicate()[1]
            assert again.returncode == 1

            assert (tmp_path / "log" / "worker.log").exists()
            family = psutil.Process(process.pid).children(recursive=True)
            assert family
            serve.stop(tmp_path)
        finally:
            process.terminate()
        _, complaints = process.communicate()
    assert (process.returncode, complaints) == (0, "")
    assert not [member for member in family if member.is_running()]
    assert not (tmp_path / "instance.json").exists()
    assert not (tmp_path / "postgres").exists()  # the database was given: none was made


def test_a_taken_port_is_named_before_anything_is_migrated(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said, complaints = begin(tmp_path, environ | {"PORT": port}).communicate()
    assert f"port {port}: Address already in use" in complaints
    assert "Migrating" not in said


def test_wrong_settings_are_named(environ: dict[str, str], tmp_path: Path) -> None:
    process = begin(tmp_path, environ | {"WORKERS": "many"})
    assert "WORKERS must be a whole number" in process.communicate()[1]
    assert process.returncode == 1


def test_a_database_that_cannot_be_migrated_stops_it(
    environ: dict[str, str], tmp_path: Path
) -> None:
    nowhere = "postgresql://nobody@/nothing?host=/nowhere"
    process = begin(tmp_path, environ | {"DATABASE_OWNER_URL": nowhere})
    assert "The database could not be migrated" in process.communicate()[1]
    assert process.returncode == 1


def test_the_keys_are_made_once(tmp_path: Path) -> None:
    made = serve._keys(tmp_path)
    assert serve._keys(tmp_path) == made
    assert json.loads((tmp_path / "keys.json").read_text()) == made
    assert made["SECRET_KEY"] != made["RECEIPT_KEY"]


def test_cleaning_removes_all_of_var_and_stopping_twice_is_no_mistake(tmp_path: Path) -> None:
    var = tmp_path / "var"
    serve.stop(var)
    serve.stop(var)
    (var / "media").mkdir()
    serve.clean(var)
    assert not list(tmp_path.iterdir())
