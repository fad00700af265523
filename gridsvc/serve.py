"""One whole gridsvc on this machine: `make run`, `make stop`, `make clean`.

The database → its migrations → web → jobs → the demo county, and the same way back at
Ctrl-C. All state lies under var/. Only the standard library is used here, since stopping
and cleaning must work when nothing else is installed.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import NoReturn

from gridsvc.children import Children, Crashed
from gridsvc.cluster import APPLICATION, OWNER, Cluster, ClusterError
from gridsvc.config import INSTANCE_FILE, KEYS_FILE, ROOT, THREADS, VAR, Settings, SettingsError

DATABASE = "gridsvc"
LOCK_FILE = "serve.lock"  # held by the running instance, with its process id inside
READY_WITHIN_S = 60

PYTHON = (sys.executable, "-m")
MIGRATE = (*PYTHON, "alembic", "upgrade", "head")
FLASK = (*PYTHON, "flask")


class Failure(Exception):
    """It cannot run. The message says why and what to do."""


class Stopped(BaseException):
    """Somebody asked it to stop: Ctrl-C, `make stop`, or the end of the terminal."""


def run(var: Path = VAR) -> None:
    """Run until somebody stops it or one of its processes ends."""
    with _the_only_one(var), _database(var, os.environ) as environ:
        settings = Settings.from_environment({**_keys(var), **environ}, var)
        _need_free_port(settings)
        _migrate(settings)
        children = Children({**environ, **environment(settings)}, ROOT, var / "log")
        try:
            _serve(settings, children)
            with _known(var, settings):
                _show(settings, children)
                children.watch()
        finally:
            say("Stopping.")
            children.stop()


def database(var: Path = VAR) -> None:
    """Run the private PostgreSQL and nothing else, to restore a backup into it."""
    with _the_only_one(var), _private_database(var) as addresses:
        say(f"{addresses['DATABASE_OWNER_URL']}   (Ctrl-C stops it)")
        while True:
            signal.pause()


def stop(var: Path = VAR) -> None:
    """Stop the running instance and wait for its end; stop a database that was left behind."""
    var.mkdir(exist_ok=True)
    with (var / LOCK_FILE).open("a+") as lock:
        if _taken(lock.fileno()):
            lock.seek(0)
            os.kill(int(lock.read()), signal.SIGTERM)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _clusters(var)[0].stop()
    say("Stopped.")


def clean(var: Path = VAR) -> None:
    """Stop the running instance and delete var/: the private databases, photos, keys, logs."""
    stop(var)
    for cluster in _clusters(var):
        cluster.remove()
    shutil.rmtree(var)
    say(f"Removed {var}.")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _clusters(var: Path) -> tuple[Cluster, Cluster]:
    """Return the private clusters: the instance's, and the tests'."""
    return Cluster(var / "postgres"), Cluster(var / "test" / "postgres", durable=False)


@contextmanager
def _the_only_one(var: Path) -> Iterator[None]:
    """Make sure that one instance at a time uses var/."""
    var.mkdir(exist_ok=True)
    with (var / LOCK_FILE).open("a+") as lock:
        if _taken(lock.fileno()):
            raise Failure("gridsvc, or its database, is running here: `make stop` ends it.")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


@contextmanager
def _database(var: Path, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the environment with the database in it: the given one, or else a private one."""
    if environ.get("DATABASE_URL", "").strip():
        say("Using the database of DATABASE_URL.")
        yield dict(environ)
    else:
        with _private_database(var) as addresses:
            yield {**environ, **addresses, "DEMO": environ.get("DEMO") or "yes"}


@contextmanager
def _private_database(var: Path) -> Iterator[dict[str, str]]:
    """Keep the private database running; yield its addresses as settings."""
    cluster = _clusters(var)[0]
    say(f"Starting PostgreSQL in {cluster.directory}.")
    with cluster.running():
        cluster.create_database(DATABASE)
        yield {
            "DATABASE_URL": cluster.url(APPLICATION, DATABASE),
            "DATABASE_OWNER_URL": cluster.url(OWNER, DATABASE),
        }


def _keys(var: Path) -> dict[str, str]:
    """Return the keys of this instance, made when it first ran."""
    file = var / KEYS_FILE
    if not file.exists():
        made = {name: secrets.token_hex(32) for name in ("SECRET_KEY", "RECEIPT_KEY")}
        _write_secret(file, made)
    keys: dict[str, str] = json.loads(file.read_text())
    return keys


