"""Formal inspections: their kind and facts, signatures, and the certificates of officers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.operations import create_scoped_table, moment

revision = "0014"
down_revision = "0013"

FORMAL = sa.text("kind = 'formal'")
STANDS = sa.text("withdrawn_on IS NULL")


def upgrade() -> None:
    op.add_column(
        "inspection", sa.Column("kind", sa.Text(), nullable=False, server_default="patrol")
    )
    op.add_column("inspection", sa.Column("formal", JSONB()))
    op.create_check_constraint("kind", "inspection", "kind IN ('patrol', 'formal')")
    op.create_check_constraint(
        "formal_facts", "inspection", "(kind = 'formal') = (formal IS NOT NULL)"
    )
    op.create_index(
        "ix_inspection_formal", "inspection", ["jurisdiction_id", "enterprise_id", "occurred_at"],
        postgresql_where=FORMAL,
    )  # fmt: skip
    _purposes("scene", "before", "after", "signature")
    _certificates()


def _purposes(*purposes: str) -> None:
    op.drop_constraint(op.f("ck_photo_purpose"), "photo")
    names = ", ".join(f"'{purpose}'" for purpose in purposes)
    op.create_check_constraint("purpose", "photo", f"purpose IN ({names})")


def _certificates() -> None:
    create_scoped_table(
        "certificate",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        moment("recorded_at"),
        sa.Column("recorded_by_id", sa.Uuid()),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("withdrawn_reason", sa.Text()),
        sa.CheckConstraint("valid_until >= valid_from", name="days"),
        references={"person_id": "person"},
    )
    op.create_index(None, "certificate", ["jurisdiction_id", "person_id"])
    op.create_index(
        "ix_certificate_number", "certificate", ["jurisdiction_id", "number"], unique=True,
        postgresql_where=STANDS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("certificate")
    op.execute("UPDATE photo SET purpose = 'scene' WHERE purpose = 'signature'")
    _purposes("scene", "before", "after")
    op.drop_index("ix_inspection_formal", "inspection")
    op.drop_constraint(op.f("ck_inspection_formal_facts"), "inspection")
    op.drop_constraint(op.f("ck_inspection_kind"), "inspection")
    op.drop_column("inspection", "formal")
    op.drop_column("inspection", "kind")
