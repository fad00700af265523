"""What waits: records held for a predecessor, retries, conflicts, the health of phones."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
