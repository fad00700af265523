from datetime import UTC, date, datetime

from gridsvc.certificates.models import Certificate
from gridsvc.people.models import Person
from gridsvc.session import Session


def add_certificate(
    session: Session,
    person: Person,
    number: str,
    *,
    since: date = date(2025, 1, 1),
    until: date = date(2029, 12, 31),
) -> Certificate:
    certificate = Certificate(
        person_id=person.id, number=number, valid_from=since, valid_until=until,
        recorded_at=datetime(2025, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    session.add(certificate)
    session.flush()
    return certificate
