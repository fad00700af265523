"""Who answered for a subject, and what somebody answered for."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
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
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import joinedload

from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.rules import Held
from gridsvc.db import Period
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import within
from gridsvc.session import Session


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
    """Return all that a person ever held, once for each grid it reaches down to."""
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
    duty, grid = Duty.__table__.c, Grid.__table__.alias("grid")
    top = Grid.__table__.alias("top")
    at_top = and_(top.c.jurisdiction_id == here, top.c.id == duty.subject_id)
    held_at = case(
        (duty.subject_kind == "grid", cast(top.c.level, String)), else_=duty.subject_kind
    ).label("held_at")
    own = (
        select(duty.person_id, duty.role, held_at, duty.subject_id, duty.period)
        .select_from(Duty.__table__.outerjoin(top, at_top))
        .where(duty.jurisdiction_id == here, duty.person_id.in_(people))
    )
    reached = own.cte("reached", recursive=True)
    below = and_(grid.c.jurisdiction_id == here, grid.c.parent_id == reached.c.subject_id)
    reached = reached.union_all(
        select(
            reached.c.person_id, reached.c.role, reached.c.held_at, grid.c.id, reached.c.period
        ).join(grid, below)
    )
    return select(*reached.c)


_REACHED = _reached()


def granted(session: Session, grid_id: UUID, deeds: frozenset[str]) -> list[Held]:
    """Return what a program may do: `deeds` in a grid and all below it."""
    for_ever: Period = Range(None, None)
    return [Held("program", "", id, for_ever, deeds) for id in within(session, grid_id)]


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
