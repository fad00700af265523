"""What the field reports: urgent issues, who walked along, picked photos, places that are new."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.operations import ADD_ONLY, create_scoped_table, field_record, geometry

revision = "0012"
down_revision = "0011"

NOBODY = sa.text("'[]'::jsonb")


def upgrade() -> None:
    op.add_column("patrol", sa.Column("companions", JSONB(), nullable=False, server_default=NOBODY))
    op.add_column(
        "issue", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("issue", sa.Column("seen", JSONB(), nullable=False, server_default=NOBODY))
    op.add_column("photo", sa.Column("source", sa.Text()))
    op.create_check_constraint("source", "photo", "source IN ('camera', 'picked')")
    _proposals()


def _proposals() -> None:
    create_scoped_table(
        "enterprise_proposal",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        geometry("location", "POINT"),
        sa.Column("accuracy_m", sa.Double()),
        *field_record(),
        references={"sender_id": "person", "grid_id": "grid"},
        rights=ADD_ONLY,
    )
    op.create_index(
        None, "enterprise_proposal", ["jurisdiction_id", "grid_id", "sync_version", "id"]
    )
    op.create_index(None, "enterprise_proposal", ["jurisdiction_id", "sender_id", "occurred_at"])


def downgrade() -> None:
    op.drop_table("enterprise_proposal")
    op.drop_constraint(op.f("ck_photo_source"), "photo")
    op.drop_column("photo", "source")
    op.drop_column("issue", "seen")
    op.drop_column("issue", "urgent")
    op.drop_column("patrol", "companions")
