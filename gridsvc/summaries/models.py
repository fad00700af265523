"""Weekly summaries: what a town says of its week, frozen whenever it is signed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.people.models import Person
from gridsvc.scoped import Scoped, scoped_fk, scoped_rel


class WeeklySummary(Scoped, Model):
    """The summary of a level-2 grid for an ISO week. Unsigned, it is worked out when read."""

    __tablename__ = "weekly_summary"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        scoped_fk("accepted_by_id", "person"),
        UniqueConstraint("jurisdiction_id", "grid_id", "week"),
        CheckConstraint("state IN ('draft', 'signed', 'accepted', 'returned')", name="state"),
    )

    grid_id: Mapped[UUID]
    week: Mapped[str]  # "2026-W47"
    state: Mapped[str]
    version: Mapped[int]
    made_at: Mapped[datetime]
    comment: Mapped[str]
    remarks: Mapped[Facts]  # a word for each exception, by its key
    accepted_by_id: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    returned_reason: Mapped[str | None]


class WeeklySignature(Scoped, Model):
    """A summary as it was signed. Kept for ever, also when it was returned and signed again."""

    __tablename__ = "weekly_signature"
    __table_args__ = (
        scoped_fk("summary_id", "weekly_summary"),
        scoped_fk("signed_by_id", "person"),
        Index(None, "jurisdiction_id", "summary_id", "signed_at"),
    )

    summary_id: Mapped[UUID]
    signed_by_id: Mapped[UUID]
    signed_at: Mapped[datetime]
    snapshot: Mapped[str]  # JSON: the numbers, the records behind each, the words
    digest: Mapped[str]

    signed_by: Mapped[Person] = scoped_rel("WeeklySignature.signed_by_id", "Person")
