"""The inspection log: written once, never edited."""

from datetime import datetime
from uuid import UUID

from shapely import Point
from sqlalchemy import CheckConstraint, Index, and_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from gridsvc.db import Facts, Model, Wgs84
from gridsvc.flags.models import Flag
from gridsvc.records import FieldRecord
from gridsvc.scoped import scoped_fk


class Inspection(FieldRecord, Model):
    """One check of one enterprise: on a patrol (巡查), or a formal inspection (行政检查).

    `grid_id` is the grid of the enterprise at `occurred_at`: a later boundary does not
    move the visit, nor who answered for the place. `position_grid_id` is where the phone was.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        scoped_fk("position_grid_id", "grid"),
        scoped_fk("enterprise_id", "enterprise"),
        scoped_fk("checklist_id", "checklist"),
        scoped_fk("corrects_id", "inspection"),
        scoped_fk("first_id", "inspection"),
        CheckConstraint("accuracy_m >= 0", name="accuracy_not_negative"),
        CheckConstraint("result IN ('ok', 'problem')", name="result"),
        CheckConstraint("kind IN ('patrol', 'formal')", name="kind"),
        CheckConstraint("(kind = 'formal') = (formal IS NOT NULL)", name="formal_facts"),
        CheckConstraint(
            "(position IS NULL) = (no_position_reason IS NOT NULL)", name="position_or_reason"
        ),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
        Index(None, "jurisdiction_id", "grid_id", "occurred_at"),
        Index(None, "jurisdiction_id", "enterprise_id", "occurred_at"),
        Index(None, "jurisdiction_id", "sender_id", "occurred_at"),
        Index(
            "ix_inspection_corrections", "jurisdiction_id", "first_id", "occurred_at",
            postgresql_where=text("first_id IS NOT NULL"),
        ),
        Index(
            "ix_inspection_formal", "jurisdiction_id", "enterprise_id", "occurred_at",
            postgresql_where=text("kind = 'formal'"),
        ),
    )  # fmt: skip

    kind: Mapped[str] = mapped_column(server_default="patrol")  # 巡查, or formal: 行政检查
    enterprise_id: Mapped[UUID]
    patrol_id: Mapped[UUID | None]  # as the phone says; the patrol itself may arrive later
    checklist_id: Mapped[UUID]
    corrects_id: Mapped[UUID | None]
    first_id: Mapped[UUID | None]  # of a correction: the entry that its chain began with
    correction_reason: Mapped[str | None]
    answers: Mapped[list[Facts]]  # [{"item", "result", "note"?}]
    formal: Mapped[Facts | None] = mapped_column(JSONB(none_as_null=True))  # see FormalFactsSchema
    result: Mapped[str]
    findings: Mapped[str]
    position: Mapped[Point | None] = mapped_column(Wgs84("POINT"))
    crs: Mapped[str | None]  # what the phone called its coordinates
    accuracy_m: Mapped[float | None]
    no_position_reason: Mapped[str | None]
    position_grid_id: Mapped[UUID | None]
    gps_at: Mapped[datetime | None]  # what the satellites' clock said at the fix
    uptime_s: Mapped[float | None]  # how long the phone had run since it was switched on
    is_mock: Mapped[bool | None]  # the phone says that an app made up the position

    flags: Mapped[list[Flag]] = relationship(
        primaryjoin=lambda: and_(
            Inspection.jurisdiction_id == Flag.jurisdiction_id,
            Inspection.id == foreign(Flag.record_id),
        ),
        order_by=lambda: (Flag.kind, Flag.about),
        viewonly=True,
        lazy="selectin",
    )
