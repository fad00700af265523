"""What speaks against records, what people made of it, and whose receiver is known."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.scoped import Scoped, scoped_fk


class Flag(Scoped, Model):
    """One thing that speaks against one record, with its evidence. The record stands.

    `grid_id`, `sender_id`, `device_id` and `occurred_at` are those of the record. `about` tells
    flags of one kind on one record apart: the hash of a photo, the id of another record.
    """

    __tablename__ = "flag"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        scoped_fk("sender_id", "person"),
        scoped_fk("rule_set_id", "rule_set"),
        scoped_fk("reviewed_by_id", "person"),
        UniqueConstraint("jurisdiction_id", "record_id", "kind", "about"),
        CheckConstraint("state IN ('open', 'confirmed', 'dismissed')", name="state"),
        CheckConstraint("(state = 'open') = (reviewed_at IS NULL)", name="reviewed"),
        CheckConstraint("state <> 'dismissed' OR reason <> ''", name="dismissed_with_reason"),
        CheckConstraint("score >= 0", name="score_not_negative"),
        Index(None, "jurisdiction_id", "grid_id", "occurred_at"),
        Index(None, "jurisdiction_id", "sender_id", "occurred_at"),
    )

    grid_id: Mapped[UUID]
    sender_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    record_kind: Mapped[str]
    record_id: Mapped[UUID]
    about: Mapped[str]
    kind: Mapped[str]  # see rules.KINDS
    evidence: Mapped[Facts]
    rule_set_id: Mapped[UUID | None]  # the one in force then; None before the first
    score: Mapped[float]  # what the rule set gave this kind
    occurred_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int]
    reviewed_by_id: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    appeal: Mapped[str | None]  # in the words of whoever made the record
    appealed_at: Mapped[datetime | None]


class TrustedReceiver(Scoped, Model):
    """An external GNSS receiver on a device: from then on its fixes come through an app."""

    __tablename__ = "trusted_receiver"
    __table_args__ = (
        scoped_fk("device_id", "device"),
        scoped_fk("granted_by_id", "person"),
        CheckConstraint("until IS NULL OR until > since", name="order"),
        Index(None, "jurisdiction_id", "device_id"),
    )

    device_id: Mapped[UUID]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str]
    granted_by_id: Mapped[UUID]
    granted_at: Mapped[datetime]


class Unweighed(Scoped, Model):
    """A day of somebody of which something new has come, and which is to be weighed again."""

    __tablename__ = "unweighed"
    __table_args__ = (
        scoped_fk("person_id", "person"),
        Index(None, "jurisdiction_id", "person_id", "day"),
    )

    person_id: Mapped[UUID]
    day: Mapped[date]
