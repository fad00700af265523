"""Records that could not be entered, kept as they were sent until somebody says what they mean."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.db import Facts, Model
from gridsvc.digests import digest
from gridsvc.ids import new_id
from gridsvc.jobs import defer
from gridsvc.scoped import Scoped, scoped_fk
from gridsvc.session import Session

HELD, WAITING, RESTING, ENTERED, DISMISSED = STATES = (
    "held", "waiting", "resting", "entered", "dismissed",
)  # fmt: skip
OPEN = (HELD, WAITING, RESTING)

# When a record is tried again, counted from when it was kept aside.
TRIED_AFTER = (
    timedelta(minutes=5), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=8),
    timedelta(hours=24),
)  # fmt: skip

RETRY, RELEASE = "sync.retry", "sync.release"  # the jobs


class Quarantined(Scoped, Model):
    """A record as it was sent, and why it was not entered. Sent again, it is kept once.

    `record` is JSON in ASCII, so that even NUL and half of a surrogate pair can be kept; it
    never changes. A `held` record waits for another (`waits_for`) until `next_at`; a `waiting`
    one is tried again at `next_at`; a `resting` one waits for a person. `is_marked`: it was
    entered without what it had waited for.
    """

    __tablename__ = "quarantined"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("handed_in_by_id", "person"),
        scoped_fk("settled_by_id", "person"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        UniqueConstraint("jurisdiction_id", "sender_id", "digest"),
        Index(None, "jurisdiction_id", "received_at"),
        Index(None, "jurisdiction_id", "record_id"),
        Index(None, "jurisdiction_id", "waits_for", postgresql_where=text("waits_for IS NOT NULL")),
        Index(None, "jurisdiction_id", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    sender_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    verdict: Mapped[str]
    record: Mapped[str]
    digest: Mapped[str]
    problem: Mapped[Facts]
    kind: Mapped[str | None]  # as the record says
    record_id: Mapped[UUID | None]
    clock_offset_s: Mapped[float]
    handed_in_by_id: Mapped[UUID | None]  # who brought it in a file, if not its sender
    state: Mapped[str]
    since: Mapped[datetime]  # the first attempt; for a held one, when it began to wait
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]
    waits_for_kind: Mapped[str | None]
    waits_for: Mapped[UUID | None]
    is_marked: Mapped[bool]
    settled_by_id: Mapped[UUID | None]  # the person who let it in or dismissed it
    reason: Mapped[str | None]


class Aside(NamedTuple):
    """A record as it was sent, and what became of it."""

    sent: Any
    verdict: str
    problem: dict[str, Any]
    heals: bool = False  # it is tried again by itself
    waits_for: tuple[str | None, UUID] | None = None  # kind and id of another
    until: datetime | None = None  # for how long it waits for that


def keep_aside(
    session: Session,
    refused: Iterable[tuple[Any, ...]],
    *,
    sender_id: UUID,
    by: Actor,
    now: datetime,
    clock_offset_s: float = 0.0,
    handed_in_by_id: UUID | None = None,
) -> None:
    """Keep records (each an Aside, or the beginning of one) that were not entered, each once."""
    circumstances = {
        "sender_id": sender_id,
        "device_id": by.device_id,
        "received_at": now,
        "clock_offset_s": clock_offset_s,
        "handed_in_by_id": handed_in_by_id,
    }
    rows = [_row(session, Aside(*given), now) | circumstances for given in refused]
    if not rows:
        return
    kept = insert(Quarantined).values(rows).on_conflict_do_nothing().returning(Quarantined.id)
    new = set(session.scalars(kept))
    moments = [row["next_at"] for row in rows if row["id"] in new and row["next_at"]]
    if moments:
        try_again_at(session, min(moments))
    lines = [
        Act(
            deed="record.quarantine",
            subject_kind="quarantined",
            subject_id=row["id"],
            digest=row["digest"],
        )
        for row in rows
        if row["id"] in new
    ]
    audit.record(session, lines, by=by, at=now)


def try_again_at(session: Session, at: datetime) -> None:
    """Have what is due then tried again."""
    defer(session, RETRY, at=at, jurisdiction_id=session.jurisdiction_id)


def next_try(since: datetime, attempts: int) -> datetime | None:
    """Return when a record is tried again that was tried so often since, or None: by a person."""
    return since + TRIED_AFTER[attempts] if attempts < len(TRIED_AFTER) else None


def is_awaited(session: Session, record_ids: Collection[UUID]) -> bool:
    """Say whether something that is kept aside waits for one of these records."""
    return bool(session.glance(AWAITED, ids=list(record_ids), open=list(OPEN)))


AWAITED = """
SELECT id FROM quarantined
WHERE jurisdiction_id = %(here)s AND waits_for = ANY(%(ids)s) AND state = ANY(%(open)s) LIMIT 1
"""


def wake(session: Session, record_id: UUID) -> None:
    """Have what waits for a record, which has just been entered, entered after it."""
    if is_awaited(session, [record_id]):
        here = session.jurisdiction_id
        defer(session, RELEASE, jurisdiction_id=here, record_ids=[str(record_id)])


def digest_of(sent: Any) -> str:
    """Return the digest under which a record is kept aside."""
    return digest(json.dumps(sent).encode())


def _row(session: Session, aside: Aside, now: datetime) -> dict[str, Any]:
    record = json.dumps(aside.sent)
    told = aside.sent if isinstance(aside.sent, dict) else {}
    waits_for_kind, waits_for = aside.waits_for or (None, None)
    state = HELD if aside.until else WAITING if aside.heals else RESTING
    return {
        "jurisdiction_id": session.jurisdiction_id,
        "id": new_id(),
        "verdict": aside.verdict,
        "record": record,
        "digest": digest(record.encode()),
        "problem": keepable(json.loads(json.dumps(aside.problem, default=str))),
        "kind": _kind(told.get("kind")),
        "record_id": _uuid(told.get("id")),
        "state": state,
        "since": now,
        "attempts": 0,
        "next_at": aside.until or (next_try(now, 0) if aside.heals else None),
        "waits_for_kind": waits_for_kind,
        "waits_for": waits_for,
        "is_marked": False,
    }


def _kind(value: Any) -> str | None:
    return value if isinstance(value, str) and value.isidentifier() and len(value) < 40 else None


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def keepable(value: Any) -> Any:
    """Return JSON as jsonb can hold it. A problem may name a field that a phone made up."""
    match value:
        case str():
            return "".join("\ufffd" if _is_no_text(c) else c for c in value)
        case dict():
            return {keepable(name): keepable(item) for name, item in value.items()}
        case list():
            return [keepable(item) for item in value]
        case float() if not isfinite(value):
            return str(value)
        case _:
            return value


def _is_no_text(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"
