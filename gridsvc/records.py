"""Field records: what a phone made, once. How one is entered, whatever its kind.

A phone makes the id, so sending a record again is safe. What it sent is kept word for
word; the digest of that text says whether a repeat is a repeat. A record is entered, or
its refusal says why it was not; nothing here drops one.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from gridsvc.audit.rules import Act
from gridsvc.digests import digest
from gridsvc.errors import Conflict, DomainError, Kept, Outcome
from gridsvc.session import Session
from gridsvc.synced import Synced

Row = dict[str, Any]

TRUSTED_OFFSET = timedelta(seconds=30)  # less may be the way over the network


class IdTaken(Conflict):
    """That id already belongs to a record with another content."""


class FieldRecord(Synced):
    """What every field record keeps beside its own facts.

    Four times that differ: `made_at` by the phone's clock; `clock_offset_s`, how far that
    clock was behind ours when the record was sent; `received_at` by ours; `occurred_at`,
    fixed once from the three. `body` is what the phone sent, in canonical JSON.
    """

    sender_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    made_at: Mapped[datetime]
    clock_offset_s: Mapped[float]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    digest: Mapped[str]
    body: Mapped[str]


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Who sent a record, on what, in which words. The part of a report that all kinds share.

    `arrived_at` is when it first arrived, should it have been kept aside meanwhile. `marks`
    are to be seen on what is made of it: why it was entered although something is amiss.
    """

    id: UUID
    sender_id: UUID
    device_id: UUID | None
    made_at: datetime
    text: str  # canonical JSON of the body
    clock_offset_s: float = 0.0
    arrived_at: datetime | None = None
    marks: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        return digest(self.text.encode())

    def occurred_at(self, received_at: datetime) -> datetime:
        """Return when it happened: the phone's clock put right, never after its receipt."""
        offset = timedelta(seconds=self.clock_offset_s)
        if abs(offset) <= TRUSTED_OFFSET:
            offset = timedelta(0)
        return min(shifted(self.made_at, offset), self.arrived_at or received_at)

    def row(self, received_at: datetime) -> Row:
        """Return the columns of FieldRecord, but for the grid and its version."""
        return {
            "id": self.id,
            "sender_id": self.sender_id,
            "device_id": self.device_id,
            "made_at": self.made_at,
            "clock_offset_s": self.clock_offset_s,
            "occurred_at": self.occurred_at(received_at),
            "received_at": received_at,
            "digest": self.digest,
            "body": self.text,
        }


def lateness(occurred_at: datetime, received_at: datetime, gps_at: datetime | None) -> timedelta:
    """Return how long a record was on its way, by the clock that can be trusted best.

    The receipt is ours. When it was made, the satellites know better than the phone, whose
    clock may have been moved since; but nothing is made after its receipt.
    """
    known = gps_at if gps_at is not None and gps_at <= received_at else occurred_at
    return received_at - known


class Report(Protocol):
    """What a phone says happened: an envelope and the facts of its kind."""

    @property
    def envelope(self) -> Envelope: ...


def shifted(moment: datetime, offset: timedelta) -> datetime:
    """Return `moment` moved by `offset`, or the end of time that it would leave."""
    try:
        return moment + offset
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if offset > timedelta(0) else moment


R = TypeVar("R", bound=Report)


def judged(
    reports: Collection[R], admit: Callable[[R], Row]
) -> tuple[list[Row], dict[UUID, DomainError]]:
    """Return the rows of the reports that `admit` lets in, and why it refused the others."""
    rows, refusals = [], {}
    for report in reports:
        try:
            rows.append(admit(report))
        except DomainError as refusal:
            refusals[report.envelope.id] = refusal
    return rows, refusals


def firsts(reports: Sequence[R]) -> list[R]:
    """Return the first report of each id, which is the one that counts, in the order sent."""
    found: dict[UUID, R] = {}
    for report in reports:
        found.setdefault(report.envelope.id, report)
    return list(found.values())


def acts(
    kind: str,
    deed: str,
    rows: Collection[Row],
    entered: Collection[UUID],
    media: Mapping[UUID, tuple[str, ...]] | None = None,
) -> list[Act]:
    """Return the lines for the trail of those `rows` that were entered.

    `media` says, by the id of a record, the hashes of the photos it declares.
    """
    return [
        Act(
            deed=deed,
            subject_kind=kind,
            subject_id=row["id"],
            digest=row["digest"],
            media=(media or {}).get(row["id"], ()),
        )
        for row in rows
        if row["id"] in entered
    ]


def outcomes(
    session: Session,
    model: type[FieldRecord],
    reports: Sequence[Report],
    entered: Collection[UUID],
    refusals: Mapping[UUID, DomainError],
) -> list[Outcome]:
    """Return an outcome for each report, in order.

    What is already entered stands, even if the rules have changed since: sent again it is
    no news, and an id that was used for anything else is refused with IdTaken.
    """
    earlier = _digests(session, model, reports) if len(entered) < len(reports) else {}
    return list(_outcomes(reports, entered, earlier, refusals))


def _digests(
    session: Session, model: type[FieldRecord], reports: Sequence[Report]
) -> dict[UUID, tuple[str, UUID]]:
    ids = {report.envelope.id for report in reports}
    found = select(model.id, model.digest, model.sender_id).where(model.id.in_(ids))
    return {id: (digest, sender_id) for id, digest, sender_id in session.execute(found)}


def _outcomes(
    reports: Sequence[Report],
    entered: Collection[UUID],
    earlier: Mapping[UUID, tuple[str, UUID]],
    refusals: Mapping[UUID, DomainError],
) -> Iterator[Outcome]:
    news = set(entered)
    for envelope in (report.envelope for report in reports):
        if envelope.id in news:
            news.remove(envelope.id)  # should it come again in this batch, it is a retry
            yield Kept(envelope.id, is_new=True)
        elif envelope.id not in earlier:
            yield refusals[envelope.id]
        elif earlier[envelope.id] == (envelope.digest, envelope.sender_id):
            yield Kept(envelope.id, is_new=False)
        else:
            yield IdTaken(f"{envelope.id} is already entered, and differs.")
