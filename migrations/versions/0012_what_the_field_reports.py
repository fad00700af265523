"""What the field reports: urgent reports, companions on a patrol."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
