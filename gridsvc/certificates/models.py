"""What shows that somebody may inspect formally."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from gridsvc.db import Model
from gridsvc.people.models import Person
from gridsvc.scoped import Scoped, scoped_fk, scoped_rel


class Certificate(Scoped, Model):
    """The certificate of an enforcement officer (执法证). Withdrawn, it stays and says why.

    Both days are local and included; from the day of its withdrawal on it is good no more.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        scoped_fk("person_id", "person"),
        CheckConstraint("valid_until >= valid_from", name="days"),
        Index(None, "jurisdiction_id", "person_id"),
        Index(
            "ix_certificate_number", "jurisdiction_id", "number", unique=True,
            postgresql_where=text("withdrawn_on IS NULL"),
        ),
    )  # fmt: skip

    person_id: Mapped[UUID]
    number: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str | None]

    person: Mapped[Person] = scoped_rel("Certificate.person_id", "Person")

    def is_good_on(self, day: date) -> bool:
        until = self.withdrawn_on
        return self.valid_from <= day <= self.valid_until and (until is None or day < until)
