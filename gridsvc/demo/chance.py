"""Chance that repeats itself."""

from datetime import datetime
from hashlib import sha256
from random import Random
from uuid import UUID


def chance(seed: int, *about: str) -> Random:
    """Return the random numbers of `seed` for one subject.

    Each subject has its own, so that drawing one more for this leaves that as it was.
    """
    return Random("/".join((str(seed), *about)))  # noqa: S311 (invents a county, keeps no secret)


def named_id(moment: datetime, *about: str) -> UUID:
    """Return the UUIDv7 of something that happened at `moment`, the same whenever it is asked."""
    rest = int.from_bytes(sha256("/".join(about).encode()).digest()[:10], "big")
    value = round(moment.timestamp() * 1000) << 80 | rest
    version, variant = 0xF << 76, 0x3 << 62
    return UUID(int=value & ~version & ~variant | 7 << 76 | 2 << 62)
