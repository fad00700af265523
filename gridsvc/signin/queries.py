"""Who somebody is: person, jurisdiction, duties held now, what they allow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import held_by
from gridsvc.accountability.rules import permissions
from gridsvc.people.models import Account, Person
from gridsvc.roster.queries import subjects_of
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session


def me(session: Session, account_id: UUID, person_id: UUID, at: datetime) -> dict[str, Any]:
    """Return who the caller is, with the duties held at a moment and the deeds they allow."""
    account = session.get_one(Account, account_id)
    return {
        "person": session.get_one(Person, (session.jurisdiction_id, person_id)),
        "login": account.login,
        "jurisdiction": session.get_one(Jurisdiction, session.jurisdiction_id),
        "duties": _duties(session, person_id, at),
        "permissions": permissions(held_by(session, person_id), at),
        "must_change_password": account.must_change_password,
    }


def _duties(session: Session, person_id: UUID, at: datetime) -> list[dict[str, Any]]:
    mine = select(Duty).where(Duty.person_id == person_id, Duty.period.op("@>")(at))
    duties = session.scalars(mine.order_by(Duty.role, Duty.id)).all()
    subjects = subjects_of(session, duties)
    return [
        {
            "id": duty.id,
            "role": duty.role,
            "subject": subjects[duty.subject_id],
            "seat": duty.seat,
            "since": duty.period.lower,
            "until": duty.period.upper,
        }
        for duty in duties
    ]
