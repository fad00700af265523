"""The tables of the trail. The application may add to it and read it, and nothing else."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from gridsvc.db import Counter, Model
from gridsvc.scoped import InJurisdiction


class AuditHead(InJurisdiction, Model):
    """The last link of a jurisdiction's chain. Its row lock puts writers in a line."""

    __tablename__ = "audit_head"

    seq: Mapped[Counter]
    hash: Mapped[str]


class AuditEntry(InJurisdiction, Model):
    """One link: somebody did something to something.

    `text` is the whole link as JSON and `hash` its digest; the other columns repeat what is
    searched for, and verification compares them with the text.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "jurisdiction_id", "subject_id", "seq"),
        Index(None, "jurisdiction_id", "person_id", "seq"),
        Index(None, "jurisdiction_id", "deed", "seq"),
        Index(None, "jurisdiction_id", "at"),
    )

    seq: Mapped[Counter] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    person_id: Mapped[UUID | None]
    deed: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    text: Mapped[str]
    hash: Mapped[str]


class AuditAnchor(InJurisdiction, Model):
    """Where the chain ended when a local day began, signed. A copy elsewhere is a witness.

    It belongs to the trail, so it leaves no line of its own.
    """

    __tablename__ = "audit_anchor"

    day: Mapped[date] = mapped_column(primary_key=True)
    seq: Mapped[Counter]
    hash: Mapped[str]
    signed_at: Mapped[datetime]
    signature: Mapped[str]
