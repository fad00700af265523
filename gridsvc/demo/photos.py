"""Photos of the demo county: drawn when they are taken, sent as any phone sends them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from io import BytesIO
from typing import Any
from uuid import UUID

from gridsvc.actor import person
from gridsvc.demo.chance import chance
from gridsvc.demo.pictures import picture
from gridsvc.demo.world import SEED
from gridsvc.media.receive import announce, append, complete, standing
from gridsvc.media.rules import Announcement, DeclaredPhoto
from gridsvc.session import Session
from gridsvc.store import store
from gridsvc.weeks import LOCAL

LOST_PCT = 1  # of the photos: declared, and never sent


@dataclass(frozen=True)
class Shot:
    """A photo that somebody takes. `name` makes it unlike any other."""

    sender_id: UUID
    name: str
    scene: str
    purpose: str
    taken_at: datetime

    @cached_property
    def content(self) -> bytes:
        number = chance(SEED, "photo", self.name).randrange(10**8)
        return picture(SEED, self.scene, number, self.taken_at.astimezone(LOCAL))

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def is_lost(self) -> bool:
        """Say whether it never comes. What was put right is always shown: else it stays open."""
        return self.purpose != "after" and chance(SEED, "lost", self.name).random() < LOST_PCT / 100

    def declared(self, purpose: str | None = None) -> DeclaredPhoto:
        return DeclaredPhoto(
            sha256=self.sha256, purpose=purpose or self.purpose, taken_at=self.taken_at
        )


def told(photo: DeclaredPhoto) -> dict[str, Any]:
    """Return a photo as the body of its record declares it."""
    return {
        "sha256": photo.sha256,
        "purpose": photo.purpose,
        "taken_at": photo.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def receive(session: Session, shots: Iterable[Shot], *, now: datetime) -> None:
    """Take in the bytes of photos, but for those that are lost; what is there stays there."""
    files = store(session.jurisdiction_id)
    for shot in shots:
        if shot.is_lost:
            continue
        by, length = person(shot.sender_id), len(shot.content)
        said = Announcement(sha256=shot.sha256, length=length, media_type="image/jpeg")
        upload = announce(session, files, said, by=by, now=now)
        if upload.completed_at:
            continue
        if standing(files, upload) < length:
            upload.offset = 0
            append(files, upload, 0, BytesIO(shot.content), now=now)
        if refusal := complete(session, files, upload, by=by, now=now):
            raise refusal
