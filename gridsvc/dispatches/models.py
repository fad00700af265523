"""The monthly dispatch of a county, and the orders it sends."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.scoped import Scoped, scoped_fk


class MonthlyDispatch(Scoped, Model):
    """What a level-1 grid decides on a month. Frozen when its head signs."""

    __tablename__ = "monthly_dispatch"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        scoped_fk("signed_by_id", "person"),
        UniqueConstraint("jurisdiction_id", "grid_id", "month"),
        CheckConstraint("state IN ('draft', 'signed')", name="state"),
        CheckConstraint("(state = 'signed') = (snapshot IS NOT NULL)", name="frozen"),
    )

    grid_id: Mapped[UUID]
    month: Mapped[str]  # "2026-11"
    state: Mapped[str]
    version: Mapped[int]
    made_at: Mapped[datetime]
    minutes: Mapped[str]  # what the meeting said
    snapshot: Mapped[str | None]
    snapshot_digest: Mapped[str | None]
    signed_by_id: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]


class DispatchOrder(Scoped, Model):
    """An order to a town: what to do until when, its answer, and what it changed."""

    __tablename__ = "dispatch_order"
    __table_args__ = (
        scoped_fk("dispatch_id", "monthly_dispatch"),
        scoped_fk("addressee_id", "grid"),
        scoped_fk("issued_by_id", "person"),
        scoped_fk("replied_by_id", "person"),
        UniqueConstraint("jurisdiction_id", "number"),
        CheckConstraint("(replied_at IS NULL) = (reply IS NULL)", name="reply"),
        Index(None, "jurisdiction_id", "addressee_id"),
    )

    dispatch_id: Mapped[UUID]
    addressee_id: Mapped[UUID]  # a level-2 grid
    number: Mapped[str]
    requirement: Mapped[str]
    measured_by: Mapped[str]  # the number of the month that it means to move
    before: Mapped[Facts]  # that number when the order was given
    due_on: Mapped[date]
    issued_by_id: Mapped[UUID]
    issued_at: Mapped[datetime]
    reply: Mapped[str | None]
    replied_by_id: Mapped[UUID | None]
    replied_at: Mapped[datetime | None]
