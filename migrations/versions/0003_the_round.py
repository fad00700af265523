"""What phones make: patrols, inspections, issues and their actions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.operations import ADD_ONLY, create_scoped_table, field_record, geometry, moment

revision = "0003"
down_revision = "0002"

TABLES = [
    "patrol",
    "patrol_end",
    "track_chunk",
    "day_close",
    "inspection",
    "issue",
    "issue_action",
]


def upgrade() -> None:
    _patrols()
    _inspections()
    _issues()


def _patrols() -> None:
    create_scoped_table(
        "patrol",
        *field_record(),
        references={"sender_id": "person", "grid_id": "grid"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "patrol", ["jurisdiction_id", "grid_id", "occurred_at"])
    op.create_index(None, "patrol", ["jurisdiction_id", "grid_id", "sync_version", "id"])
    op.create_index(None, "patrol", ["jurisdiction_id", "sender_id", "occurred_at"])
    create_scoped_table(
        "patrol_end",
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        *field_record(),
        sa.UniqueConstraint("jurisdiction_id", "patrol_id"),
        references={"patrol_id": "patrol", "sender_id": "person", "grid_id": "grid"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "patrol_end", ["jurisdiction_id", "grid_id", "sync_version", "id"])
    create_scoped_table(
        "track_chunk",
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        geometry("line", "LINESTRINGM", dimension=3),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.UniqueConstraint("jurisdiction_id", "patrol_id", "seq"),
        references={"patrol_id": "patrol"},
    )
    create_scoped_table(
        "day_close",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text()),
        sa.Column("unvisited", JSONB(), nullable=False),
        *field_record(),
        sa.UniqueConstraint("jurisdiction_id", "sender_id", "grid_id", "day"),
        references={"grid_id": "grid", "sender_id": "person"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "day_close", ["jurisdiction_id", "grid_id", "day"])
    op.create_index(None, "day_close", ["jurisdiction_id", "grid_id", "sync_version", "id"])


def _inspections() -> None:
    create_scoped_table(
        "inspection",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid()),
        sa.Column("checklist_id", sa.Uuid(), nullable=False),
        sa.Column("corrects_id", sa.Uuid()),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        geometry("position", "POINT", nullable=True),
        sa.Column("crs", sa.Text()),
        sa.Column("accuracy_m", sa.Double()),
        sa.Column("no_position_reason", sa.Text()),
        sa.Column("position_grid_id", sa.Uuid()),
        sa.Column("flags", JSONB(), nullable=False),
        *field_record(),
        sa.CheckConstraint("accuracy_m >= 0", name="accuracy_not_negative"),
        sa.CheckConstraint("result IN ('ok', 'problem')", name="result"),
        sa.CheckConstraint(
            "(position IS NULL) = (no_position_reason IS NOT NULL)", name="position_or_reason"
        ),
        references={
            "position_grid_id": "grid",
            "sender_id": "person",
            "corrects_id": "inspection",
            "enterprise_id": "enterprise",
            "checklist_id": "checklist",
            "grid_id": "grid",
        },
        rights=ADD_ONLY,
    )
    op.create_index(None, "inspection", ["jurisdiction_id", "enterprise_id", "occurred_at"])
    op.create_index(None, "inspection", ["jurisdiction_id", "grid_id", "occurred_at"])
    op.create_index(None, "inspection", ["jurisdiction_id", "grid_id", "sync_version", "id"])
    op.create_index(None, "inspection", ["jurisdiction_id", "sender_id", "occurred_at"])


def _issues() -> None:
    create_scoped_table(
        "issue",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid()),
        sa.Column("inspection_id", sa.Uuid()),
        sa.Column("place", sa.Text()),
        geometry("location", "POINT", nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lead_unit_id", sa.Uuid()),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("requirement", sa.Text()),
        sa.Column("due_kinds", JSONB(), nullable=False),
        moment("due_at", nullable=True),
        moment("assigned_at", nullable=True),
        moment("submitted_at", nullable=True),
        sa.Column("submitted_by_id", sa.Uuid()),
        moment("accepted_at", nullable=True),
        moment("closed_at", nullable=True),
        sa.Column("look_back_on", sa.Date()),
        moment("looked_back_at", nullable=True),
        sa.Column("relapses", sa.Integer(), nullable=False),
        *field_record(),
        sa.UniqueConstraint("jurisdiction_id", "number"),
        references={
            "lead_unit_id": "unit",
            "owner_id": "person",
            "grid_id": "grid",
            "enterprise_id": "enterprise",
            "sender_id": "person",
        },
    )
    op.create_index(None, "issue", ["jurisdiction_id", "enterprise_id", "occurred_at"])
    op.create_index(None, "issue", ["jurisdiction_id", "grid_id", "state"])
    op.create_index(None, "issue", ["jurisdiction_id", "grid_id", "sync_version", "id"])
    op.create_index(None, "issue", ["jurisdiction_id", "owner_id", "state"])
    create_scoped_table(
        "issue_action",
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        *field_record(),
        sa.CheckConstraint("from_state <> '' AND to_state <> ''", name="states"),
        references={"issue_id": "issue", "grid_id": "grid", "sender_id": "person"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "issue_action", ["jurisdiction_id", "grid_id", "sync_version", "id"])
    op.create_index(None, "issue_action", ["jurisdiction_id", "issue_id", "occurred_at"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
