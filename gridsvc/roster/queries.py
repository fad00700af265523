"""Who is who, who answers for what, and what the codes of an import stand for."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import duties_of
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import root
from gridsvc.people import queries as people
from gridsvc.people.models import Membership, Person, Unit
from gridsvc.roster.rules import HeldDuty, Known, KnownPerson, Subject, is_back_dated
from gridsvc.session import Session

SUBJECTS: dict[str, type[Grid | Enterprise | Unit]] = {
    "grid": Grid,
    "enterprise": Enterprise,
    "unit": Unit,
}


def known(session: Session, logins: Collection[str]) -> Known:
    """Return what is there before an import that names `logins`."""
    there = _people(session)
    accounts = people.accounts(session, [login for login in logins if login])
    return Known(
        subjects=dict(_subjects(session)),
        people=there,
        duties=list(_duties(session)),
        accounts_elsewhere={login for login, (_, is_here) in accounts.items() if not is_here},
    )


def _subjects(session: Session) -> Iterable[tuple[tuple[str, str], Subject]]:
    for code, id, level in session.execute(select(Grid.code, Grid.id, Grid.level)):
        yield ("grid", code), Subject(id, str(level))
    for kind, model in (("enterprise", Enterprise), ("unit", Unit)):
        coded: Select[str, UUID] = select(model.code, model.id)
        for code, id in session.execute(coded):
            yield (kind, code), Subject(id, kind)


def _people(session: Session) -> dict[str, KnownPerson]:
    mine = (Membership.person_id == Person.id) & (
        Membership.jurisdiction_id == session.jurisdiction_id
    )
    columns = Person.login, Person.id, Person.name, Person.phone, Membership.account_id
    rows = session.execute(select(*columns).outerjoin(Membership, mine))
    return {
        login: KnownPerson(id, name, phone, account_id is not None)
        for login, id, name, phone, account_id in rows
    }


def _duties(session: Session) -> Iterable[HeldDuty]:
    columns = Person.login, Duty.role, Duty.subject_kind, Duty.subject_id, Duty.seat, Duty.period
    held = select(Duty.id, *columns).join(Duty.person)
    for id, login, role, kind, subject_id, seat, period in session.execute(held):
        yield HeldDuty(
            id=id, login=login, role=role, subject_kind=kind, subject_id=subject_id, seat=seat,
            period=period,
        )  # fmt: skip


def codes(session: Session) -> dict[UUID, str]:
    """Return the code of everything that a duty can be for."""
    return {subject.id: code for (_, code), subject in _subjects(session)}


def subjects_of(session: Session, duties: Collection[Duty]) -> dict[UUID, dict[str, Any]]:
    """Return what `duties` are for: kind, id, name, code, and the level of a grid."""
    found: dict[UUID, dict[str, Any]] = {}
    for kind, model in SUBJECTS.items():
        ids = {duty.subject_id for duty in duties if duty.subject_kind == kind}
        rows: Sequence[Any] = ()
        if ids:
            rows = session.scalars(select(model).where(model.id.in_(ids))).all()
        found |= {row.id: subject_item(row) for row in rows}
    return found


def subject_item(row: Grid | Enterprise | Unit) -> dict[str, Any]:
    """Return what a duty is for, as others name it."""
    level = getattr(row, "level", None)
    kind = row.__tablename__
    return {"kind": kind, "id": row.id, "name": row.name, "code": row.code, "level": level}


def duty_rows(session: Session, duties: Collection[Duty]) -> list[dict[str, Any]]:
    """Return duties with their person, subject and term."""
    subjects = subjects_of(session, duties)
    return [
        {
            "id": duty.id,
            "role": duty.role,
            "seat": duty.seat,
            "person": duty.person,
            "subject": subjects[duty.subject_id],
            "since": duty.period.lower,
            "until": duty.period.upper,
            "recorded_at": duty.recorded_at,
            "end_recorded_at": duty.end_recorded_at,
            "back_dated": is_back_dated(duty),
        }
        for duty in duties
    ]


def people_page(
    session: Session, at: datetime, *, shows_login: bool, q: str, limit: int, after: UUID | None
) -> dict[str, Any]:
    """Return people with the duties they hold at a moment, and where the next page begins.

    By what they sign in is nothing to those who neither appoint nor look after them.
    """
    found = people.people(session, q, by_login=shows_login, limit=limit + 1, after=after)
    page = found[:limit]
    held = duties_of(session, at, person_ids=[person.id for person in page])
    rows = duty_rows(session, held)
    items = [
        {
            "id": person.id,
            "login": person.login if shows_login else None,
            "name": person.name,
            "roles": [row for row in rows if row["person"].id == person.id],
        }
        for person in page
    ]
    return {"items": items, "next": page[-1].id if len(found) > limit else None}


def grids_of(session: Session, duties: Sequence[Duty]) -> set[UUID]:
    """Return the grids whose keepers decide about `duties`.

    That of a duty for a grid or for an enterprise in it; for a unit, the highest.
    """
    ids = {duty.subject_id for duty in duties if duty.subject_kind == "enterprise"}
    grids = {duty.subject_id for duty in duties if duty.subject_kind == "grid"}
    grids |= set(enterprise_grids(session, ids).values())
    if any(duty.subject_kind == "unit" for duty in duties):
        grids.add(root(session).id)
    return grids


def enterprise_grids(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the grid of each enterprise among `ids`."""
    if not ids:
        return {}
    lies_in = select(Enterprise.id, Enterprise.grid_id).where(Enterprise.id.in_(ids))
    return {id: grid_id for id, grid_id in session.execute(lies_in)}
