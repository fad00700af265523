"""Decisions against enterprises."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Model
from gridsvc.scoped import Scoped, scoped_fk


class Penalty(Scoped, Model):
    """A decision against an enterprise (行政处罚). Withdrawn, it stays and says why."""

    __tablename__ = "penalty"
    __table_args__ = (
        scoped_fk("enterprise_id", "enterprise"),
        UniqueConstraint("jurisdiction_id", "number"),
        CheckConstraint("amount_cny >= 0", name="amount"),
        Index(None, "jurisdiction_id", "enterprise_id"),
    )

    enterprise_id: Mapped[UUID]
    number: Mapped[str]
    decided_on: Mapped[date]
    authority: Mapped[str]
    ground: Mapped[str]
    measure: Mapped[str]
    amount_cny: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
