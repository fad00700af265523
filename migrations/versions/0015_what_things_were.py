"""What things were: chains of corrections, and what an enterprise was before each change.

Corrections that stand already get the entry that their chain began with; what changed of
enterprises before this is read from the trail.
"""

import sqlalchemy as sa
from alembic import op

from migrations.operations import ADD_ONLY, create_scoped_table, moment

revision = "0015"
down_revision = "0014"

_FIRSTS = """
WITH RECURSIVE chain AS (
    SELECT jurisdiction_id, id, corrects_id AS first_id FROM inspection
    WHERE corrects_id IS NOT NULL
    UNION ALL
    SELECT chain.jurisdiction_id, chain.id, before.corrects_id FROM chain
    JOIN inspection before
        ON before.jurisdiction_id = chain.jurisdiction_id AND before.id = chain.first_id
    WHERE before.corrects_id IS NOT NULL
)
UPDATE inspection it SET first_id = chain.first_id
FROM chain JOIN inspection first
    ON first.jurisdiction_id = chain.jurisdiction_id AND first.id = chain.first_id
WHERE it.jurisdiction_id = chain.jurisdiction_id AND it.id = chain.id
    AND first.corrects_id IS NULL
"""

# A line of the trail holds what was changed, [before, after] by column. What it leaves out was
# then as the next line that tells of it had it before, else as it is now.
_WERE = """
WITH told AS (
    SELECT e.jurisdiction_id, e.subject_id, e.at, e.seq, e.changes, it.grid_id,
        it.supervision_class, it.kind, it.state,
        CAST(left(CAST(it.id AS text), 15)
             || substr(CAST(gen_random_uuid() AS text), 16) AS uuid) AS id
    FROM (
        SELECT *, CAST(text AS jsonb)->'changes' AS changes FROM audit_entry
        WHERE subject_kind = 'enterprise'
    ) e
    JOIN enterprise it ON it.jurisdiction_id = e.jurisdiction_id AND it.id = e.subject_id
    WHERE e.changes ?| ARRAY['grid_id', 'supervision_class', 'kind', 'state']
        AND coalesce(e.changes->'grid_id'->0, '0') <> 'null'
)
INSERT INTO enterprise_past (jurisdiction_id, id, enterprise_id, until, grid_id,
                             supervision_class, kind, state)
SELECT jurisdiction_id, id, subject_id, at,
    CAST(coalesce({grid_id}, CAST(grid_id AS text)) AS uuid),
    coalesce({supervision_class}, supervision_class), coalesce({kind}, kind),
    coalesce({state}, state)
FROM told
"""


def _then(column: str) -> str:
    return f"""(SELECT later.changes->'{column}'->>0 FROM told later
        WHERE later.jurisdiction_id = told.jurisdiction_id
            AND later.subject_id = told.subject_id AND later.seq >= told.seq
            AND later.changes ? '{column}'
        ORDER BY later.seq LIMIT 1)"""  # noqa: S608


def filling() -> str:
    """Return the statement that finds in the trail what each enterprise was."""
    columns = ("grid_id", "supervision_class", "kind", "state")
    return _WERE.format(**{name: _then(name) for name in columns})


def upgrade() -> None:
    op.add_column("inspection", sa.Column("first_id", sa.Uuid()))
    op.add_column("inspection", sa.Column("correction_reason", sa.Text()))
    op.create_foreign_key(
        None, "inspection", "inspection",
        ["jurisdiction_id", "first_id"], ["jurisdiction_id", "id"],
    )  # fmt: skip
    op.create_index(
        "ix_inspection_corrections", "inspection", ["jurisdiction_id", "first_id", "occurred_at"],
        postgresql_where=sa.text("first_id IS NOT NULL"),
    )  # fmt: skip
    op.execute(_FIRSTS)
    create_scoped_table(
        "enterprise_past",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        moment("until"),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("supervision_class", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        references={"enterprise_id": "enterprise", "grid_id": "grid"},
        rights=ADD_ONLY,
    )
    op.create_index(None, "enterprise_past", ["jurisdiction_id", "enterprise_id", "until"])
    op.create_index(None, "enterprise_past", ["jurisdiction_id", "grid_id"])
    op.execute(filling())


def downgrade() -> None:
    op.drop_table("enterprise_past")
    op.drop_index("ix_inspection_corrections", "inspection")
    op.drop_constraint(op.f("fk_inspection_jurisdiction_id_first_id_inspection"), "inspection")
    op.drop_column("inspection", "correction_reason")
    op.drop_column("inspection", "first_id")
