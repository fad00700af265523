from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, text

from gridsvc.app import create_app
from gridsvc.config import Settings
from gridsvc.health import examine
from gridsvc.session import db


def checks(owner: Engine, change: str) -> dict[str, bool]:
    """Return what the probe would find after a change to the database, which is taken back."""
    with owner.connect() as connection:
        connection.execute(text(change))
        return examine(connection)


def test_strangers_may_ask_and_hear_that_all_is_well(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    checks = answer.json["checks"]
    assert checks == {"database": True, "migrations": True, "jobs": True, "media": True}


def test_a_database_of_another_release_is_not_ready(app: Flask, owner: Engine) -> None:
    found = checks(owner, "UPDATE alembic_version SET version_num = '9999'")
    assert found == {"migrations": False, "jobs": True}


def test_an_empty_database_is_not_ready(app: Flask, owner: Engine) -> None:
    assert checks(owner, "DROP TABLE alembic_version")["migrations"] is False
    assert checks(owner, "DROP SCHEMA jobs CASCADE")["jobs"] is False


def test_without_its_database_the_process_lives_and_is_not_ready(settings: Settings) -> None:
    nowhere = replace(settings, database_url="postgresql+psycopg://gridsvc_app@/x?host=/nowhere")
    client = create_app(nowhere).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "checks": {"database": False, "media": True}}


def test_where_photos_cannot_be_kept_it_says_why(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    app = create_app(replace(settings, media_dir=tmp_path / "file" / "media"))

    answer = app.test_client().get("/readyz")

    with app.app_context():
        db.engine.dispose()
    assert answer.status_code == 503
    assert answer.json["reasons"] == {"media": "MEDIA_DIR cannot be made: Not a directory."}
