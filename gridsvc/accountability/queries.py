"""Who answered for a subject, and what somebody answered for."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    DateTime,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.rules import STOOD_IN, Held
from gridsvc.db import Period
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import within
from gridsvc.session import Session
from gridsvc.weeks import LOCAL, local_day

ZONE = str(LOCAL)  # by whose days a leave is meant


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
    values = {"here": session.jurisdiction_id, "people": list(person_ids)}
    held: dict[UUID, list[Held]] = {person_id: [] for person_id in person_ids}
    for person_id, *duty in session.execute(_REACHED, values):
        held[person_id].append(Held(*duty))
    return held


def _reached() -> Select[*tuple[Any, ...]]:
    """Build the query of held_by_each: nearly every request asks it, and this takes time."""
    here: BindParameter[int] = bindparam("here", type_=Integer())
    people: BindParameter[Any] = bindparam("people", type_=Uuid(), expanding=True)
    grid, top = Grid.__table__.alias("grid"), Grid.__table__.alias("top")
    terms = union_all(_own(here, people), _stood_in(here, people)).subquery("terms")
    term = terms.c
    at_top = and_(top.c.jurisdiction_id == here, top.c.id == term.subject_id)
    held_at = case(
        (term.subject_kind == "grid", cast(top.c.level, String)), else_=term.subject_kind
    ).label("held_at")
    own = select(term.person_id, term.role, held_at, term.subject_id, term.period).select_from(
        terms.outerjoin(top, at_top)
    )
    reached = own.cte("reached", recursive=True)
    below = and_(grid.c.jurisdiction_id == here, grid.c.parent_id == reached.c.subject_id)
    reached = reached.union_all(
        select(
            reached.c.person_id, reached.c.role, reached.c.held_at, grid.c.id, reached.c.period
        ).join(grid, below)
    )
    return select(*reached.c)


def _own(here: BindParameter[int], people: BindParameter[Any]) -> Select[*tuple[Any, ...]]:
    duty = Duty.__table__.c
    terms = select(duty.person_id, duty.role, duty.subject_kind, duty.subject_id, duty.period)
    return terms.where(duty.jurisdiction_id == here, duty.person_id.in_(people))


def _stood_in(here: BindParameter[int], people: BindParameter[Any]) -> Select[*tuple[Any, ...]]:
    """Select the posts of others, on the days on which somebody stands in for them."""
    duty, leave = Duty.__table__.c, Leave.__table__.c
    period = duty.period.op("*")(_days_off(leave)).label("period")
    return select(leave.substitute_id, duty.role, duty.subject_kind, duty.subject_id, period).where(
        leave.jurisdiction_id == here,
        leave.substitute_id.in_(people),
        leave.cancelled_at.is_(None),
        duty.jurisdiction_id == here,
        duty.person_id == leave.person_id,
        duty.role.in_(STOOD_IN),
        duty.period.op("&&")(_days_off(leave)),
    )


def _days_off(leave: Any) -> Any:
    """Return, in SQL, the period of a leave: its days are local, the last one included."""
    begins, ends = (
        func.timezone(ZONE, cast(day, DateTime(timezone=False)))
        for day in (leave.first_day, leave.last_day + 1)
    )
    return func.tstzrange(begins, ends)


_REACHED = _reached()


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
