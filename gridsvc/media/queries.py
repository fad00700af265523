"""Which photos are there, which are still missing, and who may see them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from gridsvc.media.models import Media, Photo, Upload
from gridsvc.records import FieldRecord
from gridsvc.session import Session

ARRIVED = and_(
    Upload.jurisdiction_id == Photo.jurisdiction_id,
    Upload.sender_id == Photo.sender_id,
    Upload.sha256 == Photo.sha256,
    Upload.completed_at.is_not(None),
)


def missing(session: Session, record_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return, by record, the hashes of declared photos whose bytes its sender has not sent.

    Knowing the hash of somebody else's photo is not having it.
    """
    if not record_ids:
        return {}
    absent = (
        select(Photo.record_id, Photo.sha256)
        .outerjoin(Upload, ARRIVED)
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


def is_declared(session: Session, sender_id: UUID, sha256: str) -> bool:
    """Say whether a record of its sender's declares a photo."""
    declared = select(Photo.id).where(Photo.sender_id == sender_id, Photo.sha256 == sha256)
    return session.scalar(declared.limit(1)) is not None


def media_for(
    session: Session, sha256: str, grid_ids: Collection[UUID], person_id: UUID
) -> Media | None:
    """Return a photo that somebody may see: they sent it, or a record of `grid_ids` has it.

    A record has it if its own sender sent it, too: whoever knows a hash could declare it.
    """
    mine = exists().where(
        Upload.jurisdiction_id == Media.jurisdiction_id,
        Upload.sha256 == Media.sha256,
        Upload.sender_id == person_id,
        Upload.completed_at.is_not(None),
    )
    there = exists().where(
        Photo.jurisdiction_id == Media.jurisdiction_id,
        Photo.sha256 == Media.sha256,
        _in_grids(grid_ids),
        exists().where(ARRIVED),
    )
    found = select(Media).where(Media.sha256 == sha256, or_(mine, there))
    return session.scalars(found).one_or_none()


def photos_for(
    session: Session, record_id: UUID, grid_ids: Collection[UUID], person_id: UUID
) -> Sequence[Photo]:
    """Return the photos of a record that somebody may see: it is theirs, or one of `grid_ids`."""
    seen = or_(Photo.sender_id == person_id, _in_grids(grid_ids))
    found = select(Photo).where(Photo.record_id == record_id, seen)
    return session.scalars(found.order_by(Photo.taken_at, Photo.sha256)).all()


def _in_grids(grid_ids: Collection[UUID]) -> ColumnElement[bool]:
    """A photo's record, of whatever kind, lies in one of these grids."""
    return or_(
        *(
            and_(
                Photo.record_kind == model.__tablename__,  # type: ignore[attr-defined]
                exists().where(
                    model.jurisdiction_id == Photo.jurisdiction_id,
                    model.id == Photo.record_id,
                    model.grid_id.in_(grid_ids),
                ),
            )
            for model in FieldRecord.__subclasses__()
        )
    )
