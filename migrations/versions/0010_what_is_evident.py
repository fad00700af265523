"""What is evident: tracks by month, what they tell, flags with their evidence and review."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.operations import APP_ROLE, CLEAR, create_scoped_table, geometry, moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _flags()
    _clocks()
    _tracks()
    _measured()


def downgrade() -> None:
    op.drop_table("patrol_measure")
    _tracks_as_before()
    _flags_as_before()
    for column in ("is_mock", "uptime_s", "gps_at"):
        op.drop_column("inspection", column)
    for table in ("unweighed", "trusted_receiver", "flag"):
        op.drop_table(table)


def _flags() -> None:
    create_scoped_table(
        "flag",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid()),
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("rule_set_id", sa.Uuid()),
        sa.Column("score", sa.Double(), nullable=False),
        moment("occurred_at"),
        moment("raised_at"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reviewed_by_id", sa.Uuid()),
        moment("reviewed_at", nullable=True),
        sa.Column("reason", sa.Text()),
        sa.Column("appeal", sa.Text()),
        moment("appealed_at", nullable=True),
        sa.UniqueConstraint("jurisdiction_id", "record_id", "kind", "about"),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'dismissed')", name="state"),
        sa.CheckConstraint("(state = 'open') = (reviewed_at IS NULL)", name="reviewed"),
        sa.CheckConstraint("state <> 'dismissed' OR reason <> ''", name="dismissed_with_reason"),
        sa.CheckConstraint("score >= 0", name="score_not_negative"),
        references={
            "grid_id": "grid",
            "sender_id": "person",
            "rule_set_id": "rule_set",
            "reviewed_by_id": "person",
        },
    )
    op.create_index(None, "flag", ["jurisdiction_id", "grid_id", "occurred_at"])
    op.create_index(None, "flag", ["jurisdiction_id", "sender_id", "occurred_at"])
    create_scoped_table(
        "trusted_receiver",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        moment("since"),
        moment("until", nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=False),
        moment("granted_at"),
        sa.CheckConstraint("until IS NULL OR until > since", name="order"),
        references={"device_id": "device", "granted_by_id": "person"},
    )
    op.create_index(None, "trusted_receiver", ["jurisdiction_id", "device_id"])
    create_scoped_table(
        "unweighed",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        references={"person_id": "person"},
        rights=CLEAR,
    )
    op.create_index(None, "unweighed", ["jurisdiction_id", "person_id", "day"])
    _move_flags()


# What was found so far stood in a list on the inspection. Each gets an id of the same moment as
# its inspection's, and the rule set that was in force then; none had a weight.
_MOVED = """
INSERT INTO flag (jurisdiction_id, id, grid_id, sender_id, device_id, record_kind, record_id,
                  about, kind, evidence, rule_set_id, score, occurred_at, raised_at, state, version)
SELECT it.jurisdiction_id,
       CAST(left(CAST(it.id AS text), 15) || substr(CAST(gen_random_uuid() AS text), 16) AS uuid),
       it.grid_id, it.sender_id, it.device_id, 'inspection', it.id, '', found.one->>'kind',
       found.one - 'kind',
       (SELECT rules.id FROM rule_set AS rules
        WHERE rules.jurisdiction_id = it.jurisdiction_id AND rules.in_force_from <= it.occurred_at
        ORDER BY rules.in_force_from DESC LIMIT 1),
       CASE found.one->>'kind' WHEN 'off_site' THEN 1 ELSE 0 END,
       it.occurred_at, it.received_at, 'open', 1
FROM inspection AS it, jsonb_array_elements(it.flags) AS found(one)
"""

_MOVED_BACK = """
UPDATE inspection AS it SET flags = found.all_of_it
FROM (SELECT jurisdiction_id, record_id,
             jsonb_agg(jsonb_build_object('kind', kind) || evidence ORDER BY id) AS all_of_it
      FROM flag WHERE record_kind = 'inspection' GROUP BY jurisdiction_id, record_id) AS found
