"""The issue ledger: what was found, and each step until it is closed and looked back at."""

from datetime import date, datetime
from uuid import UUID

from shapely import Point
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Facts, Model, Wgs84
from gridsvc.records import FieldRecord
from gridsvc.scoped import scoped_fk


class Issue(FieldRecord, Model):
    """A problem in the ledger. The record is how it was found; the rest follows its actions."""

    __tablename__ = "issue"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        scoped_fk("enterprise_id", "enterprise"),
        scoped_fk("lead_unit_id", "unit"),
        scoped_fk("owner_id", "person"),
        UniqueConstraint("jurisdiction_id", "number"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
        Index(None, "jurisdiction_id", "grid_id", "state"),
        Index(None, "jurisdiction_id", "enterprise_id", "occurred_at"),
        Index(None, "jurisdiction_id", "owner_id", "state"),
    )

    number: Mapped[str]
    source: Mapped[str]
    category: Mapped[str]
    severity: Mapped[str]
    description: Mapped[str]
    enterprise_id: Mapped[UUID | None]
    inspection_id: Mapped[UUID | None]  # as the phone says; the inspection may arrive later
    place: Mapped[str | None]
    location: Mapped[Point | None] = mapped_column(Wgs84("POINT"))
    state: Mapped[str]
    version: Mapped[int]
    lead_unit_id: Mapped[UUID | None]
    owner_id: Mapped[UUID | None]  # 整改负责人, a person
    requirement: Mapped[str | None]
    due_kinds: Mapped[list[str]]
    due_at: Mapped[datetime | None]  # the end of the last day, exclusive
    assigned_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    look_back_on: Mapped[date | None]
    looked_back_at: Mapped[datetime | None]
    relapses: Mapped[int]
    urgent: Mapped[bool] = mapped_column(server_default=false())  # 紧急上报
    seen: Mapped[list[Facts]] = mapped_column(server_default="[]")  # [{"person_id", "at"}]


class IssueAction(FieldRecord, Model):
    """A step of an issue from one state to the next."""

    __tablename__ = "issue_action"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        scoped_fk("issue_id", "issue"),
        CheckConstraint("from_state <> '' AND to_state <> ''", name="states"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
        Index(None, "jurisdiction_id", "issue_id", "occurred_at"),
    )

    issue_id: Mapped[UUID]
    action: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    note: Mapped[str]
    facts: Mapped[Facts]
