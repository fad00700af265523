"""What is due: who put rules in force, marks on enterprises, turns of duty, visits that count."""

import sqlalchemy as sa
from alembic import op

from migrations.operations import APP_ROLE, CLEAR, create_scoped_table, moment

revision = "0009"
down_revision = "0008"

RULES = ("rule_set", "checklist")
WITHDRAWN = "rule_set, calendar_day"  # what has not begun may be taken back


def upgrade() -> None:
    _who_put()
    _marks()
    _turns()
    _visits()
    _count_visits()


def _who_put() -> None:
    op.add_column("rule_set", sa.Column("note", sa.Text()))
    for table in RULES:
        op.add_column(table, sa.Column("put_by_id", sa.Uuid()))
        op.add_column(table, moment("put_at", nullable=True))
        here, there = ["jurisdiction_id", "put_by_id"], ["jurisdiction_id", "id"]
        op.create_foreign_key(None, table, "person", here, there)
    op.execute(f"GRANT DELETE ON {WITHDRAWN} TO {APP_ROLE}")


def _marks() -> None:
    create_scoped_table(
        "mark",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        moment("recorded_at"),
        sa.Column("recorded_by_id", sa.Uuid()),
        moment("ended_at", nullable=True),
        sa.Column("ended_by_id", sa.Uuid()),
        sa.CheckConstraint("kind IN ('attention', 'exemption')", name="kind"),
        sa.CheckConstraint("last_day >= first_day - 1", name="days"),
        references={
            "enterprise_id": "enterprise",
            "recorded_by_id": "person",
            "ended_by_id": "person",
        },
    )
    op.create_index(None, "mark", ["jurisdiction_id", "enterprise_id", "first_day"])


def _turns() -> None:
    create_scoped_table(
        "turn",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid()),
        sa.Column("is_night", sa.Boolean(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        moment("recorded_at"),
        sa.Column("recorded_by_id", sa.Uuid()),
        sa.CheckConstraint("last_day >= first_day - 1", name="days"),
        references={
            "person_id": "person",
            "grid_id": "grid",
            "enterprise_id": "enterprise",
            "recorded_by_id": "person",
        },
    )
    op.create_index(None, "turn", ["jurisdiction_id", "grid_id", "first_day"])


def _visits() -> None:
    create_scoped_table(
        "visit",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        moment("occurred_at"),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("is_night", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        references={"enterprise_id": "enterprise"},
        rights=CLEAR,
    )
    by_time = ["jurisdiction_id", "enterprise_id", "occurred_at"]
    op.create_index(None, "visit", by_time)
    op.create_index("ix_visit_above", "visit", by_time, postgresql_where=sa.text("level < 3"))
    op.create_index("ix_visit_night", "visit", by_time, postgresql_where=sa.text("is_night"))


def _count_visits() -> None:
    """Count the visits of the log so far; the posts are those that may enter them."""
    op.execute("""
        INSERT INTO visit (jurisdiction_id, id, enterprise_id, occurred_at, level, is_night)
        SELECT i.jurisdiction_id, i.id, i.enterprise_id, i.occurred_at,
            coalesce((
                SELECT min(up.level)
                FROM grid own
                LEFT JOIN grid parent ON parent.jurisdiction_id = own.jurisdiction_id
                    AND parent.id = own.parent_id
                LEFT JOIN grid top ON top.jurisdiction_id = own.jurisdiction_id
                    AND top.id = parent.parent_id
                CROSS JOIN LATERAL (VALUES (own.id, own.level), (parent.id, parent.level),
                    (top.id, top.level)) AS up(id, level)
                JOIN duty ON duty.jurisdiction_id = own.jurisdiction_id
                    AND duty.subject_id = up.id AND duty.person_id = i.sender_id
                    AND duty.period @> i.occurred_at
                    AND CASE duty.role
                        WHEN 'grid_officer' THEN up.level > 1
                        WHEN 'grid_head' THEN up.level > 1
                        WHEN 'deputy_head' THEN up.level > 1
                        WHEN 'enforcement_officer' THEN up.level = 1
                        ELSE false END
                WHERE own.jurisdiction_id = i.jurisdiction_id AND own.id = i.grid_id
            ), 3),
            extract(hour FROM i.occurred_at AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 6 AND 19
        FROM inspection i WHERE i.corrects_id IS NULL
    """)


def downgrade() -> None:
    for table in ("visit", "turn", "mark"):
        op.drop_table(table)
    op.execute(f"REVOKE DELETE ON {WITHDRAWN} FROM {APP_ROLE}")
    for table in reversed(RULES):
        op.drop_column(table, "put_at")
        op.drop_column(table, "put_by_id")
    op.drop_column("rule_set", "note")
