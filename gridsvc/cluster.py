"""A private PostgreSQL + PostGIS: a directory, a Unix socket, no port, no service.

`make run` keeps its data in one, `make test` in another. It works as an ordinary user and
as root (PostgreSQL itself refuses to run as root, so it runs as `postgres` then). Only the
standard library is used, so that it can be stopped when nothing else is installed.
"""

import fcntl
import os
import pwd
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

OWNER, APPLICATION = "gridsvc_owner", "gridsvc_app"
PORT = 5432  # of the socket's name only: each cluster has a socket directory of its own
LONGEST_SOCKET = 107  # bytes, what a Unix socket's address holds
ELSEWHERE = Path("/var/tmp")  # noqa: S108  where `postgres` reaches what it cannot in a 0700 home

INSTALLATIONS = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "jit": "off",  # compiling costs our short queries more than it gains
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# The extensions stand in the template, because only a superuser may create them.
PREPARE = f"""
SELECT 'CREATE ROLE {OWNER} LOGIN' WHERE to_regrole('{OWNER}') IS NULL \\gexec
SELECT 'CREATE ROLE {APPLICATION} LOGIN' WHERE to_regrole('{APPLICATION}') IS NULL \\gexec
GRANT {APPLICATION} TO {OWNER};
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
"""

Done = subprocess.CompletedProcess[str]


class ClusterError(Exception):
    """The private PostgreSQL cannot do what it was asked to. The message says what to do."""


class Cluster:
    """The private cluster that lives in `directory`.

    Several processes may use it at once: it starts with the first and stops with the last.
    One that is not `durable` is faster and may lose everything in a power cut.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory = directory.resolve()
        self.durable = durable

    @property
    def home(self) -> Path:
        """Where it really lives: `directory`, unless the server's user cannot get there."""
        return self.directory if _reaches(_server_user(), self.directory) else self._elsewhere

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        """The directory of its socket, which only the server's user and root may enter."""
        near = self.home / "run"
        fits = len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET
        return near if fits else self._elsewhere / "run"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def is_running(self) -> bool:
        return self._pg_ctl("status", check=False).returncode == 0

    def url(self, role: str, database: str) -> str:
        """Return the address of a database, as libpq and `psql` take it."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), '')}&port={PORT}"

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """Keep it running; at the end stop it, unless somebody else is using it."""
        self._make_room()
        with (self.home / "users").open("a") as users:
            try:
                with self._alone():
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._start()
                yield self
            finally:
                self._leave(users)

    def stop(self) -> None:
        """Stop it, if it is running, whoever is using it."""
        if self.data.exists():
            with self._alone():
                self._stop()

    def remove(self) -> None:
        """Stop it and delete all it holds."""
        self.stop()
        for directory in (self.directory, self._elsewhere):
            if directory.exists():
                shutil.rmtree(directory)

    def create_database(self, name: str) -> None:
        """Create an empty database with PostGIS, which the owner owns. One that is there stays."""
        missing = f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
        self.sql(f"SELECT 'CREATE DATABASE {name} OWNER {OWNER}' {missing} \\gexec")

    def drop_database(self, name: str) -> None:
        """Drop a database, with all who are connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def databases(self) -> list[str]:
        return self.sql("SELECT datname FROM pg_database WHERE NOT datistemplate").split()

    def sql(self, script: str, *, database: str = "postgres") -> str:
        """Run a script of psql as the superuser; return the rows, without decoration."""
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self.sockets)]
        command += ["-p", str(PORT), "-U", "postgres", "-d", database]
        return self._run(*command, input=script).stdout

    @property
    def _elsewhere(self) -> Path:
        return ELSEWHERE / f"gridsvc-{sha256(os.fsencode(self.directory)).hexdigest()[:12]}"

    def _make_room(self) -> None:
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        _own(self.directory)
        for directory in (self.home, self.sockets.parent, self.sockets):
            _own(directory)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else start or stop it meanwhile."""
        with (self.home / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        """Make it if it is not there yet, and start it if it is not running."""
        if not self.data.exists():
            self._initialise()
        if self.is_running:
            return
        options = OPTIONS | {"unix_socket_directories": str(self.sockets), "port": str(PORT)}
        options |= {} if self.durable else FORGETFUL
        words = shlex.join(f"--{name}={value}" for name, value in options.items())
        self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log), "-o", words)
        self.sql(PREPARE, database="template1")

    def _stop(self) -> None:
        if self.data.exists() and self.is_running:
            self._pg_ctl("stop", "-m", "fast", "-w", "-t", "60")

    def _leave(self, users: IO[str]) -> None:
        with self._alone():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fcntl.flock(users, fcntl.LOCK_UN)  # the last to leave will stop it
            else:
                self._stop()

    def _initialise(self) -> None:
        """Make the data directory: whole, or not at all."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        words += ["--no-instructions"] + ([] if self.durable else ["--no-sync"])
        self._run("initdb", "-D", str(unfinished), *words)
        unfinished.rename(self.data)

    def _pg_ctl(self, action: str, *words: str, check: bool = True) -> Done:
        return self._run("pg_ctl", action, "-D", str(self.data), *words, check=check)

    def _run(self, program: str, *words: str, **options: Any) -> Done:
        """Run a program of the server, as the server's user, untouched by PG* variables."""
        version_file = self.data / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else ""
        command = [str(server_directory(version) / program), *words]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return _checked(
            command, env=environ | {"LC_ALL": "C.UTF-8"}, **_as(_server_user()), **options
        )


