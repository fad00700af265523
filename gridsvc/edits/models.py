"""What people wanted changed of a thing that others change, too."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.records import FieldRecord
from gridsvc.scoped import scoped_fk


class FieldEdit(FieldRecord, Model):
    """What somebody wants changed of an issue or an enterprise, and what came of it.

    `changes` are {field: {"from", "to"}} as sent; `applied` the fields that took their new
    value; `overlaps` {field: {"from", "to", "theirs"}} those that somebody else had changed to
    something else. A hard edit waits for a person, whose `choices` are {field: "theirs" or "to"}.
    """

    __tablename__ = "field_edit"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        scoped_fk("settled_by_id", "person"),
        CheckConstraint("state IN ('merged', 'soft', 'hard', 'settled')", name="state"),
        Index(None, "jurisdiction_id", "subject_id", "id"),
        Index(
            None, "jurisdiction_id", "state", "id",
            postgresql_where=text("state IN ('soft', 'hard')"),
        ),
    )  # fmt: skip

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    base_version: Mapped[int]
    changes: Mapped[Facts]
    applied: Mapped[list[str]]
    overlaps: Mapped[Facts]
    state: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None]
    choices: Mapped[Facts]
