"""What sync keeps of its attempts to enter what was kept aside."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from gridsvc.db import Facts, Model
from gridsvc.scoped import Scoped, scoped_fk


class QuarantineAttempt(Scoped, Model):
    """One more attempt to enter what was kept aside: when, by whom, with which verdict."""

    __tablename__ = "quarantine_attempt"
    __table_args__ = (
        scoped_fk("aside_id", "quarantined"),
        Index(None, "jurisdiction_id", "aside_id", "at"),
    )

    aside_id: Mapped[UUID]
    at: Mapped[datetime]
    by: Mapped[str]  # the name of the actor
    verdict: Mapped[str]
    problem: Mapped[Facts]  # empty if it was entered
