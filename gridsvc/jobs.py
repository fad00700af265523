"""The queue and the schedule: work that nobody waits for. The jobs themselves live in the features.

A job is put into the queue in the transaction of the deed that wants it, so it exists if
and only if the deed does. It may run more than once (a worker may die after the work and
before it said so): a job asks what is left to do and does that.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Connection, make_url

from gridsvc.clock import utc_now
from gridsvc.connections import APP_ROLE, SEARCH_PATH
from gridsvc.session import Session, db

Work = TypeVar("Work", bound=Callable[..., None])
Planner = TypeVar("Planner", bound=Callable[[datetime], None])

EVERY_QUARTER_HOUR = "*/15 * * * *"
CONCURRENCY = 2
GRACE_S = 10  # how long work in hand may take at the end
RETRY = RetryStrategy(max_attempts=6, exponential_wait=4)

queue = App(connector=SyncPsycopgConnector())  # the worker gives it a connection
_sender = App(connector=SyncPsycopgConnector())  # never opened: it works on the caller's
_planners: list[str] = []


def job(name: str) -> Callable[[Work], Work]:
    """Let the queue do this under `name`: an edge, called with the facts that were deferred.

    Should it fail, it is tried again, later each time. Call it directly to do it now.
    """

    def register(work: Work) -> Work:
        @queue.task(name=name, pass_context=True, retry=RETRY)
        def run(context: JobContext, /, **facts: Any) -> None:
            with _flask(context).app_context():
                work(**facts)

        return work

    return register


def planner(name: str) -> Callable[[Planner], Planner]:
    """Do this every quarter of an hour and whenever a worker starts; never twice at once.

    A schedule may miss a run, so it is asked what is missing now, not what is due at this
    minute. It opens its own transactions.
    """

    def register(plan: Planner) -> Planner:
        @queue.periodic(cron=EVERY_QUARTER_HOUR)
        @queue.task(name=name, pass_context=True, lock=name, queueing_lock=name)
        def run(context: JobContext, timestamp: int) -> None:
            with _flask(context).app_context():
                plan(utc_now())

        _planners.append(name)
        return plan

    return register


def defer(session: Session, name: str, *, at: datetime | None = None, **facts: Any) -> None:
    """Put the job `name` into the queue, in the session's transaction. `facts` are JSON values.

    It is done soon, or not before `at`.
    """
    if name not in queue.tasks:
        raise LookupError(f"No feature has a job {name}.")
    _put(session.connection(), name, facts, at=at)


def _put(
    connection: Connection,
    name: str,
    facts: dict[str, Any],
    *,
    lock: str | None = None,
    at: datetime | None = None,
) -> None:
    raw = connection.connection.driver_connection
    deferred = _sender.configure_task(
        name, allow_unknown=True, connection=raw, lock=lock, queueing_lock=lock, schedule_at=at
    )
    deferred.defer(**facts)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Do the jobs of the queue, and plan new ones, until a SIGTERM or Ctrl-C."""
    work(current_app._get_current_object())  # type: ignore[attr-defined]


def work(app: Flask, *, wait: bool = True) -> None:
    """Do the jobs of the queue: those that are due (`wait=False`), or for ever."""
    plan_soon()
    with queue.replace_connector(_connector(app)):
        queue.run_worker(
            wait=wait,
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=GRACE_S,
            delete_jobs="successful",
            additional_context={"flask": app},
        )


def plan_soon() -> None:
    """Have every planner asked as soon as a worker is free."""
    for name in _planners:
        with suppress(AlreadyEnqueued), db.engine.begin() as connection:
            _put(connection, name, {"timestamp": int(utc_now().timestamp())}, lock=name)


def _connector(app: Flask) -> PsycopgConnector:
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"]).set(drivername="postgresql")
    options = f"-c search_path={SEARCH_PATH.replace(' ', '')} -c role={APP_ROLE}"
    return PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False),
        kwargs={"options": options},
        min_size=1,
        max_size=CONCURRENCY + 2,
    )


def _flask(context: JobContext) -> Flask:
    app: Flask = context.additional_context["flask"]
    return app


@queue.periodic(cron=EVERY_QUARTER_HOUR)
@queue.task(name="jobs.take_up_stalled", pass_context=True, queueing_lock="jobs.take_up_stalled")
async def _take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died to others."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs():
        await manager.retry_job(stalled)


_planners.append("jobs.take_up_stalled")
