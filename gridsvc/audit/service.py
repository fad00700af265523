"""Writing the trail, and walking it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Text, cast, func, select

from gridsvc.actor import Actor
from gridsvc.audit.models import AuditEntry, AuditHead
from gridsvc.audit.rules import BEGINNING, Act, Break, Link, Witness, chain, first_break
from gridsvc.batches import insert_all
from gridsvc.session import Session

CHECKED = ("seq", "at", "actor", "deed", "subject_kind", "text", "hash")
PIECE = 1000  # lines in memory at once


def open_trail(session: Session) -> None:
    """Begin the chain of a new jurisdiction."""
    session.add(AuditHead(seq=0, hash=BEGINNING))
    session.flush()


def record(session: Session, acts: Sequence[Act], *, by: Actor, at: datetime) -> None:
    """Append `acts` to the trail, in the same transaction as the deeds they tell of.

    Call it last: the head of the chain stays locked until the transaction ends, and
    every other writer of the jurisdiction waits for it. One lock, however many acts.
    """
    if not acts:
        return
    session.flush()
    here = session.jurisdiction_id
    [(seq, hash_)] = session.told(LOCK_HEAD, {"here": here}).fetchall()
    links = list(
        chain(
            acts, jurisdiction_id=here, after=(seq, hash_), by=by, at=at,
            algorithm=session.digest_algorithm,
        )
    )  # fmt: skip
    insert_all(session, AuditEntry, [_row(link, by) for link in links])
    end = {"here": here, "seq": links[-1].seq, "hash": links[-1].hash}
    session.told(MOVE_HEAD, end)


LOCK_HEAD = "SELECT seq, hash FROM audit_head WHERE jurisdiction_id = %(here)s FOR UPDATE"
MOVE_HEAD = """
UPDATE audit_head SET seq = %(seq)s, hash = %(hash)s WHERE jurisdiction_id = %(here)s
"""


def _row(link: Link, by: Actor) -> dict[str, Any]:
    return {
        "seq": link.seq,
        "at": link.at,
        "actor": by.name,
        "person_id": by.person_id,
        "deed": link.act.deed,
        "subject_kind": link.act.subject_kind,
        "subject_id": link.act.subject_id,
        "text": link.text,
        "hash": link.hash,
    }


def has_trail(session: Session) -> bool:
    """Say whether the chain of the jurisdiction was begun."""
    return session.scalar(select(AuditHead.seq)) is not None


def head(session: Session) -> tuple[int, str]:
    """Return the (seq, hash) where the chain ends now."""
    seq, hash_ = session.execute(select(AuditHead.seq, AuditHead.hash)).one()
    return seq, hash_


@dataclass(frozen=True)
class Verification:
    """What a walk along the whole chain has shown."""

    first_break: Break | None
    head: tuple[int, str]  # where the chain ended when the walk began

    @property
    def holds(self) -> bool:
        return self.first_break is None

    @property
    def lines(self) -> int:
        return self.head[0]


def verify(session: Session) -> Break | None:
    """Return the first broken link of the jurisdiction's whole chain, or None."""
    return verification(session).first_break


def verification(session: Session, witnesses: Iterable[Witness] = ()) -> Verification:
    """Walk the jurisdiction's whole chain, while others go on writing: it takes no lock.

    A chain rewritten from some link to the end, head and all, holds together again. It no
    longer agrees with its `witnesses`; see anchors.witnessed.
    """
    end = head(session)
    with session.execute(_links(session, end[0])) as entries:
        broken = first_break(entries, end, witnesses)
    return Verification(broken or _beyond(session), end)


def _links(session: Session, last: int) -> Executable:
    """Return the query for the links up to `last`: plain rows, a thousand at a time."""
    entry = AuditEntry.__table__.c
    ids = [cast(entry[name], Text).label(name) for name in ("person_id", "subject_id")]
    here = entry.jurisdiction_id == session.jurisdiction_id
    links = select(*(entry[name] for name in CHECKED), *ids).where(here, entry.seq <= last)
    return links.order_by(entry.seq).execution_options(yield_per=PIECE)


def _beyond(session: Session) -> Break | None:
    """Return a break if there are lines after the head, both seen at one instant."""
    here = AuditHead.jurisdiction_id == AuditEntry.jurisdiction_id
    after = select(func.min(AuditEntry.seq)).join(AuditHead, here)
    seq = session.scalar(after.where(AuditEntry.seq > AuditHead.seq))
    return Break(seq, "stands after the head") if seq is not None else None


def lines_about(session: Session, subject_ids: Sequence[UUID]) -> Sequence[AuditEntry]:
    """Return every line about `subject_ids`, the oldest first."""
    about = select(AuditEntry).where(AuditEntry.subject_id.in_(subject_ids))
    return session.scalars(about.order_by(AuditEntry.seq)).all()
