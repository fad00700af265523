"""Digests that say how they were made, over JSON that can be written in one way only."""

import hashlib
from typing import Any

import orjson
import rfc8785

SHA256, SM3 = "sha256", "sm3"
ALGORITHMS = (SHA256, SM3)  # what a label may say

COMPACT = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
STRICT = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER

WHOLE, SMALL, LARGE = 2**53, 1e-3, 1e15


def canonical(content: Any) -> bytes:
    """Return JSON `content` in the one form of RFC 8785, the same on a phone and on a server.

    Takes JSON values only. Raises ValueError for what the form cannot hold: a number that
    is not finite, an integer beyond 2**53, half of a surrogate pair.
    """
    try:
        return orjson.dumps(_alike(content), option=STRICT)
    except (_Unlike, orjson.JSONEncodeError):
        return rfc8785.dumps(content)  # knows all of it, and takes ten times as long


class _Unlike(Exception):
    """orjson might write this otherwise than RFC 8785 wants it."""


def _alike(value: Any) -> Any:
    """Return `value` so that orjson writes it as RFC 8785 wants it. Raises _Unlike."""
    kind = type(value)
    if kind is dict:
        _need_ascii(value)
        return {name: one if type(one) in ALIKE else _alike(one) for name, one in value.items()}
    if kind is list:
        return [one if type(one) in ALIKE else _alike(one) for one in value]
    if kind is float:
        return _number(value)
    if kind in ALIKE:
        return value
    raise _Unlike


ALIKE = frozenset({str, int, bool, type(None)})  # both write these alike, or refuse them


def _need_ascii(names: dict[Any, Any]) -> None:
    """Others may have another order in UTF-16, by which RFC 8785 sorts."""
    try:
        if "".join(names).isascii():
            return
    except TypeError:
        pass
    raise _Unlike


def _number(value: float) -> float | int:
    """ECMAScript writes no fraction of zero, and turns to exponents elsewhere than orjson."""
    if value.is_integer() and abs(value) < WHOLE:
        return int(value)
    if SMALL <= abs(value) < LARGE:
        return value
    raise _Unlike


def compact(content: Any) -> bytes:
    """Return `content` as JSON, keys sorted, moments in UTC with a Z: text that we store.

    For text without floats and with ASCII keys it is the form of RFC 8785, too.
    """
    return orjson.dumps(content, option=COMPACT)


def digest(text: bytes, algorithm: str = SHA256) -> str:
    """Return the digest of `text`, labelled: "sha256:" and 64 hexadecimal digits."""
    return f"{algorithm}:{hashlib.new(algorithm, text).hexdigest()}"


def algorithm_of(labelled: str) -> str | None:
    """Return how a digest was made, as its label says, or None if we know no such way."""
    label = labelled.partition(":")[0]
    return label if label in ALGORITHMS else None


def short(labelled: str) -> str:
    """Return the beginning of a digest, for paper: "sha256:" and 16 hexadecimal digits."""
    label, _, digits = labelled.partition(":")
    return f"{label}:{digits[:16]}"
