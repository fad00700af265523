"""Patrols, their tracks, and the close of a day. Field records: written once."""

from datetime import date, datetime
from typing import Any
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
    """A piece of a track, in the order of `seq`. Sensitive: seen with a permission of its own.

    Split by month along its id, which is made of the patrol and `seq` (ids.part_id): so a piece
    cannot be there twice, and lies in the month of its patrol. Nothing points at it, and after
    a time it is purged; what it told stays (PatrolMeasure).
    """

    __tablename__ = "track_chunk"
    __table_args__ = (
        scoped_fk("patrol_id", "patrol"),
        Index(None, "jurisdiction_id", "patrol_id", "seq"),
        Index(None, "jurisdiction_id", "record_id"),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    patrol_id: Mapped[UUID]
    seq: Mapped[int]
    line: Mapped[Track]
    points: Mapped[int]
    dropped: Mapped[int]  # points outside the patrol, the only field data ever dropped
    digest: Mapped[str]
    record_id: Mapped[UUID]  # what the phone called it
    accuracies: Mapped[list[Any]]  # of each point, metres or null; empty: not known
    mocked: Mapped[int]  # points of which the phone says that an app made them up


class PatrolMeasure(Scoped, Model):
    """What the track of a patrol told, once it was complete: without saying where. Kept for life.

    `trace` are digests of some of its fixes, by which the same track is known again.
    """

    __tablename__ = "patrol_measure"
    __table_args__ = (
        scoped_fk("patrol_id", "patrol"),
        UniqueConstraint("jurisdiction_id", "patrol_id"),
    )

    patrol_id: Mapped[UUID]
    points: Mapped[int]
    dropped: Mapped[int]
    distance_m: Mapped[float]
    duration_s: Mapped[float]  # without the pauses
    covered_pct: Mapped[float | None]  # of the area of the grid; None: it had no boundary
    stops: Mapped[list[Facts]]  # [{"since", "until"}]
    gaps: Mapped[list[Facts]]
    pauses: Mapped[list[Facts]]
    passed: Mapped[list[str]]  # the enterprises within the site radius
    trace: Mapped[list[str]]
    is_complete: Mapped[bool]  # as many points as the phone counted
    measured_at: Mapped[datetime]


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
