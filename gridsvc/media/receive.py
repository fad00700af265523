"""Taking in the bytes of photos, piece by piece, until they are whole.

A piece is on the disk before the row says so, and the row is locked meanwhile. So a
worker may be killed anywhere: the file is then longer than the row says, and the next
piece overwrites the rest. An upload is no deed and leaves no line in the trail; that it
is complete is one.
"""

import hashlib
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.errors import DomainError
from gridsvc.ids import new_id
from gridsvc.media.models import Media, Upload
from gridsvc.media.queries import is_declared
from gridsvc.media.rules import (
    LIFE,
    Announcement,
    ChecksumMismatch,
    LongerThanAnnounced,
    NotAPhoto,
    UploadExpired,
    UploadUnknown,
    WrongOffset,
)
from gridsvc.pictures import NotAPicture, Picture, examine
from gridsvc.session import Session
from gridsvc.store import Store


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
    session.execute(insert(Upload).values(here | key | fresh).on_conflict_do_nothing())
    upload = session.scalars(_locked().filter_by(**key)).one()
    if upload.completed_at is None and _is_stale(upload, told, now):
        store.discard(upload.id)
        for name, value in fresh.items():
            setattr(upload, name, value)
    return upload


def _is_stale(upload: Upload, told: Announcement, now: datetime) -> bool:
    return upload.expires_at <= now or upload.length != told.length


def append(
    session: Session,
    store: Store,
    upload_id: UUID,
    offset: int,
    body: BinaryIO,
    *,
    by: Actor,
    now: datetime,
) -> Upload:
    """Add `body` to an upload at `offset`, which must be where it stands.

    Raises UploadUnknown, UploadExpired, WrongOffset, or LongerThanAnnounced.
    """
    upload = find(session, upload_id, by=by, now=now)
    stands = standing(store, upload)
    if offset != stands:
        raise WrongOffset(f"It stands at {stands}.", offset=stands)
    size = body.seek(0, 2)
    if offset + size > upload.length:
        raise LongerThanAnnounced(f"{upload.length} bytes were announced.")
    if size:
        body.seek(0)
        store.append(upload.id, offset, body)
    upload.offset = offset + size
    upload.expires_at = now + LIFE
    return upload


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
    if upload.completed_at or (upload.offset == upload.length and _file(store, upload)):
        return upload.length
    return min(upload.offset, store.arrived(upload.id))


def complete(
    session: Session, store: Store, upload: Upload, *, by: Actor, now: datetime
) -> DomainError | None:
    """Put an upload whose bytes are all there in its place, if they are the photo announced.

    Returns the refusal, not raises it: the upload begins anew then, and that is to be
    committed. Bytes that are what a record declared, but no photo, are set aside.
    """
    try:
        picture = _examined(store, upload)
    except DomainError as refusal:
        if isinstance(refusal, NotAPhoto) and is_declared(session, upload.sender_id, upload.sha256):
            store.move(upload.id, store.aside(upload.sha256))
        store.discard(upload.id)
        upload.offset = 0
        return refusal
    if store.arrived(upload.id):
        store.move(upload.id, store.original(upload.sha256))
    store.write(store.thumb(upload.sha256), picture.thumb)
    _register(session, upload, picture, now)
    upload.completed_at = now
    received = Act(
        deed="media.receive",
        subject_kind="media",
        subject_id=upload.id,  # not the photo's: each sender gets a receipt of its own
        digest=f"sha256:{upload.sha256}",
    )
    audit.record(session, [received], by=by, at=now)
    return None


def _file(store: Store, upload: Upload) -> bool:
    return store.arrived(upload.id) == upload.length or store.original(upload.sha256).exists()


def _examined(store: Store, upload: Upload) -> Picture:
    path = store.arriving(upload.id)
    if not path.exists():
        path = store.original(upload.sha256)  # a crash came after the move
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != upload.sha256:
            raise ChecksumMismatch("Its SHA-256 is not the one announced. Send it again.")
    try:
        return examine(path)
    except NotAPicture as fault:
        raise NotAPhoto(str(fault), sha256=upload.sha256) from fault


def _register(session: Session, upload: Upload, picture: Picture, now: datetime) -> None:
    row = {
        "jurisdiction_id": session.jurisdiction_id,
        "id": new_id(),
        "sha256": upload.sha256,
        "media_type": picture.media_type,
        "length": upload.length,
        "width_px": picture.width_px,
        "height_px": picture.height_px,
        "exif": picture.exif,
        "received_at": now,
        "has_thumb": True,
    }
    session.execute(insert(Media).values(row).on_conflict_do_nothing())


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
