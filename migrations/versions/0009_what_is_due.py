"""What is due: rule sets by date, the work calendar, checklists, exemptions."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
