"""The ground: who belongs where, who answers for what, and the trail of what they did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint

from migrations.operations import (
    ADD_ONLY,
    CLEAR,
    create_app_role,
    create_scoped_table,
    create_shared_table,
    geometry,
    moment,
)

revision = "0001"
down_revision = None

TABLES = [
    "jurisdiction",
    "audit_head",
    "audit_entry",
    "audit_anchor",
    "account",
    "second_factor",
    "recovery_code",
    "signin_failure",
    "membership",
    "person",
    "unit",
    "device",
    "grid",
    "boundary_set",
    "boundary",
    "sync_clock",
    "number_book",
    "access_token",
    "duty",
    "handover",
    "leave",
]


def upgrade() -> None:
    create_app_role()
    for extension in ("postgis", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    create_shared_table(
        "jurisdiction",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division_code", sa.Text()),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("second_factor", sa.Text(), nullable=False),
        sa.Column("sync_epoch", sa.Uuid(), nullable=False),
        moment("created_at"),
        sa.CheckConstraint("second_factor IN ('none', 'desk')", name="second_factor"),
        sa.PrimaryKeyConstraint("id"),
    )
    _trail()
    _people()
    _grids()
    _programs()
    _accountability()


def _trail() -> None:
    create_scoped_table(
        "audit_head",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        key=None,
    )
    create_scoped_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        moment("at"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        key="seq",
        rights=ADD_ONLY,
    )
    op.create_index(None, "audit_entry", ["jurisdiction_id", "at"])
    op.create_index(None, "audit_entry", ["jurisdiction_id", "deed", "seq"])
    op.create_index(None, "audit_entry", ["jurisdiction_id", "person_id", "seq"])
    op.create_index(None, "audit_entry", ["jurisdiction_id", "subject_id", "seq"])
    create_scoped_table(
        "audit_anchor",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        moment("signed_at"),
        sa.Column("signature", sa.Text(), nullable=False),
        key="day",
        rights=ADD_ONLY,
    )


def _people() -> None:
    create_shared_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("activation_digest", sa.Text()),
        moment("activation_until", nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("oidc_issuer", sa.Text()),
        sa.Column("oidc_subject", sa.Text()),
        moment("disabled_at", nullable=True),
        moment("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject"),
    )
    create_shared_table(
        "second_factor",
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger()),
        moment("created_at"),
        moment("confirmed_at", nullable=True),
        sa.PrimaryKeyConstraint("account_id"),
        rights=CLEAR,
    )
    create_shared_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("account_id", "digest"),
        rights=CLEAR,
    )
    create_shared_table(
        "signin_failure",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        moment("locked_until", nullable=True),
        moment("last_at"),
        sa.PrimaryKeyConstraint("login"),
        rights=CLEAR,
    )
    create_shared_table(
        "membership",
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column(
            "jurisdiction_id", sa.Integer(), sa.ForeignKey("jurisdiction.id"), nullable=False
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "jurisdiction_id"),
    )
    create_scoped_table(
        "person",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text()),
        sa.UniqueConstraint("jurisdiction_id", "login"),
    )
    create_scoped_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.UniqueConstraint("jurisdiction_id", "code"),
        references={"parent_id": "unit"},
    )
    create_scoped_table(
        "device",
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("app_build", sa.Text()),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("previous_digest", sa.Text()),
        sa.Column("former_digests", JSONB(), nullable=False),
        moment("rotated_at"),
        moment("confirmed_at", nullable=True),
        moment("created_at"),
        moment("last_seen_at"),
        moment("expires_at"),
        moment("revoked_at", nullable=True),
        sa.Column("revoked_reason", sa.Text()),
        sa.CheckConstraint("kind IN ('phone', 'browser', 'program')", name="kind"),
        sa.CheckConstraint("proof IN ('password', 'oidc', 'issued')", name="proof"),
        references={"person_id": "person"},
    )
    op.create_index(None, "device", ["jurisdiction_id", "person_id"])


def _grids() -> None:
    create_scoped_table(
        "grid",
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.CheckConstraint("(level = 1) = (parent_id IS NULL)", name="parent"),
        sa.UniqueConstraint("jurisdiction_id", "code"),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        references={"parent_id": "grid"},
    )
    op.create_index(None, "grid", ["jurisdiction_id", "parent_id"])
    create_scoped_table(
        "boundary_set",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False),
        moment("in_force_from", nullable=True),
        moment("created_at"),
    )
    create_scoped_table(
        "boundary",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        geometry("area", "MULTIPOLYGON"),
        sa.Column("period", TSTZRANGE(), nullable=False),
        ExcludeConstraint(
            ("jurisdiction_id", "="), ("grid_id", "="), ("period", "&&"), name="ex_boundary_period"
        ),
        references={"set_id": "boundary_set", "grid_id": "grid"},
    )
    op.create_index(None, "boundary", ["area"], postgresql_using="gist")
    create_scoped_table(
        "sync_clock",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        key="grid_id",
        references={"grid_id": "grid"},
    )
    create_scoped_table(
        "number_book",
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        key="book",
    )


def _programs() -> None:
    create_scoped_table(
        "access_token",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("deeds", JSONB(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        references={"id": "device", "grid_id": "grid"},
    )


def _accountability() -> None:
    create_scoped_table(
        "duty",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("period", TSTZRANGE(), nullable=False),
        moment("recorded_at", nullable=True),
        moment("end_recorded_at", nullable=True),
        sa.CheckConstraint("seat >= 1", name="seat"),
        sa.CheckConstraint("NOT isempty(period)", name="period"),
        ExcludeConstraint(
            ("jurisdiction_id", "="),
            ("subject_id", "="),
            ("role", "="),
            ("seat", "="),
            ("period", "&&"),
            where=sa.text("role IN ('grid_head', 'responsible_leader', 'responsible_person')"),
            name="ex_duty_seat",
        ),
        sa.CheckConstraint("subject_kind IN ('grid', 'enterprise', 'unit')", name="subject_kind"),
        ExcludeConstraint(
            ("jurisdiction_id", "="),
            ("person_id", "="),
            ("subject_id", "="),
            ("role", "="),
            ("period", "&&"),
            name="ex_duty_twice",
        ),
        references={"person_id": "person"},
    )
    op.create_index(None, "duty", ["jurisdiction_id", "person_id"])
    op.create_index(None, "duty", ["jurisdiction_id", "subject_id", "role"])
    create_scoped_table(
        "handover",
        sa.Column("ended_id", sa.Uuid(), nullable=False),
        sa.Column("begun_id", sa.Uuid(), nullable=False),
        moment("at"),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("recorded_at"),
        sa.Column("recorded_by_id", sa.Uuid()),
        moment("passed_on_at", nullable=True),
        moment("accepted_at", nullable=True),
        references={"begun_id": "duty", "ended_id": "duty", "recorded_by_id": "person"},
    )
    op.create_index(None, "handover", ["jurisdiction_id", "begun_id"])
    create_scoped_table(
        "leave",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid()),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("recorded_at"),
        sa.CheckConstraint("first_day <= last_day", name="days"),
        references={"person_id": "person", "substitute_id": "person"},
    )
    op.create_index(None, "leave", ["jurisdiction_id", "person_id", "first_day"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
