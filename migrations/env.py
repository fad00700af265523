"""Alembic, on the connection that its caller brings along or as the owner of the database."""

import os
from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, text

from gridsvc import app  # noqa: F401  imports every feature, and so every table
from gridsvc.config import Settings
from gridsvc.db import Model

tables = set(Model.metadata.tables)


def ours(name: str | None, kind: str, _: Any) -> bool:
    """Leave alone what PostGIS, Citus and the job queue keep in the same database."""
    return kind != "table" or name in tables


def migrate(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET citus.multi_shard_modify_mode = 'sequential'"))
    context.configure(
        connection=connection, target_metadata=Model.metadata, include_name=ours, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    settings = Settings.from_environment(os.environ)
    with create_engine(settings.database_owner_url).begin() as connection:
        migrate(connection)
