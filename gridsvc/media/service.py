"""Photos that records declare."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from gridsvc.batches import insert_all
from gridsvc.jobs import defer
from gridsvc.media.models import Photo
from gridsvc.media.rules import WEIGH, DeclaredPhoto, photo_rows
from gridsvc.records import Envelope
from gridsvc.session import Session


class WithPhotos(Protocol):
    """A report that may declare photos."""

    @property
    def envelope(self) -> Envelope: ...
    @property
    def photos(self) -> tuple[DeclaredPhoto, ...]: ...


def declare(
    session: Session, kind: str, reports: Iterable[WithPhotos], *, now: datetime
) -> dict[UUID, tuple[str, ...]]:
    """Note the photos of records that were just entered; return their hashes by record.

    Their bytes may have arrived before, or come later: see queries.missing.
    """
    rows = [
        row
        for report in reports
        for row in photo_rows(
            report.photos,
            kind=kind,
            record_id=report.envelope.id,
            sender_id=report.envelope.sender_id,
            declared_at=now,
        )
    ]
    insert_all(session, Photo, rows)
    if rows:
        record_ids = sorted({str(row["record_id"]) for row in rows})
        defer(session, WEIGH, jurisdiction_id=session.jurisdiction_id, record_ids=record_ids)
    return _hashes(rows)


def _hashes(rows: Sequence[dict[str, object]]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        found[row["record_id"]].append(str(row["sha256"]))  # type: ignore[index]
    return {id: tuple(hashes) for id, hashes in found.items()}
