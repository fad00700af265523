"""Signing in and out, and choosing a password."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from gridsvc.actor import Actor, person
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.ids import new_id
from gridsvc.people.codes import code_digest, new_secret, secret_digest
from gridsvc.people.models import Account, Device, Membership, SigninFailure
from gridsvc.people.passwords import agrees, hashed
from gridsvc.session import Session
from gridsvc.signin.rules import (
    GOOD_FOR,
    BadActivationCode,
    ChooseJurisdiction,
    LockedForNow,
    NoMembership,
    Token,
    WrongPassword,
    lock_after,
)

SEEN_EVERY = timedelta(minutes=5)  # a device's last sight is written no more often


def account_of(session: Session, login: str, password: str, *, now: datetime) -> Account | None:
    """Return the account if the password is right, None if not. Raises LockedForNow.

    A locked login is not even tried, so that guessing on costs nothing and gains nothing.
    """
    failure = session.get(SigninFailure, login)
    if failure and failure.locked_until and failure.locked_until > now:
        seconds = round((failure.locked_until - now).total_seconds())
        raise LockedForNow("Wait, then try again.", retry_after_s=seconds)
    account = session.scalars(select(Account).where(Account.login == login)).one_or_none()
    stored = account.password_hash if account and not account.disabled_at else None
    return account if agrees(password, stored) else None


def note_failure(session: Session, login: str, *, now: datetime) -> None:
    """Count a wrong password; lock the login for a while once there were too many."""
    one: ColumnElement[int] = literal_column("1")
    counted = insert(SigninFailure).values(login=login, failures=1, last_at=now)
    failures: int = session.execute(
        counted.on_conflict_do_update(
            index_elements=["login"], set_={"failures": SigninFailure.failures + one}
        ).returning(SigninFailure.failures)
    ).scalar_one()
    if pause := lock_after(failures):
        locked = update(SigninFailure).where(SigninFailure.login == login)
        session.execute(locked.values(locked_until=now + pause))


def forget_failures(session: Session, login: str) -> None:
    session.execute(delete(SigninFailure).where(SigninFailure.login == login))


def membership_of(session: Session, account: Account, jurisdiction_id: int | None) -> Membership:
    """Return who the account is in a jurisdiction. Raises NoMembership, ChooseJurisdiction."""
    mine = select(Membership).where(Membership.account_id == account.id)
    if jurisdiction_id is not None:
        mine = mine.where(Membership.jurisdiction_id == jurisdiction_id)
    found = session.scalars(mine.order_by(Membership.jurisdiction_id)).all()
    if not found:
        raise NoMembership("Ask the grid office to add you.")
    if len(found) > 1:
        ids = [membership.jurisdiction_id for membership in found]
        raise ChooseJurisdiction("Name one of them.", jurisdictions=ids)
    return found[0]


def sign_in(
    session: Session,
    membership: Membership,
    *,
    kind: str,
    name: str,
    app_build: str | None,
    now: datetime,
) -> tuple[Device, Token]:
    """Register the device in somebody's hand; return it and the token it shows from now on."""
    secret, device_id = new_secret(), new_id()
    device = Device(
        id=device_id,
        account_id=membership.account_id,
        person_id=membership.person_id,
        kind=kind,
        name=name,
        app_build=app_build,
        secret_digest=secret_digest(secret),
        rotated_at=now,
        created_at=now,
        last_seen_at=now,
        expires_at=now + GOOD_FOR[kind],
    )
    session.add(device)
    by = person(membership.person_id, device_id=device_id)
    act = Act(
        deed="device.sign_in",
        subject_kind="device",
        subject_id=device_id,
        changes={"kind": [None, kind], "name": [None, name]},
    )
    audit.record(session, [act], by=by, at=now)
    return device, Token(session.jurisdiction_id, device_id, secret)


def see(session: Session, device: Device, *, now: datetime) -> None:
    """Note that a device was seen, and let it go on for as long again."""
    if now - device.last_seen_at > SEEN_EVERY:
        device.last_seen_at = now
        device.expires_at = now + GOOD_FOR[device.kind]


def sign_out(session: Session, device: Device, *, by: Actor, now: datetime) -> None:
    """Revoke a device. What it still holds may be handed in, and goes to quarantine."""
    device.revoked_at = now
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