WHERE it.jurisdiction_id = found.jurisdiction_id AND it.id = found.record_id
"""


def _move_flags() -> None:
    op.execute(_MOVED)
    op.drop_column("inspection", "flags")


def _flags_as_before() -> None:
    none = sa.Column("flags", JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb"))
    op.add_column("inspection", none)
    op.execute(_MOVED_BACK)
    op.alter_column("inspection", "flags", server_default=None)


def _clocks() -> None:
    op.add_column("inspection", sa.Column("gps_at", sa.DateTime(timezone=True)))
    op.add_column("inspection", sa.Column("uptime_s", sa.Double()))
    op.add_column("inspection", sa.Column("is_mock", sa.Boolean()))


# Partitions are made by the owner of the table, which the application is not: it may call this.
# What came before its month had a partition waits in track_chunk_rest, and moves over.
_AHEAD = """
CREATE FUNCTION make_track_months(first date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date; part text; low uuid; high uuid; made integer := 0;
BEGIN
    FOR month IN SELECT date_trunc('month', first) + n * interval '1 month'
                 FROM generate_series(0, months - 1) AS n
    LOOP
        part := 'track_chunk_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        low := track_month_bound(month);
        high := track_month_bound(CAST(month + interval '1 month' AS date));
        EXECUTE format('CREATE TABLE %I (LIKE track_chunk INCLUDING ALL)', part);
        EXECUTE format('WITH late AS (DELETE FROM track_chunk_rest WHERE id >= %L AND id < %L'
                       ' RETURNING *) INSERT INTO %I SELECT * FROM late', low, high, part);
        EXECUTE format('ALTER TABLE track_chunk ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       part, low, high);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$
"""

# The least UUIDv7 of a month: 48 bits of Unix milliseconds, then nothing.
_BOUND = """
CREATE FUNCTION track_month_bound(month date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT CAST(rpad(lpad(to_hex(CAST(extract(epoch FROM month) * 1000 AS bigint)), 12, '0'),
                     32, '0') AS uuid)
$$
"""


def _parts() -> list[sa.Column[Any]]:
    return [
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
    ]


# The key of a part is made of its patrol and number, so that it cannot be there twice: as
# gridsvc.ids.part_id makes it.
_BROUGHT_OVER = """
INSERT INTO track_chunk (jurisdiction_id, id, patrol_id, seq, points, dropped, digest, line,
                         record_id, accuracies, mocked)
SELECT jurisdiction_id,
       CAST(left(replace(CAST(patrol_id AS text), '-', ''), 12) || '7' || substr(told.hex, 2, 3)
            || translate(substr(told.hex, 5, 1), '0123456789abcdef', '89ab89ab89ab89ab')
            || substr(told.hex, 6, 15) AS uuid),
       patrol_id, seq, points, dropped, digest, line, id, '[]', 0
FROM track_chunk_before,
     LATERAL (SELECT encode(sha256(convert_to(patrol_id || '/' || seq, 'UTF8')), 'hex'))
             AS told(hex)
"""


def _tracks() -> None:
    op.rename_table("track_chunk", "track_chunk_before")
    for name in ("pk_track_chunk", "uq_track_chunk_jurisdiction_id_patrol_id_seq"):
        op.execute(f"ALTER INDEX IF EXISTS {name} RENAME TO {name}_before")
    create_scoped_table(
        "track_chunk",
        *_parts(),
        geometry("line", "LINESTRINGM", dimension=3),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("accuracies", JSONB(), nullable=False),
        sa.Column("mocked", sa.Integer(), nullable=False),
        references={"patrol_id": "patrol"},
        rights=CLEAR,
        partition_by="RANGE (id)",
    )
    op.create_index(None, "track_chunk", ["jurisdiction_id", "patrol_id", "seq"])
    op.create_index(None, "track_chunk", ["jurisdiction_id", "record_id"])
    op.execute("CREATE TABLE track_chunk_rest PARTITION OF track_chunk DEFAULT")
    op.execute(_BOUND)
    op.execute(_AHEAD)
    op.execute(f"GRANT EXECUTE ON FUNCTION make_track_months TO {APP_ROLE}")
    since = "now() AT TIME ZONE 'UTC' - interval '12 months'"
    op.execute(f"SELECT make_track_months(CAST({since} AS date), 16)")
    op.execute(_BROUGHT_OVER)
    op.drop_table("track_chunk_before")


def _tracks_as_before() -> None:
    op.execute("DROP FUNCTION make_track_months")
    op.rename_table("track_chunk", "track_chunk_after")
    op.execute("ALTER INDEX pk_track_chunk RENAME TO pk_track_chunk_after")
    create_scoped_table(
        "track_chunk",
        *_parts(),
        geometry("line", "LINESTRINGM", dimension=3),
        sa.UniqueConstraint("jurisdiction_id", "patrol_id", "seq"),
        references={"patrol_id": "patrol"},
    )
    op.execute(
        "INSERT INTO track_chunk (jurisdiction_id, id, patrol_id, seq, points, dropped, digest,"
        " line) SELECT jurisdiction_id, record_id, patrol_id, seq, points, dropped, digest, line"
        " FROM track_chunk_after"
    )
    op.drop_table("track_chunk_after")
    op.execute("DROP FUNCTION track_month_bound")


def _measured() -> None:
    create_scoped_table(
        "patrol_measure",
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("covered_pct", sa.Double()),
        sa.Column("stops", JSONB(), nullable=False),
        sa.Column("gaps", JSONB(), nullable=False),
        sa.Column("pauses", JSONB(), nullable=False),
        sa.Column("passed", JSONB(), nullable=False),
        sa.Column("trace", JSONB(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        moment("measured_at"),
        sa.UniqueConstraint("jurisdiction_id", "patrol_id"),
        references={"patrol_id": "patrol"},
    )
