"""Settings: read once from the environment, validated, or the process does not start.

Only the standard library is used here, so that `make stop` and `make clean` work before
anything is installed. docs/settings.md describes every setting; a test compares the two.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
INSTANCE_FILE = "instance.json"  # the environment of the running instance
KEYS_FILE = "keys.json"  # made once by `make run`

THREADS = 8  # requests one web process answers at once; each may hold one connection
# The one used last is used next: it has prepared what nearly every request asks.
POOL = {"pool_size": THREADS, "pool_use_lifo": True}
DIGESTS = ("sha256", "sm3")
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """The environment does not make up valid settings. The message names every fault."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between installations. The field `log_level` is the variable LOG_LEVEL."""

    database_url: str
    database_owner_url: str
    secret_key: str
    receipt_key: str
    media_dir: Path
    digest: str = "sha256"
    log_level: str = "info"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    demo: bool = False
    idle_minutes: int = 60
    held_hours: int = 72
    track_months: int = 12
    public_url: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], var_dir: Path = VAR) -> "Settings":
        """Read the settings, or raise SettingsError with every fault at once.

        Without DATABASE_URL, the settings of the instance that `make run` started hold.
        """
        read = _Reader(_complete(environ, var_dir))
        database_url = read("DATABASE_URL", sqlalchemy_url)
        settings = cls(
            database_url=database_url,
            database_owner_url=read("DATABASE_OWNER_URL", sqlalchemy_url, database_url or ""),
            secret_key=read("SECRET_KEY", _secret),
            receipt_key=read("RECEIPT_KEY", _seed),
            media_dir=read("MEDIA_DIR", _absolute, var_dir / "media"),
            digest=read("DIGEST", _digest, cls.digest),
            log_level=read("LOG_LEVEL", _log_level, cls.log_level),
            host=read("HOST", str, cls.host),
            port=read("PORT", _between(1, 65535), cls.port),
            workers=read("WORKERS", _between(1, 64), cls.workers),
            demo=read("DEMO", _yes_or_no, cls.demo),
            idle_minutes=read("IDLE_MINUTES", _between(5, 720), cls.idle_minutes),
            held_hours=read("HELD_HOURS", _between(1, 720), cls.held_hours),
            track_months=read("TRACK_MONTHS", _between(1, 120), cls.track_months),
            public_url=read("PUBLIC_URL", _address, cls.public_url),
            oidc_issuer=read("OIDC_ISSUER", _trusted, cls.oidc_issuer),
            oidc_client_id=read("OIDC_CLIENT_ID", str, cls.oidc_client_id),
            oidc_client_secret=read("OIDC_CLIENT_SECRET", str, cls.oidc_client_secret),
            s3_bucket=read("S3_BUCKET", str, cls.s3_bucket),
            s3_endpoint=read("S3_ENDPOINT", _address, cls.s3_endpoint),
            s3_region=read("S3_REGION", str, cls.s3_region),
            s3_access_key=read("S3_ACCESS_KEY", str, cls.s3_access_key),
            s3_secret_key=read("S3_SECRET_KEY", str, cls.s3_secret_key),
        )
        read.together("S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY")
        read.together("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "PUBLIC_URL")
        read.finish()
        return settings

    def environment(self) -> dict[str, str]:
        """Return the variables that say these settings, for a process that is to share them."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        said = {name.upper(): str(value) for name, value in given.items() if value != ""}
        return said | {"DEMO": "yes" if self.demo else "no"}

    def flask_config(self) -> dict[str, Any]:
        """Return the configuration of the Flask application."""
        return {
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": POOL,
            "SECRET_KEY": self.secret_key,
            "RECEIPT_KEY": self.receipt_key,
            "MEDIA_DIR": self.media_dir,
            "DIGEST": self.digest,
            "LOG_LEVEL": self.log_level,
            "IDLE_MINUTES": self.idle_minutes,
            "HELD_HOURS": self.held_hours,
            "TRACK_MONTHS": self.track_months,
            "PUBLIC_URL": self.public_url,
            "SESSION_COOKIE_SECURE": self.public_url.startswith("https://"),
            "OIDC_ISSUER": self.oidc_issuer,
            "OIDC_CLIENT_ID": self.oidc_client_id,
            "OIDC_CLIENT_SECRET": self.oidc_client_secret,
            "S3_BUCKET": self.s3_bucket,
            "S3_ENDPOINT": self.s3_endpoint,
            "S3_REGION": self.s3_region,
            "S3_ACCESS_KEY": self.s3_access_key,
            "S3_SECRET_KEY": self.s3_secret_key,
        }


def sqlalchemy_url(url: str) -> str:
    """Return the address of a PostgreSQL database as SQLAlchemy wants it, for psycopg 3."""
    found = re.fullmatch(r"(?:postgres|postgresql|postgresql\+psycopg)://(.+)", url)
    if not found:
        raise ValueError("must begin with postgresql://")
    return f"postgresql+psycopg://{found[1]}"


def kept(file: Path) -> dict[str, Any]:
    """Return what `make run` wrote into `file`, or nothing if it never did."""
    if not file.exists():
        return {}
    return cast(dict[str, Any], json.loads(file.read_text()))


def _complete(environ: Mapping[str, str], var_dir: Path) -> dict[str, str]:
    """Add what `make run` left under `var_dir` to `environ`. An empty variable is absent."""
    given = {name: value for name, value in environ.items() if value.strip()}
    instance = {} if "DATABASE_URL" in given else kept(var_dir / INSTANCE_FILE)
    return {**kept(var_dir / KEYS_FILE), **instance.get("environment", {}), **given}


class _Reader:
    """Reads one variable after the other, and remembers what is wrong with each."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._faults: list[str] = []

    def __call__(self, name: str, parse: Callable[[str], T], default: T | None = None) -> T:
        """Return the value of `name`. A fault yields the default and is raised by `finish`."""
        try:
            if name in self._given:
                return parse(self._given[name])
            if default is None:
                self._faults.append(f"{name} is missing{HINTS.get(name, '')}.")
        except ValueError as fault:
            self._faults.append(f"{name} {fault}.")
        return cast(T, default)  # None only where a fault will be raised

    def together(self, first: str, *others: str) -> None:
        """Note a fault if `first` is set without the others, which it takes."""
        missing = [name for name in others if name not in self._given]
        if first in self._given and missing:
            self._faults.append(f"{first} needs {', '.join(missing)}.")

    def finish(self) -> None:
        if self._faults:
            raise SettingsError(
                "\n".join(["gridsvc cannot start with these settings:", *self._faults])
            )


HINTS = {
    "DATABASE_URL": ", and no instance is running here: start one with `make run`, or set it",
    "SECRET_KEY": ": set it to a secret of 32 characters or more",
    "RECEIPT_KEY": ": set it to 64 hexadecimal digits, the seed of the Ed25519 key of receipts",
}


def _secret(value: str) -> str:
    if len(value) < 32:
        raise ValueError("must be at least 32 characters long")
    return value


def _seed(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise ValueError("must be 64 hexadecimal digits")
    return value.lower()


def _absolute(value: str) -> Path:
    path = Path(value)
    if not path.is_absolute():
        raise ValueError("must be an absolute path")
    return path


def _digest(value: str) -> str:
    if value.lower() not in DIGESTS:
        raise ValueError(f"must be one of {', '.join(DIGESTS)}")
    try:
        hashlib.new(value.lower())
    except ValueError:
        raise ValueError(f"cannot be {value}: this machine's OpenSSL does not offer it") from None
    return value.lower()


def _address(value: str) -> str:
    if not re.fullmatch(r"https?://[^/?#\s]+", value.rstrip("/")):
        raise ValueError("must be an address such as https://grid.example.cn")
    return value.rstrip("/")


def _trusted(value: str) -> str:
    """Return the address of a service that is believed, so HTTPS unless on this machine."""
    if not re.fullmatch(r"https://\S+|http://(localhost|127\.0\.0\.1)(:\d+)?(/\S*)?", value):
        raise ValueError("must begin with https://")
    return value


def _log_level(value: str) -> str:
    if value.lower() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return value.lower()


def _between(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return parse


def _yes_or_no(value: str) -> bool:
    answers = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if value.lower() not in answers:
        raise ValueError("must be yes or no")
    return answers[value.lower()]
