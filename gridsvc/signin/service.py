"""Signing in and out, and choosing a password."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.actor import Actor, person
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.ids import new_id
from gridsvc.people.codes import code_digest, new_secret, secret_digest
from gridsvc.people.models import Account, Device, Membership, SigninFailure
from gridsvc.people.passwords import agrees, hashed
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session
from gridsvc.signin.rules import (
    AccountDisabled,
    BadActivationCode,
    ChooseJurisdiction,
    LockedForNow,
    NoMembership,
    Shown,
    Token,
    WrongPassword,
    expiry,
    is_confirming,
    is_long_ago,
    lock_after,
)

FORGOTTEN_AFTER = timedelta(days=1)


def count_attempt(session: Session, login: str, *, now: datetime) -> None:
    """Count a try before it is made, in a transaction of its own; success forgets it.

    So no more are made than may be, however many come at once. A locked login is not even
    tried, so that guessing on costs nothing and gains nothing. Raises LockedForNow.
    """
    first = insert(SigninFailure).values(login=login, failures=0, last_at=now)
    session.execute(
        first.on_conflict_do_update(
            index_elements=["login"], set_={"last_at": first.excluded.last_at}
        )
    )
    failure = session.get_one(SigninFailure, login, populate_existing=True)
    if failure.locked_until and failure.locked_until > now:
        seconds = max(1, round((failure.locked_until - now).total_seconds()))
        raise LockedForNow("Wait, then try again.", retry_after_s=seconds)
    failure.failures += 1
    if pause := lock_after(failure.failures):
        failure.locked_until = now + pause


def account_of(session: Session, login: str, password: str) -> Account:
    """Return the account if the password is right. Raises WrongPassword."""
    account = session.scalars(select(Account).where(Account.login == login)).one_or_none()
    stored = account.password_hash if account and not account.disabled_at else None
    if not agrees(password, stored) or account is None:
        raise WrongPassword("Login and password do not belong together.")
    return account


def account_linked(session: Session, issuer: str, subject: str) -> Account | None:
    """Return the account for which a provider vouches, if there is one. Raises AccountDisabled."""
    linked = select(Account).where(Account.oidc_issuer == issuer, Account.oidc_subject == subject)
    account = session.scalars(linked).one_or_none()
    if account is not None and account.disabled_at is not None:
        raise AccountDisabled("It was shut by an administrator.")
    return account


def forget_failures(session: Session, login: str) -> None:
    session.execute(delete(SigninFailure).where(SigninFailure.login == login))


def forget_old_failures(session: Session, *, now: datetime) -> None:
    """Forget the logins that nobody has tried for a day, most of which never existed."""
    old = SigninFailure.last_at < now - FORGOTTEN_AFTER
    session.execute(delete(SigninFailure).where(old))


def membership_of(session: Session, account: Account, jurisdiction_id: int | None) -> Membership:
    """Return who the account is in a jurisdiction. Raises NoMembership, ChooseJurisdiction."""
    mine = select(Membership).where(Membership.account_id == account.id)
    if jurisdiction_id is not None:
        mine = mine.where(Membership.jurisdiction_id == jurisdiction_id)
    found = session.scalars(mine.order_by(Membership.jurisdiction_id)).all()
    if not found:
        raise NoMembership("Ask the grid office to add you.")
    if len(found) > 1:
        raise ChooseJurisdiction("Name one of them.", jurisdictions=_called(session, found))
    return found[0]


def _called(session: Session, found: Sequence[Membership]) -> list[dict[str, Any]]:
    ids = [membership.jurisdiction_id for membership in found]
    names = select(Jurisdiction.id, Jurisdiction.name).where(Jurisdiction.id.in_(ids))
    return [{"id": id, "name": name} for id, name in session.execute(names.order_by("id"))]


def sign_in(
    session: Session,
    membership: Membership,
    *,
    kind: str,
    name: str,
    app_build: str | None = None,
    proof: str = "password",
    idle: timedelta,
    now: datetime,
) -> tuple[Device, Token]:
    """Register the device in somebody's hand; return it and the token it shows from now on.

    `proof` is how they have shown who they are: password, or oidc.
    """
    secret, device_id = new_secret(), new_id()
    device = Device(
        id=device_id,
        account_id=membership.account_id,
        person_id=membership.person_id,
        kind=kind,
        proof=proof,
        name=name,
        app_build=app_build,
        secret_digest=secret_digest(secret),
        rotated_at=now,
        created_at=now,
        last_seen_at=now,
    )
    device.expires_at = expiry(device, idle=idle, now=now)
    session.add(device)
    by = person(membership.person_id, device_id=device_id)
    act = Act(
        deed="device.sign_in",
        subject_kind="device",
        subject_id=device_id,
        changes={"kind": [None, kind], "name": [None, name], "proof": [None, proof]},
    )
    audit.record(session, [act], by=by, at=now)
    return device, Token(session.jurisdiction_id, device_id, secret)


def see(device: Device, shown: Shown, *, idle: timedelta, now: datetime) -> None:
    """Note that a device was seen, and let it go on for as long again."""
    if is_confirming(device, shown):
        device.confirmed_at = now
    if is_long_ago(device.kind, device.last_seen_at, now):
        device.last_seen_at = now
        device.expires_at = expiry(device, idle=idle, now=now)


def sign_out(session: Session, device: Device, *, by: Actor, now: datetime) -> None:
    """Revoke a device. What it still holds may be handed in, and goes to quarantine."""
    device.revoked_at, device.revoked_reason = now, "signed_out"
    act = Act(deed="device.sign_out", subject_kind="device", subject_id=device.id)
    audit.record(session, [act], by=by, at=now)


def activate(session: Session, login: str, code: str, password: str, *, now: datetime) -> Account:
    """Choose the first password with the activation code.

    Raises BadActivationCode, WeakPassword.
    """
    account = session.scalars(select(Account).where(Account.login == login)).one_or_none()
    given = code_digest(code)
    expected = account.activation_digest if account else None
    in_time = account and account.activation_until and now < account.activation_until
    if not account or not expected or not in_time or not hmac.compare_digest(given, expected):
        raise BadActivationCode("Ask the grid office for a new code.")
    account.password_hash = hashed(password)
    account.activation_digest = account.activation_until = None
    account.must_change_password = False
    forget_failures(session, login)
    return account


def change_password(
    session: Session, account: Account, old: str, new: str, *, by: Actor, now: datetime
) -> None:
    """Choose another password. Raises WrongPassword, WeakPassword."""
    if not agrees(old, account.password_hash):
        raise WrongPassword("The present password is another one.")
    account.password_hash = hashed(new)
    account.must_change_password = False
    act = Act(deed="account.change_password", subject_kind="account", subject_id=account.id)
    audit.record(session, [act], by=by, at=now)