def _write_secret(file: Path, content: Mapping[str, object]) -> None:
    """Write a file that only we can read: whole, or not at all."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=2))
    unfinished.replace(file)


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables for the processes that answer and work.

    Two arenas: glibc gives each thread one of its own, and each keeps for ever what its largest
    answer took. docs/bench.md has the figures.
    """
    return settings.environment() | {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}


def _need_free_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as refusal:
            raise Failure(
                f"Cannot listen on {settings.host}, port {settings.port}: {refusal.strerror}."
                f" Choose another port: make run PORT={settings.port + 1}"
            ) from None


def _migrate(settings: Settings) -> None:
    """Bring the database to the newest migration, as its owner."""
    say("Migrating the database.")
    owner = {"DATABASE_URL": settings.database_owner_url}
    done = subprocess.run(  # noqa: S603
        MIGRATE,
        env={**os.environ, **environment(settings), **owner},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode != 0:
        raise Failure(f"The database could not be migrated:\n{done.stdout}{done.stderr}".rstrip())


def _serve(settings: Settings, children: Children) -> None:
    """Start the processes that answer and work, and wait until they can."""
    say("Starting gridsvc.")
    children.start(
        *("web", *PYTHON, "gunicorn", "wsgi:app", "--no-control-socket"),
        *("--bind", f"{settings.host}:{settings.port}", "--workers", str(settings.workers)),
        *("--worker-class", "gthread", "--threads", str(THREADS), "--graceful-timeout", "10"),
    )
    children.start("worker", *FLASK, "worker")
    give_up_at = monotonic() + READY_WITHIN_S
    while (answer := _ask(settings, "/readyz"))[0] != 200:
        if monotonic() > give_up_at:
            raise Failure(f"It was not ready after {READY_WITHIN_S} s: {answer[1]}")
        children.watch(timeout_s=0.1)


def _ask(settings: Settings, path: str) -> tuple[int, str]:
    connection = HTTPConnection(_near(settings.host), settings.port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (OSError, HTTPException) as refusal:
        return 0, str(refusal)
    finally:
        connection.close()


def _near(host: str) -> str:
    """Return the address under which this machine reaches itself."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


@contextmanager
def _known(var: Path, settings: Settings) -> Iterator[None]:
    """Let the `flask` command find this instance while it runs."""
    file = var / INSTANCE_FILE
    _write_secret(file, {"pid": os.getpid(), "environment": settings.environment()})
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _show(settings: Settings, children: Children) -> None:
    """Print the address; bring the demo county up to yesterday; print who can sign in."""
    address = f"http://{_near(settings.host)}:{settings.port}"
    say(f"\ngridsvc is ready at {address}   (Ctrl-C stops it; its logs are in var/log/)\n")
    if not settings.demo:
        say("This database gets no demo county. To fill one in: make run DEMO=yes")
        return
    known = _logins(settings)
    say(known or "Filling in the demo county, once. The address answers already.")
    if children.wait_for(children.start("demo", *FLASK, "demo", "fill", is_heard=True)) != 0:
        say("The demo county is not complete, see above. The next `make run` goes on with it.")
    elif not known:
        say(f"{_logins(settings)}\ngridsvc is ready at {address}")


def _logins(settings: Settings) -> str:
    """Return who can sign in to the demo county; nothing if it is not there yet."""
    done = subprocess.run(  # noqa: S603
        [*FLASK, "demo", "logins"],
        env={**os.environ, **environment(settings)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,
    )
    return done.stdout.rstrip() if done.returncode == 0 else ""


def _stop_on_signals() -> None:
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop_once(_: int, __: FrameType | None) -> NoReturn:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)  # stopping is not to be interrupted
        raise Stopped

    for number in signals:
        signal.signal(number, stop_once)


DEEDS: dict[str, Callable[[], None]] = {
    "run": run,
    "database": database,
    "stop": stop,
    "clean": clean,
}


def main(deed: str) -> int:
    """Do one of DEEDS; return the exit code."""
    try:
        _stop_on_signals()
        DEEDS[deed]()
    except Stopped:
        say("Stopped.")
    except (Failure, Crashed, ClusterError, SettingsError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
