"""Duties through time: who held what from when to when, and when nobody did."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.queries import history
from gridsvc.accountability.rules import SEATED
from gridsvc.roster.queries import duty_rows
from gridsvc.session import Session

Item = dict[str, Any]


def timeline_of_subject(session: Session, subject_id: UUID) -> Item:
    """Return every duty ever held for a subject, and the vacancies between them, by seat."""
    duties = history(session, [subject_id])
    return {"items": _rows(session, duties), "vacancies": list(_vacancies(duties))}


def timeline_of_person(session: Session, person_id: UUID) -> Item:
    """Return every duty that somebody ever held, the earliest first."""
    held = select(Duty).where(Duty.person_id == person_id).options(joinedload(Duty.person))
    in_order = held.order_by(func.lower(Duty.period).nulls_first(), Duty.id)
    return {"items": _rows(session, session.scalars(in_order).all()), "vacancies": []}


def _rows(session: Session, duties: Sequence[Duty]) -> list[Item]:
    ids = [duty.id for duty in duties]
    begun = select(Handover).where(Handover.begun_id.in_(ids))
    handovers = {handover.begun_id: handover for handover in session.scalars(begun)}
    return [row | {"handover": handovers.get(row["id"])} for row in duty_rows(session, duties)]


def _vacancies(duties: Sequence[Duty]) -> Iterator[Item]:
    """Yield the holes between the duties of each seat, and the open end after the last."""
    seats = defaultdict(list)
    for duty in duties:
        if duty.role in SEATED:
            seats[duty.role, duty.seat].append(duty.period)
    for (role, seat), periods in sorted(seats.items()):
        ends = [period.upper for period in periods]
        begins = [*(period.lower for period in periods[1:]), None]
        for since, until in zip(ends, begins, strict=True):
            if since is not None and since != until:
                yield {"role": role, "seat": seat, "since": since, "until": until}
