"""Rule sets, the work calendar and checklists: data that differs by county and by year."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Facts, Model
from gridsvc.scoped import InJurisdiction, Scoped


class RuleSet(Scoped, Model):
    """The numbers in force from a moment until the next rule set. Never changed."""

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "in_force_from"),)

    name: Mapped[str]
    in_force_from: Mapped[datetime]
    document: Mapped[Facts]  # see rules.Numbers


class CalendarDay(InJurisdiction, Model):
    """A day that is not what its weekday says: a holiday, or a weekend that is worked."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str]


class Checklist(Scoped, Model):
    """What to look at, for one kind of object. A record names the version it answers."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("jurisdiction_id", "object_kind", "version"),)

    object_kind: Mapped[str]
    version: Mapped[int]
    in_force_from: Mapped[datetime]
    items: Mapped[list[Facts]]  # see rules.ChecklistItem
