"""What pictures say: EXIF in a table of its own, fingerprints, and which look like earlier ones.

Nothing is copied: every original is looked at again by the job that looks at new ones.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.operations import ADD_ONLY, create_scoped_table, geometry, moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_column("media", "exif")
    op.drop_column("media", "has_thumb")
    op.add_column("media", moment("looked_at", nullable=True))
    op.alter_column("media", "width_px", nullable=True)
    op.alter_column("media", "height_px", nullable=True)
    op.create_check_constraint("size", "media", "(width_px IS NULL) = (height_px IS NULL)")
    waiting = sa.text("looked_at IS NULL AND width_px IS NOT NULL")
    op.create_index(
        "ix_media_waiting", "media", ["jurisdiction_id", "id"], postgresql_where=waiting
    )
    _pictures()
    create_scoped_table(
        "picture_match",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("earlier_id", sa.Uuid(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column("turned_deg", sa.Integer(), nullable=False),
        sa.Column("part", JSONB(), nullable=False),
        sa.UniqueConstraint("jurisdiction_id", "media_id", "earlier_id"),
        references={"media_id": "media", "earlier_id": "media"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "picture_match", ["jurisdiction_id", "earlier_id"])


def _pictures() -> None:
    create_scoped_table(
        "picture",
        sa.Column("make", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("software", sa.Text()),
        sa.Column("taken_local", sa.DateTime()),
        geometry("position", "POINT", nullable=True),
        sa.Column("orientation", sa.Integer()),
        sa.Column("exif", JSONB(), nullable=False),
        sa.Column("fault", sa.Text()),
        sa.Column("hashes", ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("keys", ARRAY(sa.Integer()), nullable=False),
        references={"id": "media"},
        rights=ADD_ONLY,
    )
    op.create_index("ix_picture_keys", "picture", ["keys"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("picture_match")
    op.drop_table("picture")
    op.drop_index("ix_media_waiting", "media")
    op.drop_constraint(op.f("ck_media_size"), "media")
    op.execute("UPDATE media SET width_px = 0, height_px = 0 WHERE width_px IS NULL")
    op.alter_column("media", "height_px", nullable=False)
    op.alter_column("media", "width_px", nullable=False)
    op.drop_column("media", "looked_at")
    op.add_column("media", sa.Column("exif", JSONB(), nullable=False, server_default="{}"))
    op.add_column("media", sa.Column("has_thumb", sa.Boolean(), nullable=False, server_default="f"))
    op.alter_column("media", "exif", server_default=None)
    op.alter_column("media", "has_thumb", server_default=None)
