"""Who there is."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from gridsvc.named import is_called
from gridsvc.people.models import Account, Membership, Person, Unit
from gridsvc.session import Session


def units(session: Session) -> Sequence[Unit]:
    """Return every unit of the jurisdiction, in order of code."""
    return session.scalars(select(Unit).order_by(Unit.code)).all()


def people(
    session: Session, q: str, *, by_login: bool, limit: int, after: UUID | None = None
) -> Sequence[Person]:
    """Return people called `q` (name or initials, and login) in order of login, `after` one."""
    found = select(Person).order_by(Person.login).limit(limit)
    if q:
        found = found.where(is_called(Person, q, *([Person.login] if by_login else [])))
    if after:
        one = select(Person.login).where(Person.id == after).scalar_subquery()
        found = found.where(Person.login > one)
    return session.scalars(found).all()


def member(session: Session, login: str) -> Account | None:
    """Return the account with this login, if it belongs to somebody of the jurisdiction."""
    here = Membership.jurisdiction_id == session.jurisdiction_id
    mine = select(Account).join(Membership, Membership.account_id == Account.id).where(here)
    return session.scalars(mine.where(Account.login == login)).one_or_none()


def without_password(session: Session) -> Sequence[Account]:
    """Return the accounts of the jurisdiction that have not been activated, by login."""
    here = Membership.jurisdiction_id == session.jurisdiction_id
    mine = select(Account).join(Membership, Membership.account_id == Account.id).where(here)
    return session.scalars(
        mine.where(Account.password_hash.is_(None)).order_by(Account.login)
    ).all()


def accounts(session: Session, logins: Collection[str]) -> dict[str, tuple[UUID, bool]]:
    """Return the id of the account of each login, and whether it is a member here."""
    mine = (Membership.account_id == Account.id) & (
        Membership.jurisdiction_id == session.jurisdiction_id
    )
    found = select(Account.login, Account.id, Membership.person_id).outerjoin(Membership, mine)
    rows = session.execute(found.where(Account.login.in_(logins)))
    return {login: (id, person_id is not None) for login, id, person_id in rows}
