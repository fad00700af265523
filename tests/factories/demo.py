"""The small demo county in a database of its own, where its logins meet nobody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine

from gridsvc.app import create_app
from gridsvc.config import Settings
from gridsvc.demo.fill import fill
from gridsvc.demo.found import Demo
from gridsvc.session import db
from tests.conftest import begin_afresh
from tests.databases import fresh_database


@dataclass
class DemoCounty:
    """One town with five villages that has lived up to the day before `now`."""

    app: Flask
    demo: Demo
    now: datetime
    said: list[str]

    @property
    def id(self) -> int:
        return self.demo.jurisdiction_id


@contextmanager
def demo_county(media_dir: Path, now: datetime) -> Iterator[DemoCounty]:
    """Yield the county, inside the context of its application."""
    with empty_app(media_dir) as app:
        said: list[str] = []
        yield DemoCounty(app, fill(now, said.append, is_small=True), now, said)


@contextmanager
def empty_app(media_dir: Path) -> Iterator[Flask]:
    """Yield an application on a database without any jurisdiction, inside its context."""
    with fresh_database("_demo") as (owner_url, app_url):
        owner = create_engine(owner_url)
        begin_afresh(owner)
        owner.dispose()
        settings = Settings(
            database_url=app_url,
            database_owner_url=owner_url,
            secret_key="a secret for the demo, of 32 characters",
            receipt_key="5e" * 32,
            media_dir=media_dir,
            log_level="warning",
        )
        app = create_app(settings)
        app.testing = True
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
