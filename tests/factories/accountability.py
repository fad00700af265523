from collections.abc import Sequence
from datetime import date, datetime
from itertools import count

from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.rules import Role
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.ids import new_id
from gridsvc.marks.models import Turn
from gridsvc.people.models import Person, Unit
from gridsvc.session import Session
from gridsvc.weeks import midnight

Subject = Grid | Enterprise | Unit

KINDS = {Grid: "grid", Enterprise: "enterprise", Unit: "unit"}

_logins = count(1)


def add_person(session: Session, name: str, login: str | None = None) -> Person:
    person = a_person(name, login)
    session.add(person)
    session.flush()
    return person


def a_person(name: str, login: str | None = None) -> Person:
    return Person(id=new_id(), name=name, login=login or f"p{next(_logins):04}", phone=None)


def add_unit(session: Session, name: str, code: str) -> Unit:
    unit = Unit(name=name, code=code, kind="bureau")
    session.add(unit)
    session.flush()
    return unit


def add_duty(
    session: Session,
    person: Person,
    subject: Subject,
    role: Role = Role.GRID_OFFICER,
    *,
    seat: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Duty:
    duty = a_duty(person, subject, role, seat, since, until)
    session.add(duty)
    session.flush()
    return duty


def a_duty(
    person: Person,
    subject: Subject,
    role: Role,
    seat: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Duty:
    return Duty(
        person_id=person.id,
        subject_kind=KINDS[type(subject)],
        subject_id=subject.id,
        role=role,
        seat=seat,
        period=Range(since, until),
    )


def appoint_all(
    session: Session, posts: Sequence[tuple[str, Subject, Role]], since: datetime
) -> list[Person]:
    """Give each post to somebody new, in few statements: nearly every test asks for this."""
    people = [a_person(name) for name, _, _ in posts]
    session.add_all(people)
    session.flush()
    session.add_all(
        a_duty(person, subject, role, since=since)
        for person, (_, subject, role) in zip(people, posts, strict=True)
    )
    session.flush()
    return people


def add_leave(
    session: Session, person: Person, first: date, last: date, substitute: Person | None = None
) -> Leave:
    leave = Leave(
        person_id=person.id,
        substitute_id=substitute.id if substitute else None,
        first_day=first,
        last_day=last,
        reason="病假",
        recorded_at=midnight(first),
    )
    session.add(leave)
    session.flush()
    return leave


def add_turn(session: Session, person: Person, grid: Grid, day: date) -> Turn:
    turn = Turn(
        person_id=person.id,
        grid_id=grid.id,
        is_night=False,
        first_day=day,
        last_day=day,
        recorded_at=midnight(day),
    )
    session.add(turn)
    session.flush()
    return turn
