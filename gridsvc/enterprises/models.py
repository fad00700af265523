"""The registry of supervised objects."""

from datetime import date, datetime
from uuid import UUID

from shapely import Point
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.named import Named
from gridsvc.scoped import Scoped, scoped_fk
from gridsvc.synced import Synced


class Enterprise(Named, Synced, Model):
    """One supervised place (企业(单位)); several may share a legal person, and so a USCC.

    `grid_id` is the deepest territorial grid it lies in now; `given` keeps the coordinates
    as they came, with their crs.
    """

    __tablename__ = "enterprise"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        scoped_fk("merged_into_id", "enterprise"),
        UniqueConstraint("jurisdiction_id", "code"),
        CheckConstraint("supervision_class IN ('key', 'general', 'special')", name="class"),
        CheckConstraint("state IN ('active', 'proposed', 'closed', 'merged')", name="state"),
        CheckConstraint("permit_class IN ('key', 'simplified', 'registered')", name="permit_class"),
        CheckConstraint("disposition IN ('shut_down', 'moved', 'upgraded')", name="disposition"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
        Index(None, "jurisdiction_id", "uscc"),
        Index(None, "location", postgresql_using="gist"),
    )

    code: Mapped[str]
    uscc: Mapped[str | None]
    kind: Mapped[str]
    supervision_class: Mapped[str]
    industry_code: Mapped[str | None]
    permit_no: Mapped[str | None]
    permit_class: Mapped[str | None]  # 重点, 简化, 登记
    permit_until: Mapped[date | None]  # the last day it is good for
    address: Mapped[str]
    location: Mapped[Point]
    given: Mapped[Facts]  # {"crs": ..., "coordinates": [lon, lat]}
    grid_reason: Mapped[str | None]  # why the grid is not the one of the location
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    is_scattered_polluter: Mapped[bool]
    disposition: Mapped[str | None]  # what became of a scattered polluter
    state: Mapped[str]
    merged_into_id: Mapped[UUID | None]  # the place that this one turned out to be
    version: Mapped[int]  # of the row, for If-Match


class EnterprisePast(Scoped, Model):
    """What an enterprise was up to a moment, for what the rules ask of it: written at each change.

    Up to `until` from the row before it, or from its registration.
    """

    __tablename__ = "enterprise_past"
    __table_args__ = (
        scoped_fk("enterprise_id", "enterprise"),
        scoped_fk("grid_id", "grid"),
        Index(None, "jurisdiction_id", "enterprise_id", "until"),
        Index(None, "jurisdiction_id", "grid_id"),
    )

    enterprise_id: Mapped[UUID]
    until: Mapped[datetime]
    grid_id: Mapped[UUID]
    supervision_class: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]


class KeptApart(Scoped, Model):
    """Two places that look like one, and that somebody said are two. In order of id."""

    __tablename__ = "kept_apart"
    __table_args__ = (
        scoped_fk("one_id", "enterprise"),
        scoped_fk("other_id", "enterprise"),
        UniqueConstraint("jurisdiction_id", "one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="order"),
    )

    one_id: Mapped[UUID]
    other_id: Mapped[UUID]
    reason: Mapped[str]
    person_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
