"""Two questions for whoever watches over the process. Nobody has to sign in to ask.

/healthz: does this process answer? If not, restart it.
/readyz: can it do its work now? If not, send requests elsewhere.
"""

from functools import cache

from alembic.script import ScriptDirectory
from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from gridsvc.config import ROOT
from gridsvc.identity import open_to_all
from gridsvc.session import db
from gridsvc.store import fault

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_all
def healthz() -> ResponseReturnValue:
    return {"status": "alive"}


@blueprint.get("/readyz")
@open_to_all
def readyz() -> ResponseReturnValue:
    """Answer 200 if the database is reachable, migrated and has the job queue, and the store of
    photos can be used; else 503.
    """
    try:
        with db.engine.connect() as connection:
            checks = {"database": True, **examine(connection)}
    except SQLAlchemyError:
        checks = {"database": False}
    reason = fault()
    checks["media"] = reason is None
    ready = all(checks.values())
    told = {"status": "ready" if ready else "not ready", "checks": checks}
    return told | ({"reasons": {"media": reason}} if reason else {}), 200 if ready else 503


def examine(connection: Connection) -> dict[str, bool]:
    """Tell, check by check, whether this database is one that this release can work on."""
    return {"migrations": _version(connection) == head(), "jobs": _has_jobs(connection)}


@cache
def head() -> str | None:
    """Return the newest migration of this release."""
    return ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def _version(connection: Connection) -> str | None:
    if not connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _has_jobs(connection: Connection) -> bool:
    """The queue's tables stand in a schema of their own."""
    there = text("SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'procrastinate_jobs')")
    return bool(connection.scalar(there))
