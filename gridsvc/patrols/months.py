"""What somebody did in a month: their patrols, also those they walked along on, and visits."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import held_result
from gridsvc.patrols.models import DayClose, Patrol
from gridsvc.patrols.queries import ends_of, walked
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.weeks import Span, local_day


def own_month(session: Session, person_id: UUID, span: Span) -> dict[str, Any]:
    """Return the days of a span on which somebody did something, with what they did.

    The length of a patrol is what the phone counted. A correction is no visit.
    """
    patrols = _patrols(session, person_id, span)
    visits = _visits(session, person_id, span)
    closed = select(DayClose.day).where(
        DayClose.sender_id == person_id, DayClose.day.between(span.first, span.last)
    )
    closes = set(session.scalars(closed))
    days = sorted({one["day"] for one in (*patrols, *visits)} | closes)
    return {
        "days": [
            {
                "day": day,
                "patrols": sum(one["day"] == day for one in patrols),
                "distance_m": sum(one["distance_m"] for one in patrols if one["day"] == day),
                "visits": sum(one["day"] == day for one in visits),
                "problems": sum((one["day"], one["result"]) == (day, "problem") for one in visits),
                "closed": day in closes,
            }
            for day in days
        ],
        "patrols": patrols,
        "visits": visits,
    }


def own_ids(month: dict[str, Any], person_id: UUID) -> set[UUID]:
    """Return the ids of what somebody sent in their month: not of a patrol of another's."""
    led = {patrol["id"] for patrol in month["patrols"] if patrol["officer"].id == person_id}
    return led | {visit["id"] for visit in month["visits"]}


def _patrols(session: Session, person_id: UUID, span: Span) -> list[dict[str, Any]]:
    made = (
        select(Patrol, Grid)
        .join(Grid, and_(Grid.jurisdiction_id == Patrol.jurisdiction_id, Grid.id == Patrol.grid_id))
        .where(
            walked(person_id),
            Patrol.occurred_at >= span.begins_at,
            Patrol.occurred_at < span.ends_at,
        )
        .order_by(Patrol.occurred_at)
    )
    found = session.execute(made).all()
    ends = ends_of(session, [patrol.id for patrol, _ in found])
    people = _people(session, [patrol for patrol, _ in found])
    return [
        {
            "id": patrol.id,
            "day": local_day(patrol.occurred_at),
            "occurred_at": patrol.occurred_at,
            "grid": grid,
            "officer": people[patrol.sender_id],
            "companions": [people[UUID(id)] for id in patrol.companions],
            "distance_m": ends[patrol.id].facts.get("distance_m", 0.0) if patrol.id in ends else 0,
        }
        for patrol, grid in found
    ]


def _people(session: Session, patrols: Sequence[Patrol]) -> dict[UUID, Person]:
    ids = {patrol.sender_id for patrol in patrols}
    ids |= {UUID(id) for patrol in patrols for id in patrol.companions}
    return {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}


def _visits(session: Session, person_id: UUID, span: Span) -> list[dict[str, Any]]:
    made = (
        select(Inspection, Enterprise, held_result())
        .join(
            Enterprise,
            and_(
                Enterprise.jurisdiction_id == Inspection.jurisdiction_id,
                Enterprise.id == Inspection.enterprise_id,
            ),
        )
        .where(
            Inspection.sender_id == person_id,
            Inspection.kind == "patrol",
            Inspection.occurred_at >= span.begins_at,
            Inspection.occurred_at < span.ends_at,
            Inspection.corrects_id.is_(None),
        )
        .order_by(Inspection.occurred_at)
    )
    return [
        {
            "id": visit.id,
            "day": local_day(visit.occurred_at),
            "occurred_at": visit.occurred_at,
            "enterprise": enterprise,
            "result": result,
        }
        for visit, enterprise, result in session.execute(made)
    ]
