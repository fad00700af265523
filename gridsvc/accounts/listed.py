"""The accounts of a jurisdiction, and how each stands."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, select
from sqlalchemy.orm import aliased

from gridsvc.accountability.models import Duty
from gridsvc.accounts.rules import account_state
from gridsvc.grids.models import Grid
from gridsvc.named import is_called
from gridsvc.people.models import (
    Account,
    Device,
    Membership,
    Person,
    SecondFactor,
    SigninFailure,
)
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session

Item = dict[str, Any]


def accounts(
    session: Session,
    now: datetime,
    *,
    q: str,
    standing: str | None = None,
    limit: int,
    after: str | None,
) -> dict[str, Any]:
    """Return a page of the accounts that are members here by login; how many are in each list."""
    lists = _lists(session, now)
    found = _accounts(session, lists["second_factor"]).order_by(Account.login).limit(limit + 1)
    if q:
        found = found.where(is_called(Person, q, Account.login))
    if standing:
        found = found.where(lists[standing])
    rows = session.execute(found.where(Account.login > after) if after else found).all()
    items = [_account_item(row, now) for row in rows[:limit]]
    following = items[-1]["login"] if len(rows) > limit else None
    return {"items": items, "counts": _counts(session, lists), "next": following}


def account_item(session: Session, account: Account, now: datetime) -> Item:
    lacks = _lists(session, now)["second_factor"]
    row = session.execute(_accounts(session, lacks).where(Account.id == account.id)).one()
    return _account_item(row, now)


def _lists(session: Session, now: datetime) -> dict[str, ColumnElement[bool]]:
    """Return by what each list is told from the others; the states as account_state has them."""
    disabled = Account.disabled_at.is_not(None)
    locked = and_(
        not_(disabled), func.coalesce(SigninFailure.locked_until > now, false()).is_(True)
    )
    new = and_(Account.password_hash.is_(None), Account.oidc_subject.is_(None))
    return {
        "disabled": disabled,
        "locked": locked,
        "invited": and_(not_(disabled), not_(locked), new),
        "active": and_(not_(disabled), not_(locked), not_(new)),
        "second_factor": and_(not_(disabled), _lacks_second_factor(session, now)),
    }


def _lacks_second_factor(session: Session, now: datetime) -> ColumnElement[bool]:
    """Say who decides at a desk (rules.is_desk_role) by password alone, where that is too little.

    Whom another provider vouches for has that provider's.
    """
    if session.get_one(Jurisdiction, session.jurisdiction_id).second_factor == "none":
        return false()
    decides = (
        select(Duty.id)
        .join(Grid, and_(Grid.id == Duty.subject_id, Grid.level < 3))
        .where(Duty.person_id == Membership.person_id, Duty.period.op("@>")(now))
        .exists()
    )
    return and_(SecondFactor.confirmed_at.is_(None), Account.oidc_subject.is_(None), decides)


def _counts(session: Session, lists: dict[str, ColumnElement[bool]]) -> dict[str, int]:
    counted = [func.count().filter(condition).label(name) for name, condition in lists.items()]
    row = session.execute(_joined(select(func.count().label("all"), *counted), session)).one()
    return dict(row._mapping)


def _accounts(session: Session, lacks: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    seen = (
        select(
            Device.account_id,
            func.max(Device.last_seen_at).label("last_seen_at"),
            func.count().filter(Device.revoked_at.is_(None)).label("devices"),
        )
        .where(Device.kind != "program", Device.jurisdiction_id == session.jurisdiction_id)
        .group_by(Device.account_id)
        .subquery()
    )
    elsewhere = aliased(Membership)
    works_elsewhere = (
        select(elsewhere)
        .where(
            elsewhere.account_id == Account.id,
            elsewhere.jurisdiction_id != session.jurisdiction_id,
        )
        .exists()
    )
    told = select(
        Account, Person, SecondFactor.confirmed_at, SigninFailure.locked_until,
        seen.c.last_seen_at, seen.c.devices, works_elsewhere, lacks,
    )  # fmt: skip
    return _joined(told, session).outerjoin(seen, seen.c.account_id == Account.id)


def _joined(told: Select[*tuple[Any, ...]], session: Session) -> Select[*tuple[Any, ...]]:
    return (
        told.select_from(Account)
        .join(Membership, Membership.account_id == Account.id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
        .outerjoin(SigninFailure, SigninFailure.login == Account.login)
        .where(Membership.jurisdiction_id == session.jurisdiction_id)
    )


def _account_item(row: Any, now: datetime) -> Item:
    account, person, confirmed_at, locked_until, last_seen_at, count, elsewhere, lacks = row
    columns = ("login", "must_change_password", "activation_until", "disabled_at", "created_at")
    return {name: getattr(account, name) for name in columns} | {
        "person": person,
        "state": account_state(account, locked_until, now),
        "has_second_factor": confirmed_at is not None,
        "lacks_second_factor": lacks,
        "has_oidc": account.oidc_subject is not None,
        "works_elsewhere": elsewhere,
        "last_seen_at": last_seen_at,
        "devices": count or 0,
    }
