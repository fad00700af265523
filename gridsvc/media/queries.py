"""Which photos are there, and which are still missing."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, select

from gridsvc.media.models import Photo, Upload
from gridsvc.session import Session


def missing(session: Session, record_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return, by record, the hashes of declared photos whose bytes its sender has not sent.

    Knowing the hash of somebody else's photo is not having it.
    """
    if not record_ids:
        return {}
    arrived = and_(
        Upload.jurisdiction_id == Photo.jurisdiction_id,
        Upload.sender_id == Photo.sender_id,
        Upload.sha256 == Photo.sha256,
        Upload.completed_at.is_not(None),
    )
    absent = (
        select(Photo.record_id, Photo.sha256)
        .outerjoin(Upload, arrived)
        .where(Photo.record_id.in_(record_ids), Upload.id.is_(None))
        .order_by(Photo.sha256)
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for record_id, sha256 in session.execute(absent):
        found[record_id].append(sha256)
    return dict(found)


def photos_of(session: Session, record_ids: Collection[UUID]) -> Sequence[Photo]:
    """Return the photos that records declare, in the order they were taken."""
    declared = select(Photo).where(Photo.record_id.in_(record_ids))
    return session.scalars(declared.order_by(Photo.taken_at, Photo.sha256)).all()
