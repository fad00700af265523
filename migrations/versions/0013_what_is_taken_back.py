"""Who stands in: a leave that was taken back says so, and is found by its substitute, too."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("leave", sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(None, "leave", ["jurisdiction_id", "substitute_id"])


def downgrade() -> None:
    op.drop_index("ix_leave_jurisdiction_id_substitute_id", "leave")
    op.drop_column("leave", "cancelled_at")
