"""How the links of the trail hold together. No session, no clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from gridsvc.actor import Actor
from gridsvc.digests import compact, digest

BEGINNING = "sha256:" + "0" * 64

SEARCHED = ("seq", "actor", "deed", "subject_kind", "subject_id")


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody did: a verb of the field, to what, and what changed.

    `digest` is that of the record's content, where the subject is a record; `media` are
    the hashes of the photos it declares; `changes` says {"name": [before, after]}.
    """

    deed: str
    subject_kind: str
    subject_id: UUID
    digest: str | None = None
    media: tuple[str, ...] = ()
    changes: dict[str, Any] | None = None


@dataclass(frozen=True)
class Link:
    """An act at its place in the chain of a jurisdiction. `hash` covers all of `text`."""

    seq: int
    at: datetime
    text: str
    hash: str
    act: Act


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold, and what is wrong with it."""

    seq: int
    reason: str


def chain(
    acts: Iterable[Act], *, jurisdiction_id: int, after: tuple[int, str], by: Actor, at: datetime
) -> Iterator[Link]:
    """Yield `acts` as links that follow the one whose (seq, hash) is `after`."""
    seq, hash_ = after
    for act in acts:
        seq += 1
        content = _content(act, by) | {
            "jurisdiction_id": jurisdiction_id, "seq": seq, "at": at, "prev_hash": hash_,
        }  # fmt: skip
        text = compact(content)
        hash_ = digest(text)
        yield Link(seq, at, text.decode(), hash_, act)


def _content(act: Act, by: Actor) -> dict[str, Any]:
    told = {
        "actor": by.name,
        "person_id": by.person_id,
        "device_id": by.device_id,
        "request_id": by.request_id,
        "device_at": by.device_at,
        "deed": act.deed,
        "subject_kind": act.subject_kind,
        "subject_id": act.subject_id,
        "digest": act.digest,
        "media": list(act.media) or None,
        "changes": act.changes,
    }
    return {name: value for name, value in told.items() if value is not None}


def first_break(entries: Iterable[Any], head: tuple[int, str]) -> Break | None:
    """Return the first broken link of a whole chain in order of seq, or None if it holds.

    `head` is the (seq, hash) where the chain must end. What a line says of itself is never
    trusted: its hash is worked out again, and its columns are compared with its text.
    """
    seq, hash_ = 0, BEGINNING
    for entry in entries:
        seq += 1
        if entry.seq != seq:
            return Break(seq, "missing")
        told = _told(entry.text)
        if told.get("prev_hash") != hash_:
            return Break(seq, "does not follow the one before")
        hash_ = digest(entry.text.encode())
        if entry.hash != hash_ or not _agrees(entry, told):
            return Break(seq, "altered")
    return None if (seq, hash_) == head else Break(seq + 1, "cut off before the head")


def _told(text: str) -> dict[str, Any]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _agrees(entry: Any, told: dict[str, Any]) -> bool:
    columns = {name: _plain(getattr(entry, name)) for name in SEARCHED}
    same = all(told.get(name) == value for name, value in columns.items())
    return same and told.get("person_id") == _plain(entry.person_id) and _same_moment(entry, told)


def _same_moment(entry: Any, told: dict[str, Any]) -> bool:
    return bool(orjson.loads(compact(entry.at)) == told.get("at"))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
