"""Photos: the bytes that arrived, who sent them, and which record they belong to."""

from datetime import datetime
from uuid import UUID

from shapely import Point
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
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
    """An original, kept byte for byte under its hash: a picture, a sound or a film."""

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("jurisdiction_id", "sha256"),
        CheckConstraint("(width_px IS NULL) = (height_px IS NULL)", name="size"),
        Index(
            "ix_media_waiting",
            "jurisdiction_id",
            "id",
            postgresql_where=text("looked_at IS NULL AND width_px IS NOT NULL"),
        ),
    )

    sha256: Mapped[str]
    media_type: Mapped[str]
    length: Mapped[Counter]
    width_px: Mapped[int | None]  # of pictures alone
    height_px: Mapped[int | None]
    received_at: Mapped[datetime]
    looked_at: Mapped[datetime | None]  # by the job that fills in Picture


class Picture(Scoped, Model):
    """What was found out about a picture, beside its original: has the id of its Media.

    EXIF is what the phone's camera claims; its time has no zone. `fault` says why nothing
    could be found out. `hashes` and `keys` find pictures that look like it (likeness.py).
    """

    __tablename__ = "picture"
    __table_args__ = (
        scoped_fk("id", "media"),
        Index("ix_picture_keys", "keys", postgresql_using="gin"),
    )

    make: Mapped[str | None]
    model: Mapped[str | None]
    software: Mapped[str | None]
    taken_local: Mapped[datetime | None] = mapped_column(DateTime())
    position: Mapped[Point | None] = mapped_column(Wgs84("POINT"))
    orientation: Mapped[int | None]
    exif: Mapped[Facts]
    fault: Mapped[str | None]
    hashes: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    keys: Mapped[list[int]] = mapped_column(ARRAY(Integer()))


class PictureMatch(Scoped, Model):
    """A picture that shows the same shot as one that came before it.

    `distance` is between their hashes, in bits of 63; `likeness` between their details, 1 at
    most. `part` is the part of the earlier one: its left, top, right and bottom edge, 0 to 1.
    """

    __tablename__ = "picture_match"
    __table_args__ = (
        scoped_fk("media_id", "media"),
        scoped_fk("earlier_id", "media"),
        UniqueConstraint("jurisdiction_id", "media_id", "earlier_id"),
        Index(None, "jurisdiction_id", "earlier_id"),
    )

    media_id: Mapped[UUID]
    earlier_id: Mapped[UUID]
    distance: Mapped[int]
    likeness: Mapped[float]
    turned_deg: Mapped[int]
    part: Mapped[Facts]


class Photo(Scoped, Model):
    """A photo that a record declares. Its bytes may arrive later, or never: both are visible."""

    __tablename__ = "photo"
    __table_args__ = (
        CheckConstraint("purpose IN ('scene', 'before', 'after', 'signature')", name="purpose"),
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
    original_sha256: Mapped[str | None]  # of what the phone made smaller: by its word alone
    declared_at: Mapped[datetime]