@cache
def server_directory(version: str = "") -> Path:
    """Return where the programs of a PostgreSQL (of this major version) with PostGIS are."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in INSTALLATIONS:
        found += sorted(Path("/").glob(pattern[1:]), key=_number, reverse=True)
    for directory in found:
        if _has_postgis(directory) and _major(directory).startswith(version):
            return directory
    raise ClusterError(f"PostgreSQL {version} with PostGIS is not installed.".replace("  ", " "))


def _number(directory: Path) -> int:
    return int(re.findall(r"[0-9]+", str(directory))[-1])


def _major(directory: Path) -> str:
    said = _checked([str(directory / "pg_config"), "--version"]).stdout  # PostgreSQL 15.18 (...)
    return str(re.findall(r"[0-9]+", said)[0])


def _has_postgis(directory: Path) -> bool:
    if not all((directory / program).exists() for program in ("pg_config", "initdb", "psql")):
        return False
    shared = _checked([str(directory / "pg_config"), "--sharedir"]).stdout.strip()
    return Path(shared, "extension", "postgis.control").exists()


def _server_user() -> pwd.struct_passwd:
    """Return whom the server runs as: who we are, or `postgres` when we are root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise ClusterError("PostgreSQL will not run as root, and there is no user postgres.")


def _as(user: pwd.struct_passwd) -> dict[str, Any]:
    """Return what makes `subprocess.run` run as `user`."""
    if user.pw_uid == os.geteuid():
        return {"cwd": "/"}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


def _reaches(user: pwd.struct_passwd, path: Path) -> bool:
    """Tell whether `user` may enter `path`. A 0700 directory on the way is in the way."""
    return subprocess.run(["test", "-x", str(path)], check=False, **_as(user)).returncode == 0  # noqa: S603, S607


def _own(directory: Path) -> None:
    """Make a directory that is the server's alone, and make sure that it is."""
    user = _server_user()
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    if directory.lstat().st_uid == os.geteuid():
        os.chown(directory, user.pw_uid, user.pw_gid)
    if directory.lstat().st_uid != user.pw_uid:
        raise ClusterError(
            f"{directory} is not of {user.pw_name}, as whom PostgreSQL runs now:"
            " go on as the user who began."
        )


def _checked(command: Sequence[str], *, check: bool = True, **options: Any) -> Done:
    """Run a command, away from the terminal's Ctrl-C, and say what it said if it fails."""
    done: Done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, start_new_session=True, **options
    )
    if check and done.returncode != 0:
        raise ClusterError(f"{' '.join(command)}\n{done.stdout}{done.stderr}".rstrip())
    return done
