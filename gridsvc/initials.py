"""Pinyin initials, by which people look for names: 李秀英 is found by "lxy"."""

from itertools import islice, product
from typing import Any

from pypinyin import Style, pinyin

MOST_READINGS = 8


def initials(name: str) -> str:
    """Return the initials of a name, one word for each way to read it.

    A character with several readings (曾 is zeng or ceng) is found by either. Letters and
    digits stand for themselves; what else there is counts for nothing.
    """
    letters = [_letters(character, read) for character, read in zip(name, _read(name), strict=True)]
    ways = ("".join(way) for way in product(*filter(None, letters)))
    return " ".join(dict.fromkeys(islice(ways, MOST_READINGS)))


def _read(name: str) -> list[list[str]]:
    """Return the readings of each character, the usual one first."""
    usual = pinyin(name, style=Style.FIRST_LETTER, errors=_one_by_one)
    every = pinyin(name, style=Style.FIRST_LETTER, errors=_one_by_one, heteronym=True)
    return [[*one, *others] for one, others in zip(usual, every, strict=True)]


def _one_by_one(unreadable: str) -> Any:
    return list(unreadable)  # a stretch of other characters: each for itself


def _letters(character: str, read: list[str]) -> list[str]:
    if character.isascii():
        return [character.lower()] if character.isalnum() else []
    return list(dict.fromkeys(letter for letter in read if letter.isascii() and letter.isalpha()))
