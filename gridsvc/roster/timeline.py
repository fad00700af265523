"""Duties through time: who held what from when to when, and when nobody did."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.queries import history
from gridsvc.accountability.rules import SEATED, Role
from gridsvc.db import Period
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import below
from gridsvc.people.models import Person, Unit
from gridsvc.roster.queries import SUBJECTS, duty_rows, subject_item
from gridsvc.session import Session

Item = dict[str, Any]
Subject = Grid | Enterprise | Unit

# The seats that somebody has to hold, whether anybody ever did or not.
WANTED = {
    "grid": (Role.GRID_HEAD,),
    "enterprise": (Role.RESPONSIBLE_LEADER, Role.RESPONSIBLE_PERSON),
    "unit": (),
}


def subject_called(session: Session, subject_id: UUID) -> Subject | None:
    """Return the grid, enterprise or unit with an id, if there is one."""
    for model in SUBJECTS.values():
        if subject := session.get(model, subject_id):
            return subject
    return None


def timeline_of_subject(session: Session, subject: Subject, *, deep: bool = False) -> Item:
    """Return every duty ever held for a subject, and the vacancies of its seats.

    `deep`: also for the grids right below it; below a grid of the last level, its enterprises.
    """
    places = [subject, *(_below(session, subject) if deep else ())]
    duties = history(session, [place.id for place in places])
    return {
        "subject": subject_item(subject),
        "person": None,
        "places": [subject_item(place) for place in places],
        "items": _rows(session, duties),
        "vacancies": [hole for place in places for hole in _vacancies(place, duties)],
    }


def timeline_of_person(session: Session, person: Person) -> Item:
    """Return every duty that somebody ever held, the earliest first."""
    held = select(Duty).where(Duty.person_id == person.id).options(joinedload(Duty.person))
    in_order = held.order_by(func.lower(Duty.period).nulls_first(), Duty.id)
    items = _rows(session, session.scalars(in_order).all())
    return {"subject": None, "person": person, "places": [], "items": items, "vacancies": []}


def _below(session: Session, subject: Subject) -> Sequence[Subject]:
    if not isinstance(subject, Grid):
        return ()
    if grids := below(session, subject.id):
        return grids
    there = select(Enterprise).where(Enterprise.grid_id == subject.id, Enterprise.state == "active")
    return session.scalars(there.order_by(Enterprise.code)).all()


def _rows(session: Session, duties: Sequence[Duty]) -> list[Item]:
    ids = [duty.id for duty in duties]
    begun = select(Handover).where(Handover.begun_id.in_(ids))
    handovers = {handover.begun_id: handover for handover in session.scalars(begun)}
    return [row | {"handover": handovers.get(row["id"])} for row in duty_rows(session, duties)]


def _vacancies(place: Subject, duties: Sequence[Duty]) -> Iterator[Item]:
    """Yield the holes between the duties of each seat, and the open end after the last.

    A seat that has to be held and never was is one hole without a beginning.
    """
    item = subject_item(place)
    seats: dict[tuple[str, int], list[Period]] = defaultdict(list)
    seats |= {(role, 1): [] for role in WANTED[item["kind"]]}
    for duty in duties:
        if duty.subject_id == place.id and duty.role in SEATED:
            seats[duty.role, duty.seat].append(duty.period)
    for (role, seat), periods in sorted(seats.items()):
        ends = [period.upper for period in periods]
        begins = [*(period.lower for period in periods[1:]), None]
        hole = {"subject": item, "role": role, "seat": seat}
        if not periods:
            yield hole | {"since": None, "until": None}
            continue
        for since, until in zip(ends, begins, strict=True):
            if since is not None and since != until:
                yield hole | {"since": since, "until": until}
