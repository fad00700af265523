"""Fixtures: one real database per run, migrated; one rolled-back transaction per test."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from threading import Thread
from typing import cast

import pytest
from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, delete, inspect

from gridsvc.app import create_app
from gridsvc.config import Settings
from gridsvc.db import Model
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session, db, directory
from tests.databases import fresh_database
from tests.factories.people import bearer
from tests.factories.village import Village

TOLD = "told"  # what a test records under this name is printed at the end of the run
TESTS = Path(__file__).parent
LONGEST = ("architecture/test_authorisation.py", "storm/", "journeys/", "web/", "test_serve.py")
HERE, THERE, BUSY = 211122, 150581, 330702  # BUSY is for tests that really commit


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no worker is alone with it."""
    items.sort(key=lambda item: _place(item.path.relative_to(TESTS).as_posix()))


def _place(path: str) -> int:
    return next((n for n, name in enumerate(LONGEST) if path.startswith(name)), len(LONGEST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests counted."""
    for report in chain.from_iterable(terminalreporter.stats.values()):
        for name, told in getattr(report, "user_properties", ()):
            if name == TOLD and report.when == "call":
                terminalreporter.write_line(told)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database() as (owner_url, app_url):
        yield Settings(
            database_url=app_url,
            database_owner_url=owner_url,
            secret_key="a secret for tests, of 32 characters",
            receipt_key="5e" * 32,
            media_dir=Path(tmp_path_factory.mktemp("media")),
            log_level="warning",
        )


@pytest.fixture(scope="session")
def owner(settings: Settings) -> Iterator[Engine]:
    """The engine of the database's owner, who migrates and may delete."""
    engine = create_engine(settings.database_owner_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def app(settings: Settings, owner: Engine) -> Iterator[Flask]:
    begin_afresh(owner)
    app = create_app(settings)
    app.testing = True
    gc.freeze()  # what stays to the end is not looked through again and again
    with app.app_context():
        with directory() as session:
            session.add_all(a_jurisdiction(id) for id in (HERE, THERE, BUSY))
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The session the code under test will use. Its commits reach only a savepoint."""
    with app.app_context(), db.engine.connect() as connection:
        outer = connection.begin()
        monkeypatch.setitem(db.engines, None, connection)
        db.session.configure(join_transaction_mode="create_savepoint")
        yield enter(HERE)
        db.session.remove()
        outer.rollback()


@pytest.fixture
def village(session: Session) -> Village:
    return Village.found(session)


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def as_(session: Session):
    """The headers with which somebody asks: `client.get(url, headers=as_(village.head))`."""
    return lambda somebody: bearer(session, somebody)


@pytest.fixture
def busy(app: Flask, owner: Engine) -> Iterator[Village]:
    """A village whose rows are really committed, for tests with many writers at once."""
    with app.app_context():
        village = Village.found(enter(BUSY))
        db.session.remove()
        yield village
        db.session.remove()
    clear(owner, BUSY)


@pytest.fixture
def public_key(app: Flask) -> Ed25519PublicKey:
    return cast(Ed25519PublicKey, app.extensions["signer"].public_key)


def enter(jurisdiction_id: int) -> Session:
    session = cast(Session, db.session())
    session.info["jurisdiction_id"] = jurisdiction_id
    return session


def together(threads: list[Thread]) -> None:
    """Run all of `threads` at once, to their end."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def clear(owner: Engine, jurisdiction_id: int) -> None:
    with owner.begin() as connection:
        for table in reversed(Model.metadata.sorted_tables):
            if "jurisdiction_id" in table.c:
                connection.execute(delete(table).where(table.c.jurisdiction_id == jurisdiction_id))


def begin_afresh(owner: Engine) -> None:
    """Go down, which leaves nothing, and up again."""
    with owner.begin() as connection:
        command.downgrade(alembic_on(connection), "base")
        assert not set(Model.metadata.tables) & set(inspect(connection).get_table_names())
    with owner.begin() as connection:
        command.upgrade(alembic_on(connection), "head")


def alembic_on(connection: Connection) -> Config:
    config = Config("alembic.ini")
    config.attributes["connection"] = connection
    return config


def a_jurisdiction(id: int) -> Jurisdiction:
    return Jurisdiction(
        id=id, name=str(id), is_synthetic=True, created_at=datetime(2025, 1, 1, tzinfo=UTC)
    )
