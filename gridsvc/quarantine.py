"""Records that could not be entered, kept as they were sent until somebody says what they mean."""

import json
from collections.abc import Iterable
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.db import Facts, Model
from gridsvc.digests import digest
from gridsvc.ids import new_id
from gridsvc.scoped import Scoped, scoped_fk
from gridsvc.session import Session


class Quarantined(Scoped, Model):
    """A record as it was sent, and why it was not entered. Sent again, it is kept once.

    `record` is JSON in ASCII, so that even NUL and half of a surrogate pair can be kept.
    """

    __tablename__ = "quarantined"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        UniqueConstraint("jurisdiction_id", "sender_id", "digest"),
        Index(None, "jurisdiction_id", "received_at"),
    )

    sender_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    verdict: Mapped[str]
    record: Mapped[str]
    digest: Mapped[str]
    problem: Mapped[Facts]


def keep_aside(
    session: Session,
    refused: Iterable[tuple[Any, str, dict[str, Any]]],
    *,
    sender_id: UUID,
    by: Actor,
    now: datetime,
) -> None:
    """Keep records (as sent, verdict, problem) that were not entered, each once."""
    rows = [_row(session, given, sender_id, by, now) for given in refused]
    if not rows:
        return
    kept = insert(Quarantined).values(rows).on_conflict_do_nothing().returning(Quarantined.id)
    new = set(session.scalars(kept))
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


def _row(
    session: Session,
    given: tuple[Any, str, dict[str, Any]],
    sender_id: UUID,
    by: Actor,
    now: datetime,
) -> dict[str, Any]:
    sent, verdict, problem = given
    record = json.dumps(sent)
    return {
        "jurisdiction_id": session.jurisdiction_id,
        "id": new_id(),
        "sender_id": sender_id,
        "device_id": by.device_id,
        "received_at": now,
        "verdict": verdict,
        "record": record,
        "digest": digest(record.encode()),
        "problem": _keepable(json.loads(json.dumps(problem, default=str))),
    }


def _keepable(value: Any) -> Any:
    """Return JSON as jsonb can hold it. A problem may name a field that a phone made up."""
    match value:
        case str():
            return "".join("\ufffd" if _is_no_text(c) else c for c in value)
        case dict():
            return {_keepable(name): _keepable(item) for name, item in value.items()}
        case list():
            return [_keepable(item) for item in value]
        case float() if not isfinite(value):
            return str(value)
        case _:
            return value


def _is_no_text(character: str) -> bool:
    return character == "\0" or "\ud800" <= character <= "\udfff"
