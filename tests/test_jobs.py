import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from gridsvc.config import ROOT
from gridsvc.jobs import defer, job, plan_soon, planner
from gridsvc.jobs import work as work_on
from gridsvc.session import db, transaction
from tests.conftest import BUSY

done: Counter[str] = Counter()


@job("test.note")
def note(word: str) -> None:
    with transaction(BUSY) as session:
        done[f"{word} as {session.scalar(text('SELECT current_user'))}"] += 1


@job("test.stumble")
def stumble() -> None:
    done["stumbles"] += 1
    raise RuntimeError("over a stone")


@planner("test.plan")
def plan(now) -> None:
    done["plans"] += 1


def work(app) -> None:
    """Do what is due, in a thread: a browser of other tests keeps its loop in this one."""

    def in_context() -> None:
        with app.app_context():
            work_on(app, wait=False)

    with ThreadPoolExecutor(1) as threads:
        threads.submit(in_context).result()


@pytest.fixture(autouse=True)
def idle(app, owner):
    """No job is waiting; what the test leaves is cleared away."""
    done.clear()
    forget_jobs(owner)
    with app.app_context():
        yield
        db.session.remove()
    forget_jobs(owner)


def test_a_job_exists_only_if_the_deed_that_wants_it_does(app, owner) -> None:
    with transaction(BUSY) as session:
        defer(session, "test.note", word="kept")
    with pytest.raises(InterruptedError), transaction(BUSY) as session:
        defer(session, "test.note", word="undone")
        raise InterruptedError

    work(app)
    work(app)

    assert notes() == {"kept as gridsvc_app": 1}
    assert waiting(owner, "test.note") == 0


def test_what_fails_is_tried_again_later(app, owner) -> None:
    with transaction(BUSY) as session:
        defer(session, "test.stumble")

    work(app)

    assert done["stumbles"] == 1
    assert waiting(owner, "test.stumble") == 1


def test_a_job_that_no_feature_knows_is_a_mistake(app) -> None:
    with transaction(BUSY) as session, pytest.raises(LookupError):
        defer(session, "test.unheard_of")


def test_a_worker_plans_as_it_starts(app) -> None:
    work(app)
    once = done["plans"]
    work(app)

    assert done["plans"] > once >= 1


def test_a_plan_that_is_waiting_is_not_made_twice(app, owner) -> None:
    plan_soon()
    plan_soon()

    assert waiting(owner, "test.plan") == 1


def test_the_job_of_a_worker_that_died_is_taken_up(app, owner) -> None:
    with transaction(BUSY) as session:
        defer(session, "test.note", word="again")
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL search_path TO jobs"))
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing', attempts = 1"))

    work(app)

    assert notes() == {"again as gridsvc_app": 1}


def test_the_worker_ends_when_it_is_told_to(settings) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "worker"],
        env={**os.environ, **settings.environment(), "LOG_LEVEL": "info"},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = iter(process.stderr)
    assert any("jobs.take_up_stalled" in line and "Success" in line for line in lines)

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=5)

    assert process.returncode == 0


def notes() -> dict[str, int]:
    return {what: times for what, times in done.items() if " as " in what}


def waiting(owner, name: str) -> int:
    jobs = (
        "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'todo' AND task_name = :name"
    )
    with owner.connect() as connection:
        return connection.scalar(text(jobs), {"name": name})


def forget_jobs(owner) -> None:
    with owner.begin() as connection:
        connection.execute(text("TRUNCATE jobs.procrastinate_jobs CASCADE"))
