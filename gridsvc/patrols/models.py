"""Patrols, their tracks, and the close of a day. Field records: written once."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Facts, Model, Track
from gridsvc.records import FieldRecord
from gridsvc.scoped import Scoped, scoped_fk


class Patrol(FieldRecord, Model):
    """The start of one officer's round in one level-3 grid. Belongs to the day it began."""

    __tablename__ = "patrol"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
        Index(None, "jurisdiction_id", "grid_id", "occurred_at"),
        Index(None, "jurisdiction_id", "sender_id", "occurred_at"),
    )

    companions: Mapped[list[str]] = mapped_column(server_default="[]")  # 两人同行: ids of people


class PatrolEnd(FieldRecord, Model):
    """The end of a round. `facts`: what the phone counted (points, distance_m, gaps)."""

    __tablename__ = "patrol_end"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        scoped_fk("patrol_id", "patrol"),
        UniqueConstraint("jurisdiction_id", "patrol_id"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
    )

    patrol_id: Mapped[UUID]
    facts: Mapped[Facts]


class TrackChunk(Scoped, Model):
    """A piece of a track, in the order of `seq`. Sensitive: seen with a permission of its own."""

    __tablename__ = "track_chunk"
    __table_args__ = (
        scoped_fk("patrol_id", "patrol"),
        UniqueConstraint("jurisdiction_id", "patrol_id", "seq"),
    )

    patrol_id: Mapped[UUID]
    seq: Mapped[int]
    line: Mapped[Track]
    points: Mapped[int]
    dropped: Mapped[int]  # points outside the patrol, the only field data ever dropped
    digest: Mapped[str]


class DayClose(FieldRecord, Model):
    """What an officer says of a day in a grid. Zero is an answer; silence is none."""

    __tablename__ = "day_close"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        UniqueConstraint("jurisdiction_id", "sender_id", "grid_id", "day"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
        Index(None, "jurisdiction_id", "grid_id", "day"),
    )

    day: Mapped[date]
    visits: Mapped[int]
    problems: Mapped[int]
    remark: Mapped[str | None]
    unvisited: Mapped[list[Facts]]  # [{"enterprise_id", "reason"}]
