"""Shutting an account and opening it again, and letting another provider vouch for its owner."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.errors import Conflict, Forbidden
from gridsvc.people.models import Account, Membership
from gridsvc.session import Session


class WorksElsewhere(Forbidden):
    """The account belongs to somebody who works in other jurisdictions, too."""


class NotOnYourself(Forbidden):
    """Nobody does this to their own account."""


class SubjectTaken(Conflict):
    """Another account is linked to that subject."""


def only_here(session: Session, account: Account) -> None:
    """Raise WorksElsewhere if another jurisdiction relies on the account, too.

    Otherwise the security administrator of one county could become somebody in another.
    """
    mine = Membership.account_id == account.id
    count = session.scalar(select(func.count()).select_from(Membership).where(mine))
    if count != 1:
        raise WorksElsewhere("Ask whoever runs this installation.", login=account.login)


def not_oneself(account: Account, by_account: UUID | None) -> None:
    """Raise NotOnYourself if it is the account of whoever does it."""
    if account.id == by_account:
        raise NotOnYourself("Somebody else has to.")


def disable(
    session: Session,
    account: Account,
    *,
    reason: str,
    by_account: UUID | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Shut an account. What its phones hold may be handed in, and goes to quarantine.

    Raises NotOnYourself.
    """
    not_oneself(account, by_account)
    before, account.disabled_at = account.disabled_at, account.disabled_at or now
    changes = {"disabled_at": [before, account.disabled_at], "reason": [None, reason]}
    _tell(session, account, "account.disable", changes, by, now)


def enable(session: Session, account: Account, *, reason: str, by: Actor, now: datetime) -> None:
    """Open an account again. Its devices go on where they were."""
    before, account.disabled_at = account.disabled_at, None
    changes = {"disabled_at": [before, None], "reason": [None, reason]}
    _tell(session, account, "account.enable", changes, by, now)


def link_oidc(
    session: Session, account: Account, issuer: str, subject: str, *, by: Actor, now: datetime
) -> None:
    """Let an OpenID provider vouch for an account from now on. Raises SubjectTaken."""
    same = select(Account).where(Account.oidc_issuer == issuer, Account.oidc_subject == subject)
    other = session.scalars(same).one_or_none()
    if other is not None and other.id != account.id:
        raise SubjectTaken(f"{other.login} is {subject} of {issuer}.", login=other.login)
    changes = {
        "oidc_issuer": [account.oidc_issuer, issuer],
        "oidc_subject": [account.oidc_subject, subject],
    }
    account.oidc_issuer, account.oidc_subject = issuer, subject
    _tell(session, account, "account.link_oidc", changes, by, now)


def _tell(
    session: Session,
    account: Account,
    deed: str,
    changes: dict[str, Any],
    by: Actor,
    now: datetime,
) -> None:
    act = Act(deed=deed, subject_kind="account", subject_id=account.id, changes=changes)
    audit.record(session, [act], by=by, at=now)
