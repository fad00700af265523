"""Secrets that we make ourselves, and what is kept of them."""

import hashlib
import secrets

UNMISTAKABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 and O, no 1 and I
GROUPS, GROUP_LENGTH = 4, 4


def new_secret() -> str:
    """Return what a device shows to prove which it is."""
    return secrets.token_urlsafe(32)


def secret_digest(secret: str) -> str:
    """Return what is stored of a secret, which is long enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code() -> str:
    """Return an activation code, for people to copy by hand: 80 bits, such as 7KQ2-..."""
    letters = [secrets.choice(UNMISTAKABLE) for _ in range(GROUPS * GROUP_LENGTH)]
    starts = range(0, len(letters), GROUP_LENGTH)
    return "-".join("".join(letters[start : start + GROUP_LENGTH]) for start in starts)


def code_digest(code: str) -> str:
    """Return what is stored of an activation code, however it was typed."""
    return secret_digest("".join(filter(str.isalnum, code.upper())))
