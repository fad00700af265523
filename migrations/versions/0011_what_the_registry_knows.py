"""What the registry knows: proposed places, permits, dispositions, formal inspections."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
