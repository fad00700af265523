"""Reading marks and turns."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from gridsvc.accountability.queries import leaves
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.marks.models import Mark, Turn
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.weeks import local_day


def marks(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    kind: str | None = None,
    enterprise_id: UUID | None = None,
    since: date | None = None,
) -> Sequence[Mark]:
    """Return the marks in some grids, those with a day from `since` on; the latest first."""
    here = and_(
        Enterprise.jurisdiction_id == Mark.jurisdiction_id, Enterprise.id == Mark.enterprise_id
    )
    wanted = select(Mark).join(Enterprise, here).where(Enterprise.grid_id.in_(grid_ids))
    if kind:
        wanted = wanted.where(Mark.kind == kind)
    if enterprise_id:
        wanted = wanted.where(Mark.enterprise_id == enterprise_id)
    if since:
        wanted = wanted.where(Mark.last_day >= since)
    named = wanted.options(joinedload(Mark.enterprise), joinedload(Mark.recorded_by))
    return session.scalars(named.order_by(Mark.first_day.desc(), Mark.id.desc())).all()


def turns(
    session: Session, grid_ids: Collection[UUID], first: date, last: date
) -> list[dict[str, Any]]:
    """Return whose turn it is in some grids among `first` to `last`, by day."""
    grid = and_(Grid.jurisdiction_id == Turn.jurisdiction_id, Grid.id == Turn.grid_id)
    place = and_(
        Enterprise.jurisdiction_id == Turn.jurisdiction_id, Enterprise.id == Turn.enterprise_id
    )
    wanted = (
        select(Turn, Grid, Enterprise)
        .join(Grid, grid)
        .outerjoin(Enterprise, place)
        .where(Turn.grid_id.in_(grid_ids), Turn.first_day <= last, Turn.last_day >= first)
        .where(Turn.last_day >= Turn.first_day)
        .options(joinedload(Turn.person))
        .order_by(Turn.first_day, Grid.code, Turn.id)
    )
    return [
        {
            "id": turn.id,
            "person": turn.person,
            "grid": grid,
            "enterprise": enterprise,
            "night": turn.is_night,
            "first_day": turn.first_day,
            "last_day": turn.last_day,
        }
        for turn, grid, enterprise in session.execute(wanted)
    ]


def whose_turn(
    session: Session, grid_ids: Collection[UUID], at: datetime
) -> dict[tuple[UUID, bool], Person]:
    """Return whose turn it is on the day of a moment, by (grid or enterprise, at night).

    Who is on leave is stood in for by the substitute, if one was named.
    """
    day = local_day(at)
    wanted = select(Turn).where(
        Turn.grid_id.in_(list(set(grid_ids))), Turn.first_day <= day, Turn.last_day >= day
    )
    found = session.scalars(wanted.options(joinedload(Turn.person)).order_by(Turn.id)).all()
    stand_in = _substitutes(session, {turn.person_id for turn in found}, day)
    return {
        (turn.enterprise_id or turn.grid_id, turn.is_night): stand_in.get(
            turn.person_id, turn.person
        )
        for turn in found
    }


def _substitutes(session: Session, person_ids: Collection[UUID], day: date) -> dict[UUID, Person]:
    off = leaves(session, day, day, list(person_ids)) if person_ids else []
    named = {leave.person_id: leave.substitute_id for leave in off if leave.substitute_id}
    people = select(Person).where(Person.id.in_(list(named.values())))
    known = {person.id: person for person in session.scalars(people)} if named else {}
    return {person_id: known[substitute_id] for person_id, substitute_id in named.items()}
