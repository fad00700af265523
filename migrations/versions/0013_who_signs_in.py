"""Who signs in: what accounts and devices keep beyond their first form."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
