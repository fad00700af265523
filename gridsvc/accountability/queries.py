"""Who answered for a subject, and what somebody answered for."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.range import Range as Said
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.rules import STOOD_IN, Held
from gridsvc.db import Period
from gridsvc.grids.queries import within
from gridsvc.session import Session
from gridsvc.weeks import LOCAL, local_day

# Whom one stands in for, and by whose days a leave is meant.
ASKED = {"stood_in": [*map(str, STOOD_IN)], "zone": str(LOCAL)}


def holder(session: Session, role: str, subject_id: UUID, at: datetime) -> Duty | None:
    """Return the duty under which somebody held a role (seat 1) for a subject at a moment.

    None is a vacancy: nobody answered for it then.
    """
    held = select(Duty).where(
        Duty.subject_id == subject_id, Duty.role == role, Duty.seat == 1, Duty.period.op("@>")(at)
    )
    return session.scalars(held.options(joinedload(Duty.person))).one_or_none()


def holders(session: Session, subject_ids: Collection[UUID], at: datetime) -> Sequence[Duty]:
    """Return every duty held for `subject_ids` at a moment, with its person."""
    held = select(Duty).where(Duty.subject_id.in_(subject_ids), Duty.period.op("@>")(at))
    in_order = held.order_by(Duty.subject_id, Duty.role, Duty.seat, Duty.id)
    return session.scalars(in_order.options(joinedload(Duty.person))).all()


def history(session: Session, subject_ids: Collection[UUID]) -> Sequence[Duty]:
    """Return every duty ever held for `subject_ids`, the earliest first, with its person."""
    held = select(Duty).where(Duty.subject_id.in_(subject_ids))
    in_order = held.order_by(func.lower(Duty.period).nulls_first(), Duty.id)
    return session.scalars(in_order.options(joinedload(Duty.person))).all()


def held_by(session: Session, person_id: UUID) -> list[Held]:
    """Return all that a person ever held, once for each grid it reaches down to.

    Among it are the posts of those for whom they stood in, on the days of the leave.
    """
    return held_by_each(session, [person_id])[person_id]


def held_by_each(session: Session, person_ids: Collection[UUID]) -> dict[UUID, list[Held]]:
    """Return what each of some people ever held, in one query however many they are."""
    held: dict[UUID, list[Held]] = {person_id: [] for person_id in person_ids}
    rows = session.glance(REACHED, people=list(person_ids), **ASKED)
    for person_id, role, held_at, subject_id, period in rows:
        held[person_id].append(Held(role, held_at, subject_id, _period(period)))
    return held


def _period(said: Said[datetime]) -> Period:
    if said.isempty:
        return Range(empty=True)
    return Range(said.lower, said.upper)  # PostgreSQL gives back every period as [from, until)


# Their own posts, the posts of others on the days on which they stand in for them, and what
# each reaches: the grid, and every grid below it. {people} is SQL for the ids of the people.
_REACHED = """
WITH RECURSIVE off AS (
    SELECT person_id, substitute_id, tstzrange(
        CAST(first_day AS timestamp) AT TIME ZONE %(zone)s,
        CAST(last_day + 1 AS timestamp) AT TIME ZONE %(zone)s
    ) AS days
    FROM leave
    WHERE jurisdiction_id = %(here)s AND substitute_id = ANY({people}) AND cancelled_at IS NULL
), term AS (
    SELECT person_id, role, subject_kind, subject_id, period FROM duty
    WHERE jurisdiction_id = %(here)s AND person_id = ANY({people})
    UNION ALL
    SELECT off.substitute_id, duty.role, duty.subject_kind, duty.subject_id, duty.period * off.days
    FROM duty JOIN off ON duty.person_id = off.person_id AND duty.period && off.days
    WHERE duty.jurisdiction_id = %(here)s AND duty.role = ANY(%(stood_in)s)
), reached AS (
    SELECT term.person_id, term.role, term.subject_id, term.period,
           CASE subject_kind WHEN 'grid' THEN CAST(top.level AS text) ELSE subject_kind END
               AS held_at
    FROM term LEFT JOIN grid AS top
        ON top.jurisdiction_id = %(here)s AND top.id = term.subject_id
    UNION ALL
    SELECT reached.person_id, reached.role, grid.id, reached.period, reached.held_at
    FROM reached JOIN grid
        ON grid.jurisdiction_id = %(here)s AND grid.parent_id = reached.subject_id
)
SELECT person_id, role, held_at, subject_id, period FROM reached
"""
REACHED = _REACHED.format(people="%(people)s")


def reached_as_json(person_id: str) -> str:
    """Return SQL for what somebody ever held, as JSON for `from_json`; `person_id` is SQL, too.

    For a statement that asks something else besides. It wants the values of ASKED.
    """
    reached = _REACHED.format(people=f"ARRAY[{person_id}]")
    facts = "role, held_at, subject_id, lower(period), upper(period), isempty(period)"
    return f"(SELECT json_agg(json_build_array({facts})) FROM ({reached}) AS held)"  # noqa: S608


def from_json(told: Iterable[Any] | None) -> list[Held]:
    """Return what somebody ever held, as reached_as_json tells it."""
    return [
        Held(role, held_at, UUID(subject_id), _span(since, until, is_empty=is_empty))
        for role, held_at, subject_id, since, until, is_empty in told or ()
    ]


def _span(since: str | None, until: str | None, *, is_empty: bool) -> Period:
    if is_empty:
        return Range(empty=True)
    return Range(_moment(since), _moment(until))


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told).astimezone(UTC) if told else None


def granted(session: Session, grid_id: UUID, deeds: frozenset[str]) -> list[Held]:
    """Return what a program may do: `deeds` in a grid and all below it."""
    for_ever: Period = Range(None, None)
    return [Held("program", "", id, for_ever, deeds) for id in within(session, grid_id)]


def stood_in(session: Session, person_id: UUID, at: datetime) -> Sequence[Duty]:
    """Return the duties of others that somebody sees to at a moment, since those are away."""
    day = local_day(at)
    away = select(Leave.person_id).where(
        Leave.substitute_id == person_id,
        Leave.cancelled_at.is_(None),
        Leave.first_day <= day,
        Leave.last_day >= day,
    )
    theirs = select(Duty).where(
        Duty.person_id.in_(away), Duty.role.in_(STOOD_IN), Duty.period.op("@>")(at)
    )
    in_order = theirs.order_by(Duty.role, Duty.subject_id, Duty.id)
    return session.scalars(in_order.options(joinedload(Duty.person))).all()


def overlapping(session: Session, role: str, subject_id: UUID, period: Period) -> Sequence[Duty]:
    """Return the duties of a role for a subject held at any time of `period`, with their people."""
    held = select(Duty).where(Duty.subject_id == subject_id, Duty.role == role)
    during = held.where(Duty.period.op("&&")(period)).order_by(func.lower(Duty.period), Duty.id)
    return session.scalars(during.options(joinedload(Duty.person))).all()


def duties_of(
    session: Session,
    at: datetime,
    *,
    person_ids: Collection[UUID] | None = None,
    subject_ids: Collection[UUID] | None = None,
) -> Sequence[Duty]:
    """Return the duties at a moment of some people, or for some subjects, with their people."""
    held = select(Duty).where(Duty.period.op("@>")(at))
    if person_ids is not None:
        held = held.where(Duty.person_id.in_(person_ids))
    if subject_ids is not None:
        held = held.where(Duty.subject_id.in_(subject_ids))
    in_order = held.order_by(Duty.role, Duty.subject_id, Duty.seat, Duty.id)
    return session.scalars(in_order.options(joinedload(Duty.person))).all()


def leaves(
    session: Session, first: date, last: date, person_ids: Collection[UUID] | None = None
) -> Sequence[Leave]:
    """Return the leaves with a day among `first` to `last`, of everybody or of some people.

    Without those that were taken back.
    """
    stands = Leave.cancelled_at.is_(None)
    off = select(Leave).where(stands, Leave.first_day <= last, Leave.last_day >= first)
    if person_ids is not None:
        off = off.where(Leave.person_id.in_(person_ids))
    return session.scalars(off.order_by(Leave.first_day, Leave.id)).all()
