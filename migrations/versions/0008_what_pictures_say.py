"""What pictures say: EXIF, derived pictures, fingerprints."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
