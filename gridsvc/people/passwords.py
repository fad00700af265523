"""Passwords, by argon2id. Hashing is bounded, so that a flood of guesses cannot fill memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from gridsvc.errors import Busy, Refused

LEAST_LENGTH = 8
AT_ONCE = 2
IN_LINE = 6  # fewer than a web process has threads: the others go on serving who has signed in

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = BoundedSemaphore(AT_ONCE)
_in_line = BoundedSemaphore(IN_LINE)
_nobody = _hasher.hash("nobody has this password")  # so that unknown logins take as long


class WeakPassword(Refused):
    """The password is too easy to guess."""


class TooManyAtOnce(Busy):
    """Too many are signing in at this moment."""


@contextmanager
def in_line() -> Iterator[None]:
    """Have a place among those of this process whose password is tried. Raises TooManyAtOnce.

    Nobody waits outside: each would hold a thread that others need.
    """
    if not _in_line.acquire(blocking=False):
        raise TooManyAtOnce("Try again in a moment.", retry_after_s=1)
    try:
        yield
    finally:
        _in_line.release()


def hashed(password: str) -> str:
    """Return what is stored of a password. Raises WeakPassword."""
    kinds = (str.isalpha, str.isdigit)
    if len(password) < LEAST_LENGTH or not all(any(map(is_, password)) for is_ in kinds):
        raise WeakPassword("At least 8 characters, letters and digits.", least=LEAST_LENGTH)
    with _at_once:
        return _hasher.hash(password)


def agrees(password: str, stored: str | None) -> bool:
    """Say whether `password` is the one whose hash is stored. Takes as long if none is."""
    with _at_once:
        try:
            return _hasher.verify(stored or _nobody, password) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False
