"""What programs may read, how an account stands, which phone should be in nobody's hands.

No session, no clock.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from gridsvc.accountability.rules import Held, may
from gridsvc.errors import Conflict, Forbidden, NotFound, Refused
from gridsvc.people.models import Account, Device

# No tracks, no quarantine, no trail: those are for people who answer for having read them.
READABLE = (
    "field.read", "enterprise.read", "issue.read", "summary.read", "dispatch.read", "roster.read",
)  # fmt: skip
LONGEST_TERM = timedelta(days=366)
UNSEEN_FOR_LONG = timedelta(days=14)

# The lists of accounts: how they stand, and those without the second factor that they need.
ACCOUNT_LISTS = ("active", "invited", "locked", "disabled", "second_factor")

# Why a phone should not be in anybody's hands any more, the gravest first.
WORRIES = ("no_duty", "several", "long_unseen", "expired")


class UnknownDevice(NotFound):
    """There is no such device, or none that you may see."""


class UnknownAccessToken(NotFound):
    """There is no such access token."""


class RevokedAlready(Conflict):
    """It was revoked before."""


class BadTerm(Refused):
    """An access token ends in the future, within a year."""


class DeedNotYours(Forbidden):
    """Nobody lets a program read what they may not read themselves."""


def need_term(until: datetime, now: datetime) -> None:
    """Raise BadTerm unless `until` is a good end for an access token."""
    if not now < until <= now + LONGEST_TERM:
        raise BadTerm("Name a moment within a year.", latest=(now + LONGEST_TERM).isoformat())


def need_deeds(held: Iterable[Held], deeds: Iterable[str], grid_id: UUID, now: datetime) -> None:
    """Raise DeedNotYours unless somebody may do all of `deeds` in a grid.

    So an administrator, who reads nothing from the field, cannot have a program read it.
    """
    held = list(held)
    if missing := [deed for deed in deeds if not may(held, deed, grid_id, now)]:
        raise DeedNotYours("Ask the grid office to issue it.", deeds=missing)


def device_state(device: Device, now: datetime) -> str:
    """Return active, expired or revoked."""
    if device.revoked_at is not None:
        return "revoked"
    return "active" if now < device.expires_at else "expired"


def worries(device: Device, *, has_duty: bool, phones: int, now: datetime) -> list[str]:
    """Return what speaks against a phone that is in use, the gravest first.

    `phones` is how many its owner has in use. One that has expired reads nothing any more, but
    may still hold what was never sent.
    """
    is_over = now >= device.expires_at
    found = {
        "no_duty": not has_duty,
        "several": phones > 1 and not is_over,
        "long_unseen": not is_over and now - device.last_seen_at > UNSEEN_FOR_LONG,
        "expired": is_over,
    }
    return [worry for worry in WORRIES if found[worry]]


def account_state(account: Account, locked_until: datetime | None, now: datetime) -> str:
    """Return disabled, locked (for now), invited (never signed in so far), or active."""
    if account.disabled_at is not None:
        return "disabled"
    if locked_until is not None and now < locked_until:
        return "locked"
    return "active" if account.password_hash or account.oidc_subject else "invited"
