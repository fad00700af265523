"""What a record says of its photos. No session, no clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely import Point

from gridsvc.ids import new_id

PURPOSES = ("scene", "before", "after")


@dataclass(frozen=True, kw_only=True)
class DeclaredPhoto:
    """A photo by the hash of its bytes, with the position at the moment it was taken."""

    sha256: str
    purpose: str
    taken_at: datetime
    position: Point | None = None
    accuracy_m: float | None = None


def photo_rows(
    photos: tuple[DeclaredPhoto, ...],
    *,
    kind: str,
    record_id: UUID,
    sender_id: UUID,
    declared_at: datetime,
) -> list[dict[str, Any]]:
    """Return the rows for the photos that one record declares, each hash once."""
    once = {photo.sha256: photo for photo in photos}
    return [
        {
            "id": new_id(),
            "record_kind": kind,
            "record_id": record_id,
            "sender_id": sender_id,
            "declared_at": declared_at,
            **vars(photo),
        }
        for photo in once.values()
    ]
