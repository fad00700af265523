"""Connections to PostgreSQL: with whose rights they work, and how a dead one is known."""

import select
from time import monotonic
from typing import Any

from psycopg import OperationalError
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

APP_ROLE = "gridsvc_app"  # may add to the trail and read it, but not change it
SEARCH_PATH = "public, jobs"  # the library of jobs names its tables without their schema
TRUSTED_FOR_S = 30.0  # after that, one that lay idle is asked whether it is still there


def serve_as_app_role(engine: Engine) -> None:
    """Make every connection of `engine` work with the rights of APP_ROLE, whoever opened it.

    It finds the tables of the queue, too. To say so in the transaction that puts in a job would
    have PostgreSQL plan each prepared statement anew, before and after.
    """

    @event.listens_for(engine, "connect")
    def _step_down(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP_ROLE}")
            cursor.execute(f"SET search_path TO {SEARCH_PATH}")
        connection.commit()


def leave_the_dead(engine: Engine) -> None:
    """Never hand out a connection whose server has gone, and ask no living one each time.

    A server that ends a connection says so: whoever rests has something to read then. A
    network that went silent says nothing, so after a long rest the server is asked.
    """

    @event.listens_for(engine, "checkin")
    def _rest(connection: Any, record: Any) -> None:
        record.info["since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: Any, _: Any) -> None:
        since = record.info.get("since")
        if since is None:
            return  # it was opened just now
        has_rested = monotonic() - since > TRUSTED_FOR_S
        if _has_news(connection) or (has_rested and not _answers(engine, connection)):
            raise InvalidatePoolError


def _has_news(connection: Any) -> bool:
    """Say whether the server has said something that nobody asked for: it is going, or gone."""
    if connection.closed:
        return True
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    return bool(look.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except OperationalError:
        return False
