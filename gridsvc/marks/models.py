"""Attention and exemptions, turns of duty, and the visits that count."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from gridsvc.db import Model
from gridsvc.enterprises.models import Enterprise
from gridsvc.people.models import Person
from gridsvc.scoped import Scoped, scoped_fk, scoped_rel


class Mark(Scoped, Model):
    """An enterprise wants attention (重点关注), or is exempt from visits (免巡), for some days.

    Both days are local and included. `last_day` may be brought forward, never back: it is
    kept who ended it, and when.
    """

    __tablename__ = "mark"
    __table_args__ = (
        scoped_fk("enterprise_id", "enterprise"),
        scoped_fk("recorded_by_id", "person"),
        scoped_fk("ended_by_id", "person"),
        CheckConstraint("kind IN ('attention', 'exemption')", name="kind"),
        CheckConstraint("last_day >= first_day - 1", name="days"),
        Index(None, "jurisdiction_id", "enterprise_id", "first_day"),
    )

    enterprise_id: Mapped[UUID]
    kind: Mapped[str]
    reason: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]  # the day before the first, if it was taken back before it began
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None]  # None: the system
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None]

    enterprise: Mapped[Enterprise] = scoped_rel("Mark.enterprise_id", "Enterprise")
    recorded_by: Mapped[Person | None] = scoped_rel("Mark.recorded_by_id", "Person")


class Turn(Scoped, Model):
    """Whose turn it is (值班) to visit in a grid, or one enterprise there, by day or by night."""

    __tablename__ = "turn"
    __table_args__ = (
        scoped_fk("person_id", "person"),
        scoped_fk("grid_id", "grid"),
        scoped_fk("enterprise_id", "enterprise"),
        scoped_fk("recorded_by_id", "person"),
        CheckConstraint("last_day >= first_day - 1", name="days"),
        Index(None, "jurisdiction_id", "grid_id", "first_day"),
    )

    person_id: Mapped[UUID]
    grid_id: Mapped[UUID]
    enterprise_id: Mapped[UUID | None]  # None: all in the grid
    is_night: Mapped[bool]
    first_day: Mapped[date]
    last_day: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None]

    person: Mapped[Person] = scoped_rel("Turn.person_id", "Person")


class Visit(Scoped, Model):
    """A visit that counts: an entry of the log that corrects nothing, under the entry's id.

    Worked out of the log, and can be again (`flask visits rebuild`). `level` is the highest
    in the tree of which the visitor then held a post there; `is_night` goes by the rule set
    of the moment. So that however long its history is, the last visit of an object is one
    step along an index.
    """

    __tablename__ = "visit"
    __table_args__ = (
        scoped_fk("enterprise_id", "enterprise"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        Index(None, "jurisdiction_id", "enterprise_id", "occurred_at"),
        Index(
            "ix_visit_above", "jurisdiction_id", "enterprise_id", "occurred_at",
            postgresql_where=text("level < 3"),
        ),
        Index(
            "ix_visit_night", "jurisdiction_id", "enterprise_id", "occurred_at",
            postgresql_where=text("is_night"),
        ),
    )  # fmt: skip

    enterprise_id: Mapped[UUID]
    occurred_at: Mapped[datetime]
    level: Mapped[int]
    is_night: Mapped[bool]
