"""The whole roster as a table that can be imported again, to the instant."""

from collections.abc import Iterator
from datetime import datetime, time

from sqlalchemy import func, select

from gridsvc.accountability.models import Duty
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.grids.queries import root
from gridsvc.people.models import Person
from gridsvc.roster.queries import codes
from gridsvc.roster.rules import COLUMNS
from gridsvc.session import Session
from gridsvc.weeks import LOCAL

Row = list[str]


def export(session: Session, *, purpose: str, by: Actor, now: datetime) -> list[Row]:
    """Return the header and a row for each duty there is or was; note who took it, and what for.

    It names telephones, so it leaves a line in the trail.
    """
    table = [list(COLUMNS), *rows(session)]
    act = Act(
        deed="roster.export",
        subject_kind="grid",
        subject_id=root(session).id,
        changes={"purpose": [None, purpose], "rows": [None, len(table) - 1]},
    )
    audit.record(session, [act], by=by, at=now)
    return table


def rows(session: Session) -> Iterator[Row]:
    """Yield a row for each duty, by login and beginning."""
    named = codes(session)
    begins = func.lower(Duty.period).nulls_first()
    held = select(Duty, Person).join(Duty.person).order_by(Person.login, begins, Duty.id)
    for duty, person in session.execute(held):
        yield [
            person.login,
            person.name,
            person.phone or "",
            duty.role,
            duty.subject_kind,
            named[duty.subject_id],
            str(duty.seat),
            day_or_moment(duty.period.lower),
            day_or_moment(duty.period.upper),
        ]


def day_or_moment(at: datetime | None) -> str:
    """Return a moment as a file has it: a local day where it is the beginning of one."""
    if at is None:
        return ""
    local = at.astimezone(LOCAL)
    return local.date().isoformat() if local.time() == time() else local.isoformat()
