from datetime import datetime
from itertools import count

from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.people.models import Person, Unit
from gridsvc.session import Session

KINDS = {Grid: "grid", Enterprise: "enterprise", Unit: "unit"}

_logins = count(1)


def add_person(session: Session, name: str, login: str | None = None) -> Person:
    person = Person(name=name, login=login or f"p{next(_logins):04}", phone=None)
    session.add(person)
    session.flush()
    return person


def add_unit(session: Session, name: str, code: str) -> Unit:
    unit = Unit(name=name, code=code, kind="bureau")
    session.add(unit)
    session.flush()
    return unit


def add_duty(
    session: Session,
    person: Person,
    subject: Grid | Enterprise | Unit,
    role: Role = Role.GRID_OFFICER,
    *,
    seat: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Duty:
    duty = Duty(
        person_id=person.id,
        subject_kind=KINDS[type(subject)],
        subject_id=subject.id,
        role=role,
        seat=seat,
        period=Range(since, until),
    )
    session.add(duty)
    session.flush()
    return duty
