"""What is evident: tracks by month, flags with their evidence and review."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
