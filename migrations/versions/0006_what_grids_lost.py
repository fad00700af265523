"""What grids lost: the phones of a grid are told which rows left it for another one."""

import sqlalchemy as sa
from alembic import op

from migrations.operations import ADD_ONLY, create_scoped_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_scoped_table(
        "tombstone",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("sync_version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        references={"grid_id": "grid"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "tombstone", ["jurisdiction_id", "grid_id", "sync_version", "id"])


def downgrade() -> None:
    op.drop_table("tombstone")
