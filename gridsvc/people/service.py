"""Enrolling people, giving them a way to sign in, and the units they work for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.errors import Conflict, NotFound
from gridsvc.ids import new_id
from gridsvc.people import queries
from gridsvc.people.codes import code_digest, new_code
from gridsvc.people.models import Account, Membership, Person, SigninFailure, Unit
from gridsvc.people.passwords import hashed
from gridsvc.people.rules import UnitsPlan
from gridsvc.session import Session

CODE_GOOD_FOR = timedelta(days=30)


class UnknownLogin(NotFound):
    """Nobody here has this login."""


class LoginTaken(Conflict):
    """Somebody else already has this login."""


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody to enrol. `person_id` names a person who is here and has no account yet."""

    login: str
    name: str
    phone: str | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """Somebody who now can sign in. There is no code for an account that had been there."""

    login: str
    name: str
    person_id: UUID
    code: str | None
    code_until: datetime


def enrol(
    session: Session, newcomers: Sequence[Newcomer], *, joins: bool = False, now: datetime
) -> tuple[list[Enrolled], list[Act]]:
    """Make a person, an account with an activation code, and a membership of each newcomer.

    Returns the acts, too, for the deed that this is part of. Raises LoginTaken for a login
    that has an account in another jurisdiction, unless it `joins` this one.
    """
    taken = queries.accounts(session, [newcomer.login for newcomer in newcomers])
    if taken and not joins:
        logins = sorted(taken)
        raise LoginTaken(f"These logins have an account: {', '.join(logins)}.", logins=logins)
    enrolled = [_enrolled(newcomer, newcomer.login in taken, now) for newcomer in newcomers]
    _insert_people(session, newcomers, enrolled)
    accounts = {login: id for login, (id, _) in taken.items()}
    accounts |= _open_accounts(session, [each for each in enrolled if each.code], now)
    members = [
        {
            "account_id": accounts[each.login],
            "jurisdiction_id": session.jurisdiction_id,
            "person_id": each.person_id,
        }
        for each in enrolled
    ]
    if members:
        session.execute(insert(Membership), members)
    return enrolled, [_enrolment(each) for each in enrolled]


def _enrolled(newcomer: Newcomer, has_account: bool, now: datetime) -> Enrolled:
    return Enrolled(
        login=newcomer.login,
        name=newcomer.name,
        person_id=newcomer.person_id or new_id(),
        code=None if has_account else new_code(),
        code_until=now + CODE_GOOD_FOR,
    )


def _insert_people(
    session: Session, newcomers: Sequence[Newcomer], enrolled: Sequence[Enrolled]
) -> None:
    rows = [
        {"id": each.person_id, "login": each.login, "name": each.name, "phone": newcomer.phone}
        for newcomer, each in zip(newcomers, enrolled, strict=True)
        if newcomer.person_id is None
    ]
    insert_all(session, Person, rows)


def _open_accounts(
    session: Session, enrolled: Sequence[Enrolled], now: datetime
) -> dict[str, UUID]:
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "login": each.login,
            "activation_digest": code_digest(each.code or ""),
            "activation_until": each.code_until,
            "must_change_password": False,
            "created_at": now,
        }
        for each in enrolled
    ]
    if rows:
        session.execute(insert(Account), rows)
    return {row["login"]: row["id"] for row in rows}


def _enrolment(each: Enrolled) -> Act:
    changes = {"login": [None, each.login], "name": [None, each.name]}
    return Act(
        deed="person.enrol", subject_kind="person", subject_id=each.person_id, changes=changes
    )


def account_here(session: Session, login: str) -> Account:
    """Return the account of somebody of the jurisdiction. Raises UnknownLogin."""
    account = queries.member(session, login)
    if account is None:
        raise UnknownLogin(f"Nobody here has the login {login}.")
    return account


def renew_code(session: Session, account: Account, *, by: Actor, now: datetime) -> Enrolled:
    """Give an account a new activation code. Its password, if it has one, stays good until then."""
    person_id = session.get_one(Membership, (account.id, session.jurisdiction_id)).person_id
    person = session.get_one(Person, (session.jurisdiction_id, person_id))
    code, until = new_code(), now + CODE_GOOD_FOR
    account.activation_digest, account.activation_until = code_digest(code), until
    act = Act(deed="account.renew_code", subject_kind="account", subject_id=account.id)
    audit.record(session, [act], by=by, at=now)
    return Enrolled(
        login=account.login, name=person.name, person_id=person_id, code=code, code_until=until
    )


def set_password(
    session: Session,
    account: Account,
    password: str,
    *,
    must_change: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """Give an account a password, and let it try again at once. Raises WeakPassword."""
    set_passwords(session, [account], password, must_change=must_change, by=by, now=now)


def set_passwords(
    session: Session,
    accounts: Sequence[Account],
    password: str,
    *,
    must_change: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """Give many accounts one password, hashed once. Only where it is no secret."""
    secret = hashed(password)
    for account in accounts:
        account.password_hash = secret
        account.activation_digest = account.activation_until = None
        account.must_change_password = must_change
    named = SigninFailure.login.in_([account.login for account in accounts])
    session.execute(delete(SigninFailure).where(named))
    acts = [
        Act(deed="account.set_password", subject_kind="account", subject_id=account.id)
        for account in accounts
    ]
    audit.record(session, acts, by=by, at=now)


def enter_units(session: Session, plan: UnitsPlan, *, by: Actor, now: datetime) -> None:
    """Carry out an import of units, which must have no fault."""
    insert_all(session, Unit, plan.new)
    acts = [_unit_act("unit.enter", row["id"], {"code": [None, row["code"]]}) for row in plan.new]
    for id, row in sorted(plan.changed.items()):
        unit = session.get_one(Unit, (session.jurisdiction_id, id), with_for_update=True)
        changes = {
            name: [_plain(getattr(unit, name)), _plain(value)]
            for name, value in row.items()
            if getattr(unit, name) != value
        }
        for name, value in row.items():
            setattr(unit, name, value)
        acts.append(_unit_act("unit.change", id, changes))
    audit.record(session, acts, by=by, at=now)


def _unit_act(deed: str, id: UUID, changes: dict[str, Any]) -> Act:
    return Act(deed=deed, subject_kind="unit", subject_id=id, changes=changes)


def _plain(value: UUID | str | None) -> str | None:
    return None if value is None else str(value)
