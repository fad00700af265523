"""A second factor beside the password: one-time codes by RFC 6238, and codes for when it is lost.

It belongs to the account, so it is asked for wherever the account signs in.
"""

import hmac
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.errors import Conflict, Forbidden, NotFound
from gridsvc.people.codes import code_digest, new_code
from gridsvc.people.models import Account, RecoveryCode, SecondFactor
from gridsvc.sealing import Sealer
from gridsvc.session import Session

STEP_S = 30
DRIFT = 1  # steps that a clock may be off, either way
RECOVERY_CODES = 10


class SecondFactorNeeded(Forbidden):
    """The password is right. The code of the second factor is needed, too."""


class WrongCode(Forbidden):
    """The code is wrong, or of another moment."""


class CodeUsed(Forbidden):
    """This code was used already. Wait for the next one."""


class SecondFactorStands(Conflict):
    """There is a second factor already. Remove it first."""


class NoSecondFactor(NotFound):
    """No second factor was begun."""


def begin(session: Session, account: Account, sealer: Sealer, *, by: Actor, now: datetime) -> str:
    """Return a new secret for an authenticator. It counts from `confirm` on.

    Raises SecondFactorStands.
    """
    factor = _locked(session, account)
    if factor is None:
        factor = SecondFactor(account_id=account.id)
        session.add(factor)
    elif factor.confirmed_at is not None:
        raise SecondFactorStands("Remove it before you set up another one.")
    secret = pyotp.random_base32()
    factor.secret, factor.last_step = sealer.seal(secret, str(account.id)), None
    factor.created_at = now
    _tell(session, account, "account.begin_second_factor", by, now)
    return secret


def confirm(
    session: Session, account: Account, otp: str, sealer: Sealer, *, by: Actor, now: datetime
) -> list[str]:
    """Let the second factor count, since a code of it was shown; return codes for its loss.

    Raises NoSecondFactor, SecondFactorStands, WrongCode.
    """
    factor = _locked(session, account)
    if factor is None:
        raise NoSecondFactor("Begin at /api/v1/me/second-factor.")
    if factor.confirmed_at is not None:
        raise SecondFactorStands("It counts already.")
    _use(factor, otp, sealer, now)
    factor.confirmed_at = now
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account.id, digest=code_digest(each)) for each in codes)
    _tell(session, account, "account.confirm_second_factor", by, now)
    return codes


def check(
    session: Session, account: Account, otp: str | None, sealer: Sealer, *, now: datetime
) -> None:
    """Take the code of somebody who signs in, if they have a second factor. Each is good once.

    Raises SecondFactorNeeded, WrongCode, CodeUsed.
    """
    factor = _locked(session, account)
    if factor is None or factor.confirmed_at is None:
        return
    if not otp:
        raise SecondFactorNeeded("Send it as otp.")
    if otp.isascii() and otp.isdigit():
        _use(factor, otp, sealer, now)
    else:
        _use_recovery(session, account, otp, now)


def remove(session: Session, account: Account, *, by: Actor, now: datetime) -> None:
    """Take a second factor away, and the codes for its loss. Raises NoSecondFactor."""
    if _locked(session, account) is None:
        raise NoSecondFactor(f"{account.login} has no second factor.")
    for table in (RecoveryCode, SecondFactor):
        session.execute(delete(table).where(table.account_id == account.id))
    _tell(session, account, "account.remove_second_factor", by, now)


def is_confirmed(session: Session, account: Account) -> bool:
    """Say whether an account has a second factor that counts."""
    factor = session.get(SecondFactor, account.id)
    return factor is not None and factor.confirmed_at is not None


def recovery_codes_left(session: Session, account: Account) -> int:
    mine = RecoveryCode.account_id == account.id
    unused = select(func.count()).select_from(RecoveryCode)
    return session.scalar(unused.where(mine, RecoveryCode.used_at.is_(None))) or 0


def _use(factor: SecondFactor, otp: str, sealer: Sealer, now: datetime) -> None:
    """Take a code of this half minute or of one beside it, and none a second time."""
    totp = pyotp.TOTP(sealer.open(factor.secret, str(factor.account_id)))
    present = int(now.timestamp()) // STEP_S
    steps = range(present - DRIFT, present + DRIFT + 1)
    fitting = [each for each in steps if hmac.compare_digest(totp.generate_otp(each), otp)]
    if not fitting:
        raise WrongCode("Read the code that the authenticator shows now.")
    if factor.last_step is not None and fitting[-1] <= factor.last_step:
        raise CodeUsed("Each code is good once.")
    factor.last_step = fitting[-1]


def _use_recovery(session: Session, account: Account, code: str, now: datetime) -> None:
    recovery = session.get(RecoveryCode, (account.id, code_digest(code)), with_for_update=True)
    if recovery is None or recovery.used_at is not None:
        raise WrongCode("This recovery code is wrong, or was used.")
    recovery.used_at = now


def _locked(session: Session, account: Account) -> SecondFactor | None:
    """Return the second factor of an account. Whoever else signs in with it waits."""
    mine = select(SecondFactor).where(SecondFactor.account_id == account.id).with_for_update()
    return session.scalars(mine, execution_options={"populate_existing": True}).one_or_none()


def _tell(session: Session, account: Account, deed: str, by: Actor, now: datetime) -> None:
    act = Act(deed=deed, subject_kind="account", subject_id=account.id)
    audit.record(session, [act], by=by, at=now)
