"""Entering people and their duties by the file, and the first administrator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.accountability.service import begun, ended, stand_in_line
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.grids.queries import root
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.people.service import Enrolled, Newcomer, enrol
from gridsvc.roster import queries
from gridsvc.roster.plan import Plan, plan_import
from gridsvc.roster.rules import HeldDuty, Known, Named
from gridsvc.session import Session
from gridsvc.tables import Line


def plan(session: Session, lines: Sequence[Line], *, joins: bool = False) -> tuple[Plan, Known]:
    """Say what an import would do, and what it found; nobody changes duties meanwhile."""
    stand_in_line(session)
    known = queries.known(session, {line["login"] for line in lines})
    return plan_import(lines, known, joins=joins), known


def carry_out(
    session: Session, plan: Plan, known: Known, *, by: Actor, now: datetime
) -> list[Enrolled]:
    """Carry out an import, which must have no fault; return who was enrolled, with their codes."""
    newcomers = [_newcomer(named, known) for named in plan.new_people]
    enrolled, acts = enrol(session, newcomers, joins=True, now=now)
    acts += [_correct(session, known, named) for named in plan.changed_people]
    ids = {login: person.id for login, person in known.people.items()}
    ids |= {each.login: each.person_id for each in enrolled}
    acts += _end(session, plan.ended, now)
    acts += _begin(session, plan.begun, ids, now)
    audit.record(session, acts, by=by, at=now)
    return enrolled


def admit_administrator(
    session: Session, newcomer: Newcomer, *, role: Role = Role.ADMIN, by: Actor, now: datetime
) -> Enrolled:
    """Enrol somebody who administers the jurisdiction from now on. Raises LoginTaken."""
    stand_in_line(session)
    [enrolled], acts = enrol(session, [newcomer], now=now)
    duty = HeldDuty(
        login=newcomer.login,
        role=role,
        subject_kind="grid",
        subject_id=root(session).id,
        seat=1,
        period=Range(now, None),
    )
    acts += _begin(session, [duty], {newcomer.login: enrolled.person_id}, now)
    audit.record(session, acts, by=by, at=now)
    return enrolled


def _newcomer(named: Named, known: Known) -> Newcomer:
    person = known.people.get(named.login)
    person_id = person.id if person else None
    return Newcomer(login=named.login, name=named.name, phone=named.phone, person_id=person_id)


def _correct(session: Session, known: Known, named: Named) -> Act:
    """Write somebody's name and telephone as the file has them."""
    id = known.people[named.login].id
    person = session.get_one(Person, (session.jurisdiction_id, id))
    changes = {"name": (person.name, named.name), "phone": (person.phone, named.phone)}
    person.name, person.phone = named.name, named.phone
    told = {name: [old, new] for name, (old, new) in changes.items() if old != new}
    return Act(deed="person.correct", subject_kind="person", subject_id=id, changes=told)


def _end(session: Session, duties: Sequence[HeldDuty], now: datetime) -> list[Act]:
    acts = []
    for ending in duties:
        duty = session.get_one(Duty, (session.jurisdiction_id, ending.id))
        if (at := ending.period.upper) is None:
            raise ValueError(f"{ending!r} does not end")
        acts.append(ended(duty.id, duty.period, at))
        duty.period, duty.end_recorded_at = ending.period, now
    session.flush()
    return acts


def _begin(
    session: Session, duties: Sequence[HeldDuty], people: dict[str, UUID], now: datetime
) -> list[Act]:
    begun_duties = [
        Duty(
            id=new_id(),
            person_id=people[duty.login],
            role=duty.role,
            subject_kind=duty.subject_kind,
            subject_id=duty.subject_id,
            seat=duty.seat,
            period=duty.period,
            recorded_at=now,
        )
        for duty in duties
    ]
    insert_all(session, Duty, [_row(duty) for duty in begun_duties])
    return [begun(duty) for duty in begun_duties]


def _row(duty: Duty) -> dict[str, Any]:
    columns = ("id", "person_id", "role", "subject_kind", "subject_id", "seat", "recorded_at")
    return {name: getattr(duty, name) for name in columns} | {"period": str(duty.period)}
