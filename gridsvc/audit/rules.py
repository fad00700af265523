"""How the links of the trail hold together. No session, no clock."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from gridsvc.actor import Actor
from gridsvc.digests import SHA256, algorithm_of, compact, digest

BEGINNING = "sha256:" + "0" * 64

# Facts whose values never enter the trail: a salted digest does, which can be compared with
# what somebody says the value was.
SEALED = frozenset({"phone", "contact_phone"})


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


# By how a reason begins. Else it is an anchor that does not prove true.
KINDS = {
    "altered": "altered",
    "missing": "missing",
    "does not follow": "out_of_order",
    "cut off": "cut_off",
    "rewritten": "rewritten",
    "stands after": "beyond",
}


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold, and what is wrong with it."""

    seq: int
    reason: str

    @property
    def kind(self) -> str:
        """Name in one word what is wrong."""
        return next((KINDS[start] for start in KINDS if self.reason.startswith(start)), "anchor")


@dataclass(frozen=True)
class Witness:
    """Something outside the chain that says what the hash of a link was: an anchor, a receipt."""

    seq: int
    hash: str
    name: str


def chain(
    acts: Iterable[Act],
    *,
    jurisdiction_id: int,
    after: tuple[int, str],
    by: Actor,
    at: datetime,
    algorithm: str = SHA256,
) -> Iterator[Link]:
    """Yield `acts` as links that follow the one whose (seq, hash) is `after`."""
    seq, hash_ = after
    for act in acts:
        seq += 1
        content = _content(act, by) | {
            "jurisdiction_id": jurisdiction_id, "seq": seq, "at": at, "prev_hash": hash_,
        }  # fmt: skip
        text = compact(content)
        hash_ = digest(text, algorithm)
        yield Link(seq, at, text.decode(), hash_, act)


def _content(act: Act, by: Actor) -> dict[str, Any]:
    told = {
        "actor": by.name,
        "person_id": by.person_id,
        "device_id": by.device_id,
        "request_id": by.request_id,
        "device_at": by.device_at,
        "handed_in_by_id": by.handed_in_by_id,
        "deed": act.deed,
        "subject_kind": act.subject_kind,
        "subject_id": act.subject_id,
        "digest": act.digest,
        "media": list(act.media) or None,
        "changes": act.changes and _with_seals(act.changes),
    }
    return {name: value for name, value in told.items() if value is not None}


def _with_seals(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: [seal(value) for value in pair] if name in SEALED else pair
        for name, pair in changes.items()
    }


def seal(value: str | None, salt: str | None = None) -> dict[str, str] | None:
    """Return what may be told of a sealed value: the digest of salt and value, and the salt."""
    if value is None:
        return None
    salt = salt or secrets.token_hex(16)
    return {"salt": salt, "sealed": digest(f"{salt}{value}".encode())}


class Walk:
    """A walk along a whole chain, link by link, in flat memory.

    What a line says of itself is never trusted: its hash is worked out again, by the algorithm
    its label names, its columns are compared with its text, and its hash with what each
    witness says.
    """

    def __init__(self, witnesses: Iterable[Witness] = ()) -> None:
        self.seq, self.hash = 0, BEGINNING
        self._witnesses: dict[int, list[Witness]] = defaultdict(list)
        for witness in witnesses:
            self._witnesses[witness.seq].append(witness)

    def first_break(self, entries: Iterable[Any], head: tuple[int, str]) -> Break | None:
        """Return the first broken link, or None if all hold up to `head`, its (seq, hash)."""
        for entry in entries:
            if broken := self._step(entry):
                return broken
        if (self.seq, self.hash) != head:
            return Break(self.seq + 1, "cut off before the head")
        later = sorted(seq for seq in self._witnesses if seq > self.seq)
        if later:
            name = self._witnesses[later[0]][0].name
            return Break(self.seq + 1, f"cut off: {name} has seen line {later[0]}")
        return None

    def _step(self, entry: Any) -> Break | None:
        self.seq += 1
        if entry.seq != self.seq:
            return Break(self.seq, "missing")
        told = _told(entry.text)
        if told.get("prev_hash") != self.hash:
            return Break(self.seq, "does not follow the one before")
        algorithm = algorithm_of(entry.hash)
        self.hash = digest(entry.text.encode(), algorithm or SHA256)
        if algorithm is None or entry.hash != self.hash or not _agrees(entry, told):
            return Break(self.seq, "altered")
        for witness in self._witnesses.get(self.seq, ()):
            if witness.hash != self.hash:
                return Break(self.seq, f"rewritten here or before: {witness.name} differs")
        return None


def first_break(
    entries: Iterable[Any], head: tuple[int, str], witnesses: Iterable[Witness] = ()
) -> Break | None:
    """Return the first broken link of a whole chain in order of seq, or None if it holds."""
    return Walk(witnesses).first_break(entries, head)


def _told(text: str) -> dict[str, Any]:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _agrees(entry: Any, told: dict[str, Any]) -> bool:
    """Say whether the columns of a line say what its text says. Called a million times."""
    person_id = entry.person_id and str(entry.person_id)
    return (
        told.get("seq") == entry.seq
        and told.get("actor") == entry.actor
        and told.get("deed") == entry.deed
        and told.get("subject_kind") == entry.subject_kind
        and told.get("subject_id") == str(entry.subject_id)
        and told.get("person_id") == person_id
        and f'"{told.get("at")}"'.encode() == compact(entry.at)
    )
