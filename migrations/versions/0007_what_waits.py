"""What waits: records held for a predecessor, retries, conflicts, the health of phones."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.operations import (
    ADD_ONLY,
    APP_ROLE,
    create_scoped_table,
    field_record,
    moment,
)

revision = "0007"
down_revision = "0006"

# What was sent stays as it was sent.
CHANGING = (
    "verdict", "problem", "state", "since", "attempts", "next_at", "waits_for_kind",
    "waits_for", "is_marked", "settled_by_id", "reason",
)  # fmt: skip


def upgrade() -> None:
    _quarantine()
    _edits()
    _phones()


def _quarantine() -> None:
    for column in _columns():
        op.add_column("quarantined", column)
    op.execute("UPDATE quarantined SET since = received_at")
    op.alter_column("quarantined", "since", nullable=False)
    for column in _columns():
        if column.server_default is not None:
            op.alter_column("quarantined", column.name, server_default=None)
    states = "state IN ('held', 'waiting', 'resting', 'entered', 'dismissed')"
    op.create_check_constraint("state", "quarantined", states)
    for person in ("handed_in_by_id", "settled_by_id"):
        here, there = ["jurisdiction_id", person], ["jurisdiction_id", "id"]
        op.create_foreign_key(None, "quarantined", "person", here, there)
    op.create_index(None, "quarantined", ["jurisdiction_id", "record_id"])
    for column in ("waits_for", "next_at"):
        op.create_index(
            None, "quarantined", ["jurisdiction_id", column],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )  # fmt: skip
    op.execute(f"GRANT UPDATE ({', '.join(CHANGING)}) ON quarantined TO {APP_ROLE}")
    create_scoped_table(
        "quarantine_attempt",
        sa.Column("aside_id", sa.Uuid(), nullable=False),
        moment("at"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("problem", JSONB(), nullable=False),
        references={"aside_id": "quarantined"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "quarantine_attempt", ["jurisdiction_id", "aside_id", "at"])


def _edits() -> None:
    create_scoped_table(
        "field_edit",
        *field_record(),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("applied", JSONB(), nullable=False),
        sa.Column("overlaps", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        moment("settled_at", nullable=True),
        sa.Column("settled_by_id", sa.Uuid()),
        sa.Column("choices", JSONB(), nullable=False),
        sa.CheckConstraint("state IN ('merged', 'soft', 'hard', 'settled')", name="state"),
        references={"sender_id": "person", "grid_id": "grid", "settled_by_id": "person"},
    )
    op.create_index(None, "field_edit", ["jurisdiction_id", "subject_id", "id"])
    op.create_index(
        None, "field_edit", ["jurisdiction_id", "state", "id"],
        postgresql_where=sa.text("state IN ('soft', 'hard')"),
    )  # fmt: skip


def _phones() -> None:
    create_scoped_table(
        "device_health",
        moment("reported_at"),
        sa.Column("app_build", sa.Text()),
        sa.Column("clock_offset_s", sa.Double()),
        sa.Column("storage_free_bytes", sa.BigInteger()),
        sa.Column("storage_used_bytes", sa.BigInteger()),
        sa.Column("battery", sa.Double()),
        sa.Column("network", sa.Text()),
        sa.Column("queue_length", sa.BigInteger()),
        moment("oldest_unsent_at", nullable=True),
        sa.Column("installation_id", sa.Uuid()),
        sa.Column("scope_too_wide", sa.Integer()),
        references={"id": "device"},
    )
    op.create_index(None, "device_health", ["jurisdiction_id", "installation_id"])


def downgrade() -> None:
    for table in ("device_health", "field_edit", "quarantine_attempt"):
        op.drop_table(table)
    op.execute(f"REVOKE UPDATE ({', '.join(CHANGING)}) ON quarantined FROM {APP_ROLE}")
    for column in reversed(_columns()):
        op.drop_column("quarantined", column.name)


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("kind", sa.Text()),
        sa.Column("record_id", sa.Uuid()),
        sa.Column("clock_offset_s", sa.Double(), nullable=False, server_default="0"),
        sa.Column("handed_in_by_id", sa.Uuid()),
        sa.Column("state", sa.Text(), nullable=False, server_default="resting"),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("waits_for_kind", sa.Text()),
        sa.Column("waits_for", sa.Uuid()),
        sa.Column("is_marked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("settled_by_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
    ]
