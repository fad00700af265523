"""Who and what is called so."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from gridsvc.accountability.queries import duties_of
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.initials import initials
from gridsvc.named import is_called
from gridsvc.people.models import Person, Unit
from gridsvc.roster.queries import duty_rows, subject_item
from gridsvc.session import Session

Item = dict[str, Any]


def called(
    session: Session, q: str, *, seen: Collection[UUID], at: datetime, limit: int
) -> dict[str, list[Item]]:
    """Return who and what is called `q`, at most `limit` of a kind, the likeliest first.

    Of enterprises those in the grids of `seen`, or named there themselves: everybody and the
    tree of grids are known to all. `q` is in a name, a code or a login, or is initials.
    """
    theirs = or_(Enterprise.grid_id.in_(seen), Enterprise.id.in_(seen))
    enterprises = select(Enterprise).where(
        theirs, is_called(Enterprise, q, Enterprise.code, Enterprise.uscc)
    )
    grids = select(Grid).where(is_called(Grid, q, Grid.code))
    return {
        "people": _people(session, q, at, limit),
        "grids": _found(session, grids.order_by(_likely(Grid, q), Grid.level), Grid, limit),
        "enterprises": _found(
            session, enterprises.order_by(_likely(Enterprise, q)), Enterprise, limit
        ),
        "units": [subject_item(unit) for unit in _units(session) if _is_unit(unit, q)][:limit],
    }


def _people(session: Session, q: str, at: datetime, limit: int) -> list[Item]:
    found = select(Person).where(is_called(Person, q, Person.login))
    people = session.scalars(found.order_by(_likely(Person, q), Person.login).limit(limit)).all()
    held = duty_rows(session, duties_of(session, at, person_ids=[person.id for person in people]))
    return [
        {
            "id": person.id,
            "name": person.name,
            "roles": [row for row in held if row["person"].id == person.id],
        }
        for person in people
    ]


def _likely(model: type[Any], q: str) -> ColumnElement[int]:
    """Order what is called just so before what begins so, and that before what only contains it."""
    begins = or_(
        model.name.istartswith(q, autoescape=True), model.initials.istartswith(q, autoescape=True)
    )
    read_so = func.string_to_array(model.initials, " ").op("@>")([q.lower()])
    just_so = or_(model.name == q, read_so)
    return case((just_so, 0), (begins, 1), else_=2)


def _found(
    session: Session, called: Select[Any], model: type[Grid | Enterprise], limit: int
) -> list[Item]:
    return [subject_item(row) for row in session.scalars(called.order_by(model.code).limit(limit))]


def _units(session: Session) -> Sequence[Unit]:
    return session.scalars(select(Unit).order_by(Unit.code)).all()


def _is_unit(unit: Unit, q: str) -> bool:
    """Units are few and keep no initials: they are read out here."""
    words = q.lower()
    return words in unit.name.lower() or words in unit.code.lower() or words in initials(unit.name)
