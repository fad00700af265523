"""What a record says of its photos, and what an upload may be. No session, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shapely import Point

from gridsvc.errors import Conflict, Gone, NotFound, Refused
from gridsvc.ids import new_id

PURPOSES = ("scene", "before", "after")
SOURCES = ("camera", "picked")
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")

MOST_BYTES = 20 * 2**20
LIFE = timedelta(days=7)  # of an upload that nobody goes on with


class UploadUnknown(NotFound):
    """There is no such upload of yours."""


class UploadExpired(Gone):
    """Nobody went on with this upload for too long. Announce the photo again."""


class WrongOffset(Conflict):
    """The upload has not got that far, or has got further."""


class LongerThanAnnounced(Refused):
    """More bytes came than were announced."""


class ChecksumMismatch(Refused):
    """The bytes that arrived are not those that were sent."""


class NotAPhoto(Refused):
    """The bytes are no picture that can be shown: JPEG, PNG or WebP."""


class PhotoUnknown(NotFound):
    """There is no such photo, or none that you may see."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What a phone is about to send."""

    sha256: str
    length: int
    media_type: str


@dataclass(frozen=True, kw_only=True)
class DeclaredPhoto:
    """A photo by the hash of its bytes, with the position at the moment it was taken."""

    sha256: str
    purpose: str
    taken_at: datetime
    position: Point | None = None
    accuracy_m: float | None = None
    source: str | None = None


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
