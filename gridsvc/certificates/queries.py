"""Reading the certificates of enforcement officers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from gridsvc.certificates.models import Certificate
from gridsvc.session import Session


def certificates(session: Session, person_id: UUID | None = None) -> Sequence[Certificate]:
    """Return all certificates, or those of one person, each with its holder; the latest first."""
    found = select(Certificate).options(joinedload(Certificate.person))
    if person_id:
        found = found.where(Certificate.person_id == person_id)
    in_order = found.order_by(Certificate.valid_from.desc(), Certificate.number)
    return session.scalars(in_order).all()


def of_each(session: Session, person_ids: Collection[UUID]) -> dict[UUID, list[Certificate]]:
    """Return the certificates of some people, by person."""
    found: dict[UUID, list[Certificate]] = defaultdict(list)
    if person_ids:
        theirs = select(Certificate).where(Certificate.person_id.in_(person_ids))
        for one in session.scalars(theirs.order_by(Certificate.valid_from.desc())):
            found[one.person_id].append(one)
    return found


def numbers_on(session: Session, person_ids: Collection[UUID], day: date) -> dict[UUID, str]:
    """Return the number of the certificate of each of some people that is good on a day."""
    held = of_each(session, person_ids)
    good = {id: [one.number for one in ones if one.is_good_on(day)] for id, ones in held.items()}
    return {id: numbers[0] for id, numbers in good.items() if numbers}
