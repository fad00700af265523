"""Taking in the bytes of photos, piece by piece, until they are whole.

A piece is on the disk before the row says so, and the row is locked meanwhile. So a
worker may be killed anywhere: the file is then longer than the row says, and the next
piece overwrites the rest. An upload is no deed and leaves no line in the trail; that it
is complete is one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, BinaryIO
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import make_transient_to_detached

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.errors import DomainError
from gridsvc.ids import new_id
from gridsvc.jobs import defer
from gridsvc.media.models import Upload
from gridsvc.media.queries import is_declared
from gridsvc.media.rules import (
    LIFE,
    LOOK,
    Announcement,
    ChecksumMismatch,
    LongerThanAnnounced,
    NotAPhoto,
    UploadExpired,
    UploadUnknown,
    WrongOffset,
    family,
)
from gridsvc.pictures import Frame, NotAPicture, inspect
from gridsvc.recordings import media_type_of
from gridsvc.session import Session
from gridsvc.store import Store

HEAD = 16  # bytes that tell a recording


@dataclass(frozen=True)
class Piece:
    """Bytes that a request brought: a part of a photo, or all of it."""

    body: BinaryIO
    length: int
    sha256: str
    is_sound: bool  # it is what its checksum says, if there is one


def announce(
    session: Session, store: Store, told: Announcement, *, by: Actor, now: datetime
) -> Upload:
    """Return the upload for a photo: a new one, or that which its sender began before.

    One that expired, or was announced otherwise, begins anew. Each sender has its own:
    knowing a hash is not having the photo.
    """
    fresh = {
        "length": told.length,
        "media_type": told.media_type,
        "offset": 0,
        "created_at": now,
        "expires_at": now + LIFE,
    }
    key = {"sender_id": by.person_id, "sha256": told.sha256}
    here = {"jurisdiction_id": session.jurisdiction_id, "id": new_id(), "device_id": by.device_id}
    row = here | key | fresh
    if session.told(BEGIN, row).fetchone():
        return _begun(session, row)
    upload = session.scalars(_locked().filter_by(**key)).one()
    if upload.completed_at is None and _is_stale(upload, told, now):
        store.discard(upload.id)
        for name, value in fresh.items():
            setattr(upload, name, value)
    return upload


BEGIN = """
INSERT INTO upload (jurisdiction_id, id, sender_id, device_id, sha256, media_type, length,
                    "offset", created_at, expires_at)
VALUES (%(jurisdiction_id)s, %(id)s, %(sender_id)s, %(device_id)s, %(sha256)s, %(media_type)s,
        %(length)s, %(offset)s, %(created_at)s, %(expires_at)s)
ON CONFLICT DO NOTHING RETURNING id
"""


def _begun(session: Session, row: dict[str, Any]) -> Upload:
    """Return an upload that has just been inserted, without reading it back."""
    upload = Upload(**row, completed_at=None)
    make_transient_to_detached(upload)
    session.add(upload)
    return upload


def _is_stale(upload: Upload, told: Announcement, now: datetime) -> bool:
    return upload.expires_at <= now or upload.length != told.length


def take(
    session: Session,
    store: Store,
    upload: Upload,
    offset: int,
    piece: Piece,
    *,
    by: Actor,
    now: datetime,
) -> DomainError | None:
    """Add a piece to its upload, which is locked. One that is all of it completes it at once.

    Otherwise the last piece is committed before it is looked at: it is not sent again then,
    should the worker die. Raises as append does; returns what complete returns.
    """
    append(store, upload, offset, piece.body, now=now)
    if upload.completed_at is not None or piece.length < upload.length:
        return None
    return complete(session, store, upload, by=by, now=now, sha256=piece.sha256)


def append(store: Store, upload: Upload, offset: int, body: BinaryIO, *, now: datetime) -> None:
    """Add `body` to an upload, which is locked, at `offset`, which must be where it stands.

    Raises WrongOffset or LongerThanAnnounced.
    """
    stands = standing(store, upload)
    if offset != stands:
        raise WrongOffset(f"It stands at {stands}.", offset=stands)
    size = body.seek(0, 2)
    if offset + size > upload.length:
        raise LongerThanAnnounced(f"{upload.length} bytes were announced.")
    if size:
        body.seek(0)
        store.append(upload.id, offset, body, is_all=size == upload.length)
    upload.offset = offset + size
    upload.expires_at = now + LIFE


def find(session: Session, upload_id: UUID, *, by: Actor, now: datetime) -> Upload:
    """Return an upload of the sender's own, locked. Raises UploadUnknown or UploadExpired."""
    mine = _locked().where(Upload.id == upload_id, Upload.sender_id == by.person_id)
    upload = session.scalars(mine).one_or_none()
    if upload is None:
        raise UploadUnknown(f"There is no upload {upload_id} of yours.")
    if upload.completed_at is None and upload.expires_at <= now:
        raise UploadExpired("Announce the photo again.")
    return upload


