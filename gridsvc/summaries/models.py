"""Weekly summaries: what a town says of its week, frozen when it is signed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.scoped import Scoped, scoped_fk


class WeeklySummary(Scoped, Model):
    """The summary of a level-2 grid for an ISO week. A draft is worked out when it is read."""

    __tablename__ = "weekly_summary"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        scoped_fk("signed_by_id", "person"),
        scoped_fk("accepted_by_id", "person"),
        UniqueConstraint("jurisdiction_id", "grid_id", "week"),
        CheckConstraint("state IN ('draft', 'signed', 'accepted', 'returned')", name="state"),
        CheckConstraint(
            "(state IN ('signed', 'accepted')) = (snapshot IS NOT NULL)", name="frozen"
        ),
    )

    grid_id: Mapped[UUID]
    week: Mapped[str]  # "2026-W47"
    state: Mapped[str]
    version: Mapped[int]
    made_at: Mapped[datetime]
    comment: Mapped[str]
    remarks: Mapped[Facts]  # a word for each exception, by its key
    snapshot: Mapped[str | None]  # canonical JSON: the numbers, and the records behind each
    snapshot_digest: Mapped[str | None]
    signed_by_id: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]
    accepted_by_id: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    returned_reason: Mapped[str | None]
