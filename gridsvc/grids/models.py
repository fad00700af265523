"""The tree of grids, and their boundaries through time."""

from datetime import datetime
from uuid import UUID

from shapely import MultiPolygon
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from gridsvc.db import Model, Period
from gridsvc.named import Named
from gridsvc.scoped import Scoped, scoped_fk, scoped_rel


class Grid(Named, Scoped, Model):
    """An area of supervision (网格). Level 1 is the highest. Names repeat; codes do not."""

    __tablename__ = "grid"
    __table_args__ = (
        scoped_fk("parent_id", "grid"),
        UniqueConstraint("jurisdiction_id", "code"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("(level = 1) = (parent_id IS NULL)", name="parent"),
        Index(None, "jurisdiction_id", "parent_id"),
    )

    parent_id: Mapped[UUID | None]
    level: Mapped[int]
    kind: Mapped[str]  # territorial, or an overlay: reserve, park, construction_dust, river
    code: Mapped[str]


class BoundarySet(Scoped, Model):
    """Boundaries that were drawn, checked and put in force together."""

    __tablename__ = "boundary_set"

    name: Mapped[str]
    source: Mapped[str]  # the file it came from, with its digest
    crs: Mapped[str]  # what the file was drawn in, before it became EPSG:4326
    in_force_from: Mapped[datetime | None]  # None: since ever
    created_at: Mapped[datetime]


class Boundary(Scoped, Model):
    """Where a grid lay during a period. A grid has at most one boundary at any instant."""

    __tablename__ = "boundary"
    __table_args__ = (
        scoped_fk("grid_id", "grid"),
        scoped_fk("set_id", "boundary_set"),
        ExcludeConstraint(
            ("jurisdiction_id", "="), ("grid_id", "="), ("period", "&&"), name="ex_boundary_period"
        ),
        Index(None, "area", postgresql_using="gist"),
    )

    grid_id: Mapped[UUID]
    set_id: Mapped[UUID]
    area: Mapped[MultiPolygon]
    period: Mapped[Period]

    grid: Mapped[Grid] = scoped_rel("Boundary.grid_id", "Grid")
