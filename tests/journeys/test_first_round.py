"""docs/first-round.sh against the small demo county, as a reader of the README would run it."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select

from gridsvc.actor import system
from gridsvc.app import create_app
from gridsvc.audit.service import verification
from gridsvc.config import ROOT, Settings
from gridsvc.demo.fill import fill
from gridsvc.demo.found import Demo
from gridsvc.dispatches import service as dispatches
from gridsvc.dispatches.models import DispatchOrder
from gridsvc.issues.models import Issue
from gridsvc.session import Session, db, transaction
from gridsvc.signing import is_genuine, signer
from gridsvc.summaries import service as summaries
from gridsvc.summaries.models import WeeklySummary
from tests.conftest import begin_afresh
from tests.databases import fresh_database
from tests.serving import serving

SCRIPT = ROOT / "docs" / "first-round.sh"
TWO_WEEKS = 12  # days of history: the weeks after them are there, and nobody has signed them


@dataclass
class Place:
    """The demo county on the network, and where its first receipt was kept."""

    app: Flask
    demo: Demo
    url: str
    receipt: Path
    counts: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A database of its own: the demo's logins would meet those of other tests."""
    here = tmp_path_factory.mktemp("journey")
    with fresh_database("_journey") as (owner_url, app_url):
        owner = create_engine(owner_url)
        begin_afresh(owner)
        owner.dispose()
        app = create_app(settings(owner_url, app_url, here))
        demo = settled(app)
        with serving(app) as url:
            yield Place(app, demo, url, here / "receipt.json")
        with app.app_context():
            db.engine.dispose()


def settings(owner_url: str, app_url: str, here: Path) -> Settings:
    return Settings(
        database_url=app_url,
        database_owner_url=owner_url,
        secret_key="a secret for journeys, of 32 characters",
        receipt_key="5e" * 32,
        media_dir=here / "media",
        log_level="warning",
    )


def settled(app: Flask) -> Demo:
    """Let the county live for two weeks, and plan what the worker would have planned since."""
    now, by = datetime.now(UTC), system("test")
    with app.app_context():
        demo = fill(now, lambda _: None, days=TWO_WEEKS, is_small=True)
        for service in (summaries, dispatches):
            with transaction(demo.jurisdiction_id) as session:
                service.plan(session, by=by, now=now)
        db.session.remove()
    return demo


@pytest.fixture
def session(place: Place) -> Iterator[Session]:
    with place.app.app_context():
        with transaction(place.demo.jurisdiction_id) as session:
            yield session
        db.session.remove()


def walk(place: Place) -> str:
    """Run the script to its end; return what it said."""
    command = ["bash", str(SCRIPT), f"{place.url}/"]
    environ = {**os.environ, "RECEIPT_FILE": str(place.receipt)}
    done = subprocess.run(  # noqa: S603
        command, env=environ, capture_output=True, encoding="utf-8", check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def count(session: Session, what: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(what).where(*where)) or 0


# Over 5 seconds: each walks the whole round, some 60 requests with 8 argon2 sign-ins.
@pytest.mark.parametrize("time", [1, 2])
def test_the_round_is_walked_each_time_for_another_week(place: Place, time: int) -> None:
    said = walk(place)

    assert "完成 · Done: 22 steps." in said
    assert "frozen: True" in said
    place.counts[said.splitlines()[2]] = time
    assert len(place.counts) == time, "the second round takes the next week"


def test_what_the_rounds_left_is_there(place: Place, session: Session) -> None:
    today = datetime.now(UTC) - timedelta(minutes=10)
    lately = WeeklySummary.accepted_at > today

    assert count(session, WeeklySummary, WeeklySummary.state == "accepted", lately) == 2
    assert count(session, DispatchOrder, DispatchOrder.replied_at > today) == 2
    assert count(session, Issue, Issue.closed_at > today, Issue.look_back_on.is_not(None)) == 2
    assert verification(session).holds


def test_the_receipt_that_was_kept_is_genuine(place: Place, session: Session) -> None:
    receipt = json.loads(place.receipt.read_text())

    assert is_genuine(receipt, signer().public_hex)
    assert not is_genuine(receipt | {"audit_seq": 1}, signer().public_hex)
