"""Digests that say how they were made, over JSON that can be written in one way only."""

import hashlib
from typing import Any

import orjson
import rfc8785

ALGORITHM = "sha256"

COMPACT = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z


def canonical(content: Any) -> bytes:
    """Return JSON `content` in the one form of RFC 8785, the same on a phone and on a server.

    Takes JSON values only. Raises ValueError for what the form cannot hold: a number that
    is not finite, an integer beyond 2**53, half of a surrogate pair.
    """
    return rfc8785.dumps(content)


def compact(content: Any) -> bytes:
    """Return `content` as JSON, keys sorted, moments in UTC with a Z: text that we store.

    For text without floats and with ASCII keys it is the form of RFC 8785, too.
    """
    return orjson.dumps(content, option=COMPACT)


def digest(text: bytes) -> str:
    """Return the digest of `text`, labelled: "sha256:" and 64 hexadecimal digits."""
    return f"{ALGORITHM}:{hashlib.new(ALGORITHM, text).hexdigest()}"
