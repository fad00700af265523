"""What offices decide: weekly summaries, monthly dispatches, orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.operations import ADD_ONLY, create_scoped_table, moment

revision = "0004"
down_revision = "0003"

TABLES = [
    "weekly_summary",
    "weekly_signature",
    "monthly_dispatch",
    "dispatch_order",
]


def upgrade() -> None:
    _summaries()


def _summaries() -> None:
    create_scoped_table(
        "weekly_summary",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        moment("made_at"),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("remarks", JSONB(), nullable=False),
        sa.Column("accepted_by_id", sa.Uuid()),
        moment("accepted_at", nullable=True),
        sa.Column("returned_reason", sa.Text()),
        sa.UniqueConstraint("jurisdiction_id", "grid_id", "week"),
        sa.CheckConstraint("state IN ('draft', 'signed', 'accepted', 'returned')", name="state"),
        references={"grid_id": "grid", "accepted_by_id": "person"},
    )
    create_scoped_table(
        "weekly_signature",
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=False),
        moment("signed_at"),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        references={"summary_id": "weekly_summary", "signed_by_id": "person"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "weekly_signature", ["jurisdiction_id", "summary_id", "signed_at"])
    create_scoped_table(
        "monthly_dispatch",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        moment("made_at"),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text()),
        sa.Column("snapshot_digest", sa.Text()),
        sa.Column("signed_by_id", sa.Uuid()),
        moment("signed_at", nullable=True),
        sa.CheckConstraint("(state = 'signed') = (snapshot IS NOT NULL)", name="frozen"),
        sa.CheckConstraint("state IN ('draft', 'signed')", name="state"),
        sa.UniqueConstraint("jurisdiction_id", "grid_id", "month"),
        references={"grid_id": "grid", "signed_by_id": "person"},
    )
    create_scoped_table(
        "dispatch_order",
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("addressee_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("measured_by", sa.Text(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_by_id", sa.Uuid(), nullable=False),
        moment("issued_at"),
        sa.Column("reply", sa.Text()),
        sa.Column("replied_by_id", sa.Uuid()),
        moment("replied_at", nullable=True),
        sa.CheckConstraint("(replied_at IS NULL) = (reply IS NULL)", name="reply"),
        sa.UniqueConstraint("jurisdiction_id", "number"),
        references={
            "addressee_id": "grid",
            "replied_by_id": "person",
            "issued_by_id": "person",
            "dispatch_id": "monthly_dispatch",
        },
    )
    op.create_index(None, "dispatch_order", ["jurisdiction_id", "addressee_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
