"""Who and what may come in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from gridsvc.accounts.rules import account_state, device_state
from gridsvc.grids.models import Grid
from gridsvc.people.models import (
    AccessToken,
    Account,
    Device,
    Membership,
    Person,
    SecondFactor,
    SigninFailure,
)
from gridsvc.session import Session

Item = dict[str, Any]


def devices(session: Session, person_id: UUID, now: datetime) -> list[Item]:
    """Return the phones and browsers of somebody, the one seen last first."""
    theirs = select(Device, Person).join(Person, Person.id == Device.person_id)
    signed_in = theirs.where(Device.person_id == person_id, Device.kind != "program")
    rows = session.execute(signed_in.order_by(Device.last_seen_at.desc(), Device.id))
    return [device_item(device, person, now) for device, person in rows]


def device_item(device: Device, person: Person, now: datetime) -> Item:
    columns = (
        "id", "kind", "name", "app_build", "proof", "created_at", "last_seen_at", "expires_at",
        "revoked_at", "revoked_reason",
    )  # fmt: skip
    told = {name: getattr(device, name) for name in columns}
    return told | {"person": person, "state": device_state(device, now)}


def access_tokens(session: Session, now: datetime, id: UUID | None = None) -> list[Item]:
    """Return what programs may read, the newest first; or one of them."""
    issued = (
        select(AccessToken, Device, Person, Grid)
        .join(Device, Device.id == AccessToken.id)
        .join(Person, Person.id == Device.person_id)
        .join(Grid, Grid.id == AccessToken.grid_id)
        .order_by(Device.created_at.desc(), Device.id)
    )
    rows = session.execute(issued.where(AccessToken.id == id) if id else issued)
    return [_token_item(*row, now) for row in rows]


def _token_item(
    token: AccessToken, device: Device, issuer: Person, grid: Grid, now: datetime
) -> Item:
    told = device_item(device, issuer, now)
    for name in ("kind", "app_build", "proof"):
        del told[name]
    issued_by = told.pop("person")
    told |= {"purpose": token.purpose, "deeds": token.deeds, "grid": grid, "issued_by": issued_by}
    return told


def accounts(
    session: Session, now: datetime, *, q: str, limit: int, after: str | None
) -> dict[str, Any]:
    """Return a page of the accounts that are members here, in order of login."""
    found = _accounts(session).order_by(Account.login).limit(limit + 1)
    if q:
        hits = (column.icontains(q, autoescape=True) for column in (Person.name, Account.login))
        found = found.where(or_(*hits))
    rows = session.execute(found.where(Account.login > after) if after else found).all()
    items = [_account_item(row, now) for row in rows[:limit]]
    return {"items": items, "next": items[-1]["login"] if len(rows) > limit else None}


def account_item(session: Session, account: Account, now: datetime) -> Item:
    row = session.execute(_accounts(session).where(Account.id == account.id)).one()
    return _account_item(row, now)


def _accounts(session: Session) -> Select[Any]:
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
    return (
        select(
            Account, Person, SecondFactor.confirmed_at, SigninFailure.locked_until,
            seen.c.last_seen_at, seen.c.devices, works_elsewhere,
        )
        .join(Membership, Membership.account_id == Account.id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
        .outerjoin(SigninFailure, SigninFailure.login == Account.login)
        .outerjoin(seen, seen.c.account_id == Account.id)
        .where(Membership.jurisdiction_id == session.jurisdiction_id)
    )  # fmt: skip


def _account_item(row: Any, now: datetime) -> Item:
    account, person, confirmed_at, locked_until, last_seen_at, count, works_elsewhere = row
    columns = ("login", "must_change_password", "activation_until", "disabled_at", "created_at")
    return {name: getattr(account, name) for name in columns} | {
        "person": person,
        "state": account_state(account, locked_until, now),
        "has_second_factor": confirmed_at is not None,
        "has_oidc": account.oidc_subject is not None,
        "works_elsewhere": works_elsewhere,
        "last_seen_at": last_seen_at,
        "devices": count or 0,
    }
