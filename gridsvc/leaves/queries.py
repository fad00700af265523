"""Who is away, when, and who stands in."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.queries import leaves
from gridsvc.enterprises.models import Enterprise
from gridsvc.people.models import Person
from gridsvc.session import Session

Item = dict[str, Any]


def people_kept(session: Session, subject_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Return those who hold a duty now for one of some grids, or for an enterprise in them."""
    lies_there = select(Enterprise.id).where(Enterprise.grid_id.in_(subject_ids))
    there = or_(Duty.subject_id.in_(subject_ids), Duty.subject_id.in_(lies_there))
    return set(session.scalars(select(Duty.person_id).where(there, Duty.period.op("@>")(now))))


def leaves_of(
    session: Session, person_ids: Collection[UUID], first: date, last: date
) -> list[Item]:
    """Return the leaves of some people with a day among `first` to `last`, the earliest first."""
    return leave_rows(session, leaves(session, first, last, person_ids))


def leave_rows(session: Session, found: Sequence[Leave]) -> list[Item]:
    """Return leaves with the names of who is away and who stands in."""
    people = _people(session, [leave.person_id for leave in found])
    people |= _people(session, [leave.substitute_id for leave in found if leave.substitute_id])
    columns = ("id", "first_day", "last_day", "reason", "recorded_at", "cancelled_at")
    return [
        {name: getattr(leave, name) for name in columns}
        | {
            "person_id": leave.person_id,
            "substitute_id": leave.substitute_id,
            "person": people[leave.person_id],
            "substitute": people[leave.substitute_id] if leave.substitute_id else None,
        }
        for leave in found
    ]


def _people(session: Session, ids: Iterable[UUID]) -> dict[UUID, Person]:
    found = session.scalars(select(Person).where(Person.id.in_(set(ids))))
    return {person.id: person for person in found}
