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


def are_waiting(session: Session) -> bool:
    """Say whether there are pictures that nobody has looked at."""
    waiting = select(Media.id).where(Media.looked_at.is_(None), Media.width_px.is_not(None))
    return session.scalar(waiting.limit(1)) is not None


def media_types(session: Session, hashes: Collection[str]) -> dict[str, str]:
    """Return what the originals with these hashes are, of those that are there."""
    found = select(Media.sha256, Media.media_type).where(Media.sha256.in_(hashes))
    return {sha256: kind for sha256, kind in session.execute(found)} if hashes else {}


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


def declared_as(
    session: Session,
    sha256: str,
    grid_ids: Collection[UUID],
    person_id: UUID,
    record_id: UUID | None,
) -> Photo | None:
    """Return a photo as a record declares it that somebody may see: this one, or the first."""
    seen = or_(Photo.sender_id == person_id, _in_grids(grid_ids))
    found = select(Photo).where(Photo.sha256 == sha256, seen).order_by(Photo.declared_at, Photo.id)
    if record_id is not None:
        found = found.where(Photo.record_id == record_id)
    return session.scalars(found.limit(1)).one_or_none()


def record_of(session: Session, photo: Photo) -> FieldRecord | None:
    """Return the record that declares a photo, of whatever kind."""
    for model in FieldRecord.__subclasses__():
        if model.__tablename__ == photo.record_kind:  # type: ignore[attr-defined]
            return session.get(model, photo.record_id)
    return None


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
