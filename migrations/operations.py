"""The operations that make tables, the same on one PostgreSQL and on Citus.

Where Citus is installed, a table is distributed before its foreign keys are added, since
a key can lead only to a table that already is. Elsewhere that step does nothing.

Each table says what the application may do to it. Nothing is ever deleted from most.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

ANCHOR = "audit_head"  # the first scoped table; the rows of all others lie beside its rows
APP_ROLE = "gridsvc_app"
WRITE = "SELECT, INSERT, UPDATE"
ADD_ONLY = "SELECT, INSERT"
CLEAR = "SELECT, INSERT, UPDATE, DELETE"


def create_app_role() -> None:
    """Create the role whose rights the application works with, unless it is there."""
    exists = sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name")
    if not op.get_bind().scalar(exists, {"name": APP_ROLE}):
        op.execute(f"CREATE ROLE {APP_ROLE}")
        op.execute(f"GRANT {APP_ROLE} TO CURRENT_USER")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")  # /readyz compares it


def create_shared_table(name: str, *parts: Any, rights: str = WRITE) -> None:
    """Create a table that every jurisdiction reads."""
    op.create_table(name, *parts)
    _on_citus("SELECT create_reference_table(:name)", name=name)
    op.execute(f"GRANT {rights} ON {name} TO {APP_ROLE}")


def create_scoped_table(
    name: str,
    *parts: Any,
    key: str | None = "id",
    references: Mapping[str, str] | None = None,
    rights: str = WRITE,
    partition_by: str | None = None,
) -> None:
    """Create a table whose rows lie where their jurisdiction does.

    Its key is (jurisdiction_id, `key`); the column id need not be listed. `references`
    says which column leads to which scoped table: {"grid_id": "grid"}. One that is split,
    `partition_by` says how: "RANGE (id)"; its partitions are made by hand.
    """
    columns = [sa.Column("jurisdiction_id", sa.Integer(), nullable=False)]
    if key == "id":
        columns.append(sa.Column("id", sa.Uuid(), nullable=False))
    keys = ["jurisdiction_id", key] if key else ["jurisdiction_id"]
    split = {"postgresql_partition_by": partition_by} if partition_by else {}
    op.create_table(name, *columns, *parts, sa.PrimaryKeyConstraint(*keys), **split)
    _on_citus(
        "SELECT create_distributed_table(:name, 'jurisdiction_id', colocate_with => :beside)",
        name=name,
        beside="default" if name == ANCHOR else ANCHOR,
    )
    op.create_foreign_key(None, name, "jurisdiction", ["jurisdiction_id"], ["id"])
    for column, table in (references or {}).items():
        here, there = ["jurisdiction_id", column], ["jurisdiction_id", "id"]
        op.create_foreign_key(None, name, table, here, there)
    op.execute(f"GRANT {rights} ON {name} TO {APP_ROLE}")


def field_record() -> list[sa.Column[Any]]:
    """Return the columns that every field record has beside its own."""
    return [
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("sync_version", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid()),
        moment("made_at"),
        sa.Column("clock_offset_s", sa.Double(), nullable=False),
        moment("occurred_at"),
        moment("received_at"),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    ]


def moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def geometry(name: str, kind: str, *, dimension: int = 2, nullable: bool = False) -> sa.Column[Any]:
    """Return a column in EPSG:4326. Its index is made by hand, where it can be read."""
    type_ = Geometry(kind, srid=4326, dimension=dimension, spatial_index=False)
    return sa.Column(name, type_, nullable=nullable)


def _on_citus(statement: str, **values: str) -> None:
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")):
        connection.execute(sa.text(statement), values)
