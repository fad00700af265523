"""Tables that live inside one jurisdiction, and the keys between them.

A jurisdiction is what one transaction touches and what one machine holds. So its id
comes first in the key of everything in it, and every reference carries it along.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, Relationship, mapped_column, relationship

from gridsvc.db import Model
from gridsvc.ids import new_id


class Shared:
    """A small table that every jurisdiction reads."""


class Local:
    """A table of one machine, such as the job queue. Nothing else points at it."""


class InJurisdiction:
    """A row of one jurisdiction. On its own for books with a key of their own."""

    jurisdiction_id: Mapped[int] = mapped_column(
        ForeignKey("jurisdiction.id"), primary_key=True, sort_order=-2
    )


class Scoped(InJurisdiction):
    """A thing of one jurisdiction, named by a UUIDv7. The usual base of a table."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


class Jurisdiction(Shared, Model):
    """A level-1 grid with everything under it, usually a county.

    Its id is ours and never changes. The division code does (GB/T 2260; 大洼 in 2016), and
    a development zone has none.
    """

    __tablename__ = "jurisdiction"
    __table_args__ = (CheckConstraint("second_factor IN ('none', 'desk')", name="second_factor"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    division_code: Mapped[str | None]
    is_synthetic: Mapped[bool]  # invented for demonstration: every face of it says so
    second_factor: Mapped[str] = mapped_column(default="none")  # who has to have one
    sync_epoch: Mapped[UUID] = mapped_column(default=new_id)  # a new one after every restore
    created_at: Mapped[datetime]


def scoped_fk(column: str, table: str) -> ForeignKeyConstraint:
    """Return the foreign key from `column` to a row of `table` in the same jurisdiction."""
    return ForeignKeyConstraint(
        ["jurisdiction_id", column], [f"{table}.jurisdiction_id", f"{table}.id"]
    )


def scoped_rel(reference: str, target: str, **options: Any) -> Relationship[Any]:
    """Return the relationship along a scoped_fk: scoped_rel("Duty.person_id", "Person").

    Setting it sets the reference alone; the jurisdiction of a row never changes.
    """
    owner = reference.partition(".")[0]
    join = (
        f"and_({owner}.jurisdiction_id == {target}.jurisdiction_id,"
        f" foreign({reference}) == {target}.id)"
    )
    return relationship(target, primaryjoin=join, **options)
