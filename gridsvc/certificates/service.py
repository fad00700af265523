"""Entering certificates, and withdrawing them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gridsvc.accountability.service import UnknownPerson
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import put
from gridsvc.certificates.models import Certificate
from gridsvc.errors import Conflict, NotFound
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.weeks import local_day


class CertificateTaken(Conflict):
    """A certificate with that number is entered already."""


class UnknownCertificate(NotFound):
    """No such certificate."""


class CertificateWithdrawn(Conflict):
    """The certificate was withdrawn before."""


def certify(session: Session, facts: Mapping[str, Any], *, by: Actor, now: datetime) -> Certificate:
    """Enter the certificate of somebody. Raises UnknownPerson, CertificateTaken."""
    here, id = session.jurisdiction_id, new_id()
    if session.get(Person, (here, facts["person_id"])) is None:
        raise UnknownPerson(f"There is no {facts['person_id']}.")
    row = {"id": id, "recorded_at": now, "recorded_by_id": by.person_id, **facts}
    if not put(session, Certificate, [row], "ON CONFLICT DO NOTHING RETURNING id"):
        raise CertificateTaken(f"{facts['number']} is entered already.")
    one = session.get_one(Certificate, (here, id))
    told = {name: [None, _plain(value)] for name, value in facts.items()}
    audit.record(session, [_line("certificate.enter", one, told)], by=by, at=now)
    return one


def withdraw(
    session: Session, certificate_id: UUID, *, reason: str, by: Actor, now: datetime
) -> Certificate:
    """Say that a certificate is good no more, from today on.

    Raises UnknownCertificate, CertificateWithdrawn.
    """
    key = (session.jurisdiction_id, certificate_id)
    one = session.get(Certificate, key, with_for_update=True)
    if one is None:
        raise UnknownCertificate("There is none with that id.")
    if one.withdrawn_on is not None:
        raise CertificateWithdrawn(f"It was withdrawn: {one.withdrawn_reason}")
    one.withdrawn_on, one.withdrawn_reason = local_day(now), reason
    told = {"number": [one.number, None], "reason": [None, reason]}
    audit.record(session, [_line("certificate.withdraw", one, told)], by=by, at=now)
    return one


def _line(deed: str, one: Certificate, changes: dict[str, Any]) -> Act:
    return Act(deed=deed, subject_kind="certificate", subject_id=one.id, changes=changes)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
