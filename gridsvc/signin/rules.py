"""Device tokens, lockout, who needs a second factor, and what signing in can refuse.

No session, no clock.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol
from uuid import UUID

from gridsvc.accountability.rules import Held
from gridsvc.errors import Busy, Conflict, Forbidden, Refused
from gridsvc.people.codes import secret_digest
from gridsvc.people.models import Device

PREFIX = "gs"
PHONE_GOOD_FOR = timedelta(days=90)  # since it was last seen
BROWSER_GOOD_FOR = timedelta(hours=12)  # since the sign-in, however busy
ROTATE_AFTER = timedelta(days=7)
LOST_ANSWER_GRACE = timedelta(days=2)
SEEN_EVERY = {"phone": timedelta(minutes=5), "browser": timedelta(minutes=1)}
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)


class WrongPassword(Forbidden):
    """Login and password do not belong together."""


class LockedForNow(Busy):
    """Too many wrong passwords. The login has to wait."""


class NoMembership(Forbidden):
    """This login belongs to no jurisdiction yet, or not to that one."""


class ChooseJurisdiction(Refused):
    """This login belongs to several jurisdictions. Name one."""


class BadActivationCode(Forbidden):
    """The activation code is wrong, used or too old."""


class AccountDisabled(Forbidden):
    """The account is shut. Ask the grid office."""


class OnlyPhonesRotate(Refused):
    """Only the token of a phone is renewed. A browser signs in again."""


class RotatedAlready(Conflict):
    """This phone has shown a newer token already. Use that one."""


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


class Shown(Enum):
    """What a secret is to the device that it is shown for."""

    PRESENT = auto()
    PREVIOUS = auto()  # and still good: the answer with the present one may have been lost
    COPY = auto()  # it was good long ago: whoever shows it now is not the owner, or was robbed
    UNKNOWN = auto()


class Secrets(Protocol):
    """The digests of the secrets of a device, and when its present one was first shown."""

    @property
    def secret_digest(self) -> str: ...
    @property
    def previous_digest(self) -> str | None: ...
    @property
    def former_digests(self) -> list[str]: ...
    @property
    def confirmed_at(self) -> datetime | None: ...


def shown(device: Secrets, secret: str, now: datetime) -> Shown:
    """Say what `secret` is to a device.

    The one before the present one is good until two days after the present one was first
    shown, for only then it is sure to have arrived.
    """
    given = secret_digest(secret)
    if hmac.compare_digest(given, device.secret_digest):
        return Shown.PRESENT
    if device.previous_digest and hmac.compare_digest(given, device.previous_digest):
        arrived = device.confirmed_at
        is_good = arrived is None or now < arrived + LOST_ANSWER_GRACE
        return Shown.PREVIOUS if is_good else Shown.COPY
    return Shown.COPY if given in device.former_digests else Shown.UNKNOWN


def is_confirming(device: Secrets, is_what: Shown) -> bool:
    """Say whether a device shows now, for the first time, that its new secret has arrived."""
    was_open = device.previous_digest is not None and device.confirmed_at is None
    return was_open and is_what is Shown.PRESENT


def is_long_ago(kind: str, last_seen_at: datetime, now: datetime) -> bool:
    """Say whether it is to be noted again that a device was seen."""
    return now - last_seen_at > SEEN_EVERY.get(kind, SEEN_EVERY["phone"])


def expiry(device: Device, *, idle: timedelta, now: datetime) -> datetime:
    """Return until when a device that is seen now is good. A browser may not idle for long."""
    match device.kind:
        case "phone":
            return now + PHONE_GOOD_FOR
        case "browser":
            return min(now + idle, device.created_at + BROWSER_GOOD_FOR)
        case _:
            return device.expires_at


def is_desk_role(held: Iterable[Held], at: datetime) -> bool:
    """Say whether somebody holds a duty above level 3 at a moment: those decide at a desk."""
    return any(duty.held_at in ("1", "2") and at in duty.period for duty in held)


def lock_after(failures: int) -> timedelta | None:
    """Return how long a login waits after so many wrong passwords in a row: 30 s, doubled."""
    if failures < FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 10)
    return min(timedelta(seconds=30 * (1 << doublings)), LONGEST_LOCK)