def standing(store: Store, upload: Upload) -> int:
    """Return how many bytes of an upload are safe: told by the row, and there on the disk.

    The disk may hold less after it was restored, or after a crash on the way to completion.
    """
    if upload.completed_at or (upload.offset == upload.length and _is_there(store, upload)):
        return upload.length
    return min(upload.offset, store.arrived(upload.id))


def complete(
    session: Session,
    store: Store,
    upload: Upload,
    *,
    by: Actor,
    now: datetime,
    sha256: str | None = None,
) -> DomainError | None:
    """Put an upload whose bytes are all there in its place, if they are what was announced.

    `sha256` is that of the bytes, if it is known. Returns the refusal, not raises it: the
    upload begins anew then, and that is to be committed. Bytes that are what a record
    declared, but can be neither seen nor heard, are set aside.
    """
    try:
        kind, frame = _examined(store, upload, sha256)
    except DomainError as refusal:
        if isinstance(refusal, NotAPhoto) and is_declared(session, upload.sender_id, upload.sha256):
            store.move(upload.id, store.aside(upload.sha256))
        store.discard(upload.id)
        upload.offset = 0
        return refusal
    if store.arrived(upload.id):
        store.move(upload.id, store.original(upload.sha256))
    _register(session, upload, kind, frame, now)
    upload.completed_at = now
    received = Act(
        deed="media.receive",
        subject_kind="media",
        subject_id=upload.id,  # not the photo's: each sender gets a receipt of its own
        digest=f"sha256:{upload.sha256}",
    )
    audit.record(session, [received], by=by, at=now)
    return None


def _is_there(store: Store, upload: Upload) -> bool:
    return store.arrived(upload.id) == upload.length or store.original(upload.sha256).exists()


def _examined(store: Store, upload: Upload, sha256: str | None) -> tuple[str, Frame | None]:
    """Return the media type of what arrived, and its frame if it is a picture."""
    with _arrived(store, upload) as file:
        found = sha256 or hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        if found != upload.sha256:
            raise ChecksumMismatch("Its SHA-256 is not the one announced. Send it again.")
        file.seek(0)
        kind, frame = _recognised(file, upload)
    if family(kind) != family(upload.media_type):
        raise NotAPhoto(
            f"It was announced as {upload.media_type} and is {kind}.", sha256=upload.sha256
        )
    return kind, frame


def _arrived(store: Store, upload: Upload) -> IO[bytes]:
    path = store.arriving(upload.id)
    if path.exists():
        return path.open("rb")
    return store.original(upload.sha256).open()  # a crash came after the move


def _recognised(file: IO[bytes], upload: Upload) -> tuple[str, Frame | None]:
    recording = media_type_of(file.read(HEAD), upload.media_type)
    if recording:
        return recording, None
    file.seek(0)
    try:
        frame = inspect(file)
    except NotAPicture as fault:
        raise NotAPhoto(str(fault), sha256=upload.sha256) from fault
    return frame.media_type, frame


def _register(
    session: Session, upload: Upload, kind: str, frame: Frame | None, now: datetime
) -> None:
    """Enter the original, unless another sent it before, and have a picture looked at."""
    row = {
        "jurisdiction_id": session.jurisdiction_id,
        "id": new_id(),
        "sha256": upload.sha256,
        "media_type": kind,
        "length": upload.length,
        "width_px": frame and frame.width_px,
        "height_px": frame and frame.height_px,
        "received_at": now,
    }
    is_new = session.told(REGISTER, row).fetchone()
    if is_new and frame:
        defer(session, LOOK, jurisdiction_id=session.jurisdiction_id)


REGISTER = """
INSERT INTO media (jurisdiction_id, id, sha256, media_type, length, width_px, height_px,
                   received_at)
VALUES (%(jurisdiction_id)s, %(id)s, %(sha256)s, %(media_type)s, %(length)s, %(width_px)s,
        %(height_px)s, %(received_at)s)
ON CONFLICT DO NOTHING RETURNING id
"""


def forget_expired(session: Session, *, now: datetime) -> list[UUID]:
    """Forget the uploads that nobody goes on with; return their ids, whose bytes can go."""
    expired = _locked(skip=True).where(Upload.completed_at.is_(None), Upload.expires_at <= now)
    uploads = session.scalars(expired).all()
    for upload in uploads:
        session.delete(upload)
    return [upload.id for upload in uploads]


def _locked(skip: bool = False) -> Select[Upload]:
    fresh = select(Upload).execution_options(populate_existing=True)
    return fresh.with_for_update(skip_locked=skip)
