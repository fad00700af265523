"""Photos: the bytes that arrived, who sent them, and which record they belong to."""

from datetime import datetime
from uuid import UUID

from shapely import Point
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Counter, Facts, Model, Wgs84
from gridsvc.scoped import Scoped, scoped_fk


class Upload(Scoped, Model):
    """Bytes on their way in by tus. Complete, it proves that its sender has them."""

    __tablename__ = "upload"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        UniqueConstraint("jurisdiction_id", "sender_id", "sha256"),
        CheckConstraint('"offset" BETWEEN 0 AND length', name="offset"),
        Index(None, "jurisdiction_id", "sha256"),
    )

    sender_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    sha256: Mapped[str]
    media_type: Mapped[str]
    length: Mapped[Counter]
    offset: Mapped[Counter]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class Media(Scoped, Model):
    """An original, kept byte for byte under its hash. What EXIF said stands beside it."""

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "sha256"),)

    sha256: Mapped[str]
    media_type: Mapped[str]
    length: Mapped[Counter]
    width_px: Mapped[int]
    height_px: Mapped[int]
    exif: Mapped[Facts]
    received_at: Mapped[datetime]
    has_thumb: Mapped[bool]


class Photo(Scoped, Model):
    """A photo that a record declares. Its bytes may arrive later, or never: both are visible."""

    __tablename__ = "photo"
    __table_args__ = (
        CheckConstraint("purpose IN ('scene', 'before', 'after')", name="purpose"),
        CheckConstraint("source IN ('camera', 'picked')", name="source"),
        UniqueConstraint("jurisdiction_id", "record_id", "sha256"),
        Index(None, "jurisdiction_id", "sha256"),
    )

    record_kind: Mapped[str]
    record_id: Mapped[UUID]
    sender_id: Mapped[UUID]
    sha256: Mapped[str]
    purpose: Mapped[str]
    source: Mapped[str | None]  # taken there, or picked from older pictures; if the phone says
    taken_at: Mapped[datetime]
    position: Mapped[Point | None] = mapped_column(Wgs84("POINT"))
    accuracy_m: Mapped[float | None]
    declared_at: Mapped[datetime]
