"""Device tokens, lockout, and what signing in can refuse. No session, no clock."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gridsvc.errors import Forbidden, Refused
from gridsvc.people.codes import secret_digest
from gridsvc.people.models import Device

PREFIX = "gs"
GOOD_FOR = {"phone": timedelta(days=90), "browser": timedelta(hours=12)}
LOST_ANSWER_GRACE = timedelta(days=2)
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)


class WrongPassword(Forbidden):
    """Login and password do not belong together."""


class LockedForNow(Forbidden):
    """Too many wrong passwords. The login has to wait."""


class NoMembership(Forbidden):
    """This login belongs to no jurisdiction yet, or not to that one."""


class ChooseJurisdiction(Refused):
    """This login belongs to several jurisdictions. Name one."""


class BadActivationCode(Forbidden):
    """The activation code is wrong, used or too old."""


@dataclass(frozen=True)
class Token:
    """What a device shows: where it belongs, which it is, and its secret."""

    jurisdiction_id: int
    device_id: UUID
    secret: str

    @classmethod
    def parse(cls, text: str) -> "Token | None":
        """Read a token that `str` wrote, or return None."""
        prefix, _, rest = text.partition("_")
        parts = rest.split("_", 2)
        if prefix != PREFIX or len(parts) != 3 or not parts[0].isdecimal() or len(parts[0]) > 9:
            return None
        try:
            return cls(int(parts[0]), UUID(hex=parts[1]), parts[2])
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{PREFIX}_{self.jurisdiction_id}_{self.device_id.hex}_{self.secret}"


def opens(device: Device, secret: str, now: datetime) -> bool:
    """Say whether `secret` is the device's present one, or the one before, for two days."""
    given = secret_digest(secret)
    if hmac.compare_digest(given, device.secret_digest):
        return True
    in_grace = now < device.rotated_at + LOST_ANSWER_GRACE
    before = device.previous_digest
    return bool(before and in_grace and hmac.compare_digest(given, before))


def lock_after(failures: int) -> timedelta | None:
    """Return how long a login waits after so many wrong passwords in a row: 30 s, doubled."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 10)
    return min(timedelta(seconds=30 * (1 << doublings)), LONGEST_LOCK)
