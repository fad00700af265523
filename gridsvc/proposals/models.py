"""What the field proposes for the registry. Field records: written once."""

from shapely import Point
from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from gridsvc.db import Model
from gridsvc.records import FieldRecord
from gridsvc.scoped import scoped_fk


class EnterpriseProposal(FieldRecord, Model):
    """A place as somebody found it. The enterprise that it proposes has the same id.

    What becomes of that enterprise is the registry's to say; this stays as it was sent.
    """

    __tablename__ = "enterprise_proposal"
    __table_args__ = (
        scoped_fk("sender_id", "person"),
        scoped_fk("grid_id", "grid"),
        Index(None, "jurisdiction_id", "grid_id", "sync_version", "id"),
        Index(None, "jurisdiction_id", "sender_id", "occurred_at"),
    )

    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    uscc: Mapped[str | None]  # as it was read off a plate, right or not
    note: Mapped[str]
    location: Mapped[Point]
    accuracy_m: Mapped[float | None]
