"""Duties, kept for life: ended, handed over, but never removed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Model, Period
from gridsvc.people.models import Person
from gridsvc.scoped import Scoped, scoped_fk, scoped_rel


class Duty(Scoped, Model):
    """A person holds a role for a subject (grid, enterprise or unit) during a period.

    Where a role has seats, a seat has one holder at any instant, or is visibly vacant.
    `recorded_at` and `end_recorded_at` say when its beginning and its end were entered: later
    than the moments themselves if they were back-dated.
    """

    __tablename__ = "duty"
    __table_args__ = (
        scoped_fk("person_id", "person"),
        CheckConstraint("subject_kind IN ('grid', 'enterprise', 'unit')", name="subject_kind"),
        CheckConstraint("seat >= 1", name="seat"),
        CheckConstraint("NOT isempty(period)", name="period"),
        ExcludeConstraint(
            ("jurisdiction_id", "="),
            ("subject_id", "="),
            ("role", "="),
            ("seat", "="),
            ("period", "&&"),
            where=text("role IN ('grid_head', 'responsible_leader', 'responsible_person')"),
            name="ex_duty_seat",
        ),
        ExcludeConstraint(
            ("jurisdiction_id", "="),
            ("person_id", "="),
            ("subject_id", "="),
            ("role", "="),
            ("period", "&&"),
            name="ex_duty_twice",
        ),
        Index(None, "jurisdiction_id", "person_id"),
        Index(None, "jurisdiction_id", "subject_id", "role"),
    )

    person_id: Mapped[UUID]
    role: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    seat: Mapped[int]
    period: Mapped[Period]
    recorded_at: Mapped[datetime | None]
    end_recorded_at: Mapped[datetime | None]

    person: Mapped[Person] = scoped_rel("Duty.person_id", "Person")


class Handover(Scoped, Model):
    """One act that ended a duty and began the next.

    The open work is passed on when its moment has come; the new holder accepts it.
    """

    __tablename__ = "handover"
    __table_args__ = (
        scoped_fk("ended_id", "duty"),
        scoped_fk("begun_id", "duty"),
        scoped_fk("recorded_by_id", "person"),
        Index(None, "jurisdiction_id", "begun_id"),
    )

    ended_id: Mapped[UUID]
    begun_id: Mapped[UUID]
    at: Mapped[datetime]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None]  # None: the system
    passed_on_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]


class Leave(Scoped, Model):
    """Days off (请假), so that they blame nobody. Both days are local and included.

    One that is taken back before it begins stays, with `cancelled_at`; one that runs is cut short.
    """

    __tablename__ = "leave"
    __table_args__ = (
        scoped_fk("person_id", "person"),
        scoped_fk("substitute_id", "person"),
        CheckConstraint("first_day <= last_day", name="days"),
        Index(None, "jurisdiction_id", "person_id", "first_day"),
        Index(None, "jurisdiction_id", "substitute_id"),
    )

    person_id: Mapped[UUID]
    substitute_id: Mapped[UUID | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
