"""The registry of supervised objects."""

from shapely import Point
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.named import Named
from gridsvc.scoped import scoped_fk
from gridsvc.synced import Synced


class Enterprise(Named, Synced, Model):
    """One supervised place (企业(单位)); several may share a legal person, and so a USCC.

    `grid_id` is the deepest territorial grid it lies in now; `given` keeps the coordinates
    as they came, with their crs.
    """

    __tablename__ = "enterprise"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        UniqueConstraint("jurisdiction_id", "code"),
        CheckConstraint("supervision_class IN ('key', 'general', 'special')", name="class"),
        CheckConstraint("state IN ('active', 'proposed', 'closed')", name="state"),
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
    address: Mapped[str]
    location: Mapped[Point]
    given: Mapped[Facts]  # {"crs": ..., "coordinates": [lon, lat]}
    grid_reason: Mapped[str | None]  # why the grid is not the one of the location
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    is_scattered_polluter: Mapped[bool]
    state: Mapped[str]
    version: Mapped[int]  # of the row, for If-Match
