"""The file of an enterprise: what became of it, its permit, its penalties, what it is not."""

import sqlalchemy as sa
from alembic import op

from migrations.operations import ADD_ONLY, WRITE, create_scoped_table, moment

revision = "0011"
down_revision = "0010"

STATES = {
    "before": "state IN ('active', 'proposed', 'closed')",
    "after": "state IN ('active', 'proposed', 'closed', 'merged')",
}
CHECKS = {
    "permit_class": "permit_class IN ('key', 'simplified', 'registered')",
    "disposition": "disposition IN ('shut_down', 'moved', 'upgraded')",
    "merged": "(state = 'merged') = (merged_into_id IS NOT NULL)",
}


def upgrade() -> None:
    for column in _columns():
        op.add_column("enterprise", column)
    _replace_states(STATES["after"])
    for name, rule in CHECKS.items():
        op.create_check_constraint(name, "enterprise", rule)
    op.create_foreign_key(
        None, "enterprise", "enterprise",
        ["jurisdiction_id", "merged_into_id"], ["jurisdiction_id", "id"],
    )  # fmt: skip
    _penalties()
    create_scoped_table(
        "kept_apart",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        moment("recorded_at"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.UniqueConstraint("jurisdiction_id", "one_id", "other_id"),
        references={"one_id": "enterprise", "other_id": "enterprise"},
        rights=ADD_ONLY,
    )


def _columns() -> list[sa.Column[str] | sa.Column[object]]:
    return [
        sa.Column("permit_class", sa.Text()),
        sa.Column("permit_until", sa.Date()),
        sa.Column("disposition", sa.Text()),
        sa.Column("merged_into_id", sa.Uuid()),
    ]


def _penalties() -> None:
    create_scoped_table(
        "penalty",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("amount_cny", sa.Numeric(14, 2)),
        moment("recorded_at"),
        sa.Column("recorded_by_id", sa.Uuid()),
        moment("withdrawn_at", nullable=True),
        sa.Column("withdrawn_reason", sa.Text()),
        sa.UniqueConstraint("jurisdiction_id", "number"),
        sa.CheckConstraint("amount_cny >= 0", name="amount"),
        references={"enterprise_id": "enterprise"},
        rights=WRITE,
    )
    op.create_index(None, "penalty", ["jurisdiction_id", "enterprise_id"])


def downgrade() -> None:
    """What was merged becomes closed: the old form of the registry has no word for it."""
    op.drop_table("kept_apart")
    op.drop_table("penalty")
    for column in reversed(_columns()):
        op.drop_column("enterprise", column.name)  # and every rule about it
    op.execute("UPDATE enterprise SET state = 'closed' WHERE state = 'merged'")
    _replace_states(STATES["before"])


def _replace_states(rule: str) -> None:
    op.drop_constraint(op.f("ck_enterprise_state"), "enterprise")
    op.create_check_constraint("state", "enterprise", rule)
