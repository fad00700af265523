"""The disk dies, and the backup is an hour old: nothing is lost that a phone still holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, make_url, select

from gridsvc.app import create_app
from gridsvc.audit.service import verify
from gridsvc.cluster import OWNER, Cluster
from gridsvc.config import VAR, Settings
from gridsvc.inspections.models import Inspection
from gridsvc.patrols.models import Patrol, PatrolEnd
from gridsvc.session import db, directory, transaction
from gridsvc.signing import is_genuine, signer
from tests.conftest import HERE, a_jurisdiction, begin_afresh, enter
from tests.databases import fresh_database
from tests.factories.people import bearer
from tests.factories.phone import Officer
from tests.factories.village import Village


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A service with a database of its own, which a test may lose."""
    with fresh_database("_restore") as (owner_url, app_url):
        engine = create_engine(owner_url)
        begin_afresh(engine)
        engine.dispose()
        app = create_app(
            Settings(
                database_url=app_url, database_owner_url=owner_url, receipt_key="5e" * 32,
                secret_key="a secret for tests, of 32 characters", media_dir=tmp_path,
                log_level="error",
            )
        )  # fmt: skip
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def backup(app: Flask) -> Iterator["Backup"]:
    backup = Backup(app)
    yield backup
    backup.cluster.drop_database(backup.copy)


class Backup:
    """A copy of the database as it was at one moment."""

    def __init__(self, app: Flask) -> None:
        self.cluster = Cluster(VAR / "test" / "postgres", durable=False)
        self.name = str(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database)
        self.copy = f"{self.name}_copy"

    def make(self) -> None:
        self._close()
        self.cluster.sql(f"CREATE DATABASE {self.copy} TEMPLATE {self.name} OWNER {OWNER}")

    def restore(self) -> None:
        """All that was written since is gone."""
        self._close()
        self.cluster.drop_database(self.name)
        self.cluster.sql(f"CREATE DATABASE {self.name} TEMPLATE {self.copy} OWNER {OWNER}")

    def _close(self) -> None:
        db.session.remove()
        db.engine.dispose()


def test_after_a_restore_the_phones_bring_back_what_the_backup_had_not(
    app: Flask, backup: Backup
) -> None:
    """Takes 8 s: a database is migrated, copied, lost and put back."""
    with directory() as shared:
        shared.add(a_jurisdiction(HERE))
    session = enter(HERE)
    village = Village.found(session)
    phone = Officer(app.test_client(), village, bearer(session, village.officer))
    round = phone.patrol()
    before = [round, phone.visit(round)]
    receipts = [answer["receipt"] for answer in phone.push(*before)]

    backup.make()
    after = [phone.visit(round), phone.visit(round), phone.patrol_end(round)]
    assert phone.verdicts(*after) == ["accepted"] * 3
    cursor = pull(phone).json["next"]
    backup.restore()
    told = app.test_cli_runner().invoke(args=["sync", "restored"])

    assert (told.exit_code, told.output) == (0, "jurisdictions: 1\n")
    assert pull(phone, cursor).status_code == 410
    assert len(pull(phone).json["changed"]["enterprise"]) == 1
    answers = phone.push(*before, *after)  # all that the phone still holds
    assert [answer["verdict"] for answer in answers] == ["duplicate"] * 2 + ["accepted"] * 3
    assert [answer["receipt"] for answer in answers[:2]] == receipts
    assert all(is_genuine(answer["receipt"], signer().public_hex) for answer in answers)
    with transaction(HERE) as session:
        counts = [count(session, model) for model in (Patrol, Inspection, PatrolEnd)]
        assert counts == [1, 3, 1]
        assert verify(session) is None


def pull(phone: Officer, cursor: str = ""):
    query = {"cursor": cursor}
    return phone.client.get("/api/v1/sync/pull", query_string=query, headers=phone.headers)


def count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0
