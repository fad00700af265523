"""Chance that repeats itself."""

from random import Random


def chance(seed: int, *about: str) -> Random:
    """Return the random numbers of `seed` for one subject.

    Each subject has its own, so that drawing one more for this leaves that as it was.
    """
    return Random("/".join((str(seed), *about)))  # noqa: S311 (invents a county, keeps no secret)
