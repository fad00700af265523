"""Rule sets, the work calendar and checklists: data that differs by county and by year."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Facts, Model
from gridsvc.people.models import Person
from gridsvc.scoped import InJurisdiction, Scoped, scoped_fk, scoped_rel


class RuleSet(Scoped, Model):
    """The numbers in force from a moment until the next rule set. Never changed.

    `put_by_id` is None for what the jurisdiction began with.
    """

    __tablename__ = "rule_set"
    __table_args__ = (
        scoped_fk("put_by_id", "person"),
        UniqueConstraint("jurisdiction_id", "in_force_from"),
    )

    name: Mapped[str]
    in_force_from: Mapped[datetime]
    document: Mapped[Facts]  # see rules.Numbers
    note: Mapped[str | None]  # why it was put in force
    put_by_id: Mapped[UUID | None]
    put_at: Mapped[datetime | None]

    put_by: Mapped[Person | None] = scoped_rel("RuleSet.put_by_id", "Person")


class CalendarDay(InJurisdiction, Model):
    """A day that is not what its weekday says: a holiday, or a weekend that is worked."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str]


class Checklist(Scoped, Model):
    """What to look at, for one kind of object. A record names the version it answers."""

    __tablename__ = "checklist"
    __table_args__ = (
        scoped_fk("put_by_id", "person"),
        UniqueConstraint("jurisdiction_id", "object_kind", "version"),
    )

    object_kind: Mapped[str]
    version: Mapped[int]
    in_force_from: Mapped[datetime]
    items: Mapped[list[Facts]]  # see rules.ChecklistItem
    put_by_id: Mapped[UUID | None]
    put_at: Mapped[datetime | None]

    put_by: Mapped[Person | None] = scoped_rel("Checklist.put_by_id", "Person")
