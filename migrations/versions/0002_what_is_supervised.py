"""Rules, the registry of enterprises, and photos."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.operations import ADD_ONLY, CLEAR, create_scoped_table, geometry, moment

revision = "0002"
down_revision = "0001"

TABLES = [
    "rule_set",
    "calendar_day",
    "checklist",
    "quarantined",
    "enterprise",
    "upload",
    "media",
    "photo",
]


def upgrade() -> None:
    _rules()
    _registry()
    _media()


def _rules() -> None:
    create_scoped_table(
        "rule_set",
        sa.Column("name", sa.Text(), nullable=False),
        moment("in_force_from"),
        sa.Column("document", JSONB(), nullable=False),
        sa.UniqueConstraint("jurisdiction_id", "in_force_from"),
    )
    create_scoped_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        key="day",
    )
    create_scoped_table(
        "checklist",
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        moment("in_force_from"),
        sa.Column("items", JSONB(), nullable=False),
        sa.UniqueConstraint("jurisdiction_id", "object_kind", "version"),
    )


def _registry() -> None:
    create_scoped_table(
        "quarantined",
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid()),
        moment("received_at"),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("problem", JSONB(), nullable=False),
        sa.UniqueConstraint("jurisdiction_id", "sender_id", "digest"),
        references={"sender_id": "person"},
    )
    op.create_index(None, "quarantined", ["jurisdiction_id", "received_at"])
    create_scoped_table(
        "enterprise",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("supervision_class", sa.Text(), nullable=False),
        sa.Column("industry_code", sa.Text()),
        sa.Column("permit_no", sa.Text()),
        sa.Column("address", sa.Text(), nullable=False),
        geometry("location", "POINT"),
        sa.Column("given", JSONB(), nullable=False),
        sa.Column("grid_reason", sa.Text()),
        sa.Column("contact_name", sa.Text()),
        sa.Column("contact_phone", sa.Text()),
        sa.Column("is_scattered_polluter", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("sync_version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("supervision_class IN ('key', 'general', 'special')", name="class"),
        sa.UniqueConstraint("jurisdiction_id", "code"),
        sa.CheckConstraint("state IN ('active', 'proposed', 'closed')", name="state"),
        references={"grid_id": "grid"},
    )
    op.create_index(None, "enterprise", ["jurisdiction_id", "grid_id", "sync_version", "id"])
    op.create_index(None, "enterprise", ["jurisdiction_id", "uscc"])
    op.create_index(None, "enterprise", ["location"], postgresql_using="gist")


def _media() -> None:
    create_scoped_table(
        "upload",
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid()),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        moment("created_at"),
        moment("expires_at"),
        moment("completed_at", nullable=True),
        sa.UniqueConstraint("jurisdiction_id", "sender_id", "sha256"),
        sa.CheckConstraint('"offset" BETWEEN 0 AND length', name="offset"),
        references={"sender_id": "person"},
        rights=CLEAR,
    )
    op.create_index(None, "upload", ["jurisdiction_id", "sha256"])
    create_scoped_table(
        "media",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("exif", JSONB(), nullable=False),
        moment("received_at"),
        sa.Column("has_thumb", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("jurisdiction_id", "sha256"),
    )
    create_scoped_table(
        "photo",
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        moment("taken_at"),
        geometry("position", "POINT", nullable=True),
        sa.Column("accuracy_m", sa.Double()),
        moment("declared_at"),
        sa.CheckConstraint("purpose IN ('scene', 'before', 'after')", name="purpose"),
        sa.UniqueConstraint("jurisdiction_id", "record_id", "sha256"),
        rights=ADD_ONLY,
    )
    op.create_index(None, "photo", ["jurisdiction_id", "sha256"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
