"""A county that is served: PostgreSQL and gunicorn of their own, gone when the bench ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from bench.county import Officer, found
from gridsvc.app import create_app
from gridsvc.session import db
from tests.storm.instance import Instance, an_instance


@contextmanager
def a_served_county() -> Iterator[tuple[Instance, Flask, list[Officer]]]:
    """Yield the server, the application on the same database in this process, and the officers.

    The connections of this process are closed by then: clients are forked, and would get them.
    """
    with TemporaryDirectory() as directory, an_instance(Path(directory)) as instance:
        app = create_app(instance.settings)
        try:
            officers = found(app)
            _hang_up(app)
            yield instance, app, officers
        finally:
            _hang_up(app)


def _hang_up(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
