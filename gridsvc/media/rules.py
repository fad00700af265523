"""What a record says of its photos, and what an upload may be. No session, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shapely import Point

from gridsvc import pictures, recordings
from gridsvc.errors import Conflict, Gone, NotFound, Refused
from gridsvc.ids import new_id

PURPOSES = ("scene", "before", "after", "signature")
SOURCES = ("camera", "picked")
MEDIA_TYPES = (*pictures.MEDIA_TYPES.values(), *recordings.MEDIA_TYPES)

MOST_BYTES = {"image": 20 * 2**20, "audio": 10 * 2**20, "video": 60 * 2**20}
MOST_OF_ALL = max(MOST_BYTES.values())
LOOK, WEIGH = "media.look", "media.weigh"  # the jobs

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
    """The bytes are no picture that can be shown (JPEG, PNG, WebP), and no recording."""


class PhotoUnknown(NotFound):
    """There is no such photo, or none that you may see."""


class PhotoLost(Gone):
    """The photo had arrived, and the store has it no more."""


class NothingToShow(NotFound):
    """It is a sound or a film: there is no small picture of it."""


class NoFontHere(NotFound):
    """The server has no font to write on pictures with. Show the words beside it."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What a phone is about to send."""

    sha256: str
    length: int
    media_type: str
    checksum: tuple[str, bytes] | None = None  # of the bytes that come with it, if any do

    @property
    def most_bytes(self) -> int:
        return MOST_BYTES[family(self.media_type)]


@dataclass(frozen=True, kw_only=True)
class DeclaredPhoto:
    """A photo by the hash of its bytes, with the position at the moment it was taken."""

    sha256: str
    purpose: str
    taken_at: datetime
    position: Point | None = None
    accuracy_m: float | None = None
    source: str | None = None
    original_sha256: str | None = None  # of the file before the phone made it smaller: a claim


def family(media_type: str) -> str:
    """Return what something is: image, audio or video."""
    return media_type.partition("/")[0]


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
