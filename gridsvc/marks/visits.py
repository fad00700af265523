"""The visits that count: noted beside each entry of the log, and counted again from all of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text

from gridsvc.accountability.rules import Held
from gridsvc.batches import insert_all
from gridsvc.marks.models import Visit
from gridsvc.marks.rules import VISITORS, visit_rows
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Numbers
from gridsvc.session import Session

# As rules.level_of says it: the highest post from which the place of the visit is reached.
_COUNT = text("""
    INSERT INTO visit (jurisdiction_id, id, enterprise_id, occurred_at, level, is_night)
    SELECT i.jurisdiction_id, i.id, i.enterprise_id, i.occurred_at, coalesce(post.level, 3),
        date_part('hour', i.occurred_at AT TIME ZONE 'Asia/Shanghai') >= :night_from
        OR date_part('hour', i.occurred_at AT TIME ZONE 'Asia/Shanghai') < :night_until
    FROM inspection i
    LEFT JOIN LATERAL (
        WITH RECURSIVE up AS (
            SELECT g.id, g.level, g.parent_id FROM grid g
            WHERE g.jurisdiction_id = :here AND g.id = i.grid_id
            UNION ALL
            SELECT g.id, g.level, g.parent_id FROM grid g
            JOIN up ON g.jurisdiction_id = :here AND g.id = up.parent_id
        )
        SELECT min(up.level) AS level FROM up
        JOIN duty ON duty.jurisdiction_id = :here AND duty.subject_id = up.id
            AND duty.person_id = i.sender_id AND duty.period @> i.occurred_at
            AND duty.role || '@' || up.level = ANY(:posts)
    ) post ON true
    WHERE i.jurisdiction_id = :here AND i.corrects_id IS NULL AND i.enterprise_id IS NOT NULL
        AND i.kind = 'patrol'
        AND i.occurred_at >= :since AND i.occurred_at < :until
""")
EVER = datetime.max.replace(tzinfo=UTC)


def note(
    session: Session,
    entries: Iterable[Mapping[str, Any]],
    held: Mapping[UUID, Iterable[Held]],
    rule_sets: Iterable[RuleSet],
) -> None:
    """Count the visits among entries that have just gone into the log."""
    insert_all(session, Visit, visit_rows(entries, held, rule_sets))


def rebuild(session: Session) -> int:
    """Count all visits of the jurisdiction again, from its log. Returns how many there are."""
    here = session.jurisdiction_id
    session.execute(delete(Visit).where(Visit.jurisdiction_id == here))
    for since, until, numbers in _stretches(session):
        values = {
            "here": here, "posts": sorted(VISITORS), "since": since, "until": until,
            "night_from": numbers.night_from_hour, "night_until": numbers.night_until_hour,
        }  # fmt: skip
        session.execute(_COUNT, values)
    session.flush()
    return len(session.scalars(select(Visit.id)).all())


def _stretches(session: Session) -> Iterator[tuple[datetime, datetime, Numbers]]:
    """Yield the times during which each rule set was in force."""
    rule_sets = session.scalars(select(RuleSet).order_by(RuleSet.in_force_from)).all()
    ends = [one.in_force_from for one in rule_sets[1:]] + [EVER]
    for rule_set, until in zip(rule_sets, ends, strict=True):
        yield rule_set.in_force_from, until, Numbers.read(rule_set.document)
