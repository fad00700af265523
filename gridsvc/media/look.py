"""Looking at pictures after they arrived: EXIF, a thumbnail, and which earlier ones look alike.

One picture of a county after the other, in the order of their arrival: each is compared
with those that were looked at before.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy import select, text

from gridsvc import pictures
from gridsvc.exif import claims_of
from gridsvc.ids import new_id
from gridsvc.likeness import WINDOWS, Fingerprint, Question, compare, fingerprint, question
from gridsvc.media.models import Media, Picture, PictureMatch
from gridsvc.session import Session
from gridsvc.store import Store

MOST_BITS = 14  # between the hashes of two pictures that are looked at side by side
MOST_CANDIDATES = 30
ALIKE = 0.9  # the likeness of details from which on two pictures are of one shot
QUARTER_DEG = 90

CANDIDATES = text("""
    SELECT * FROM (
        SELECT DISTINCT ON (p.id) p.id, m.sha256, q.nr - 1 AS turn, w.nr - 1 AS part,
               bit_count((w.hash # q.hash)::bit(64)) AS distance
        FROM picture p
        JOIN media m ON m.jurisdiction_id = p.jurisdiction_id AND m.id = p.id
        CROSS JOIN LATERAL unnest(p.hashes) WITH ORDINALITY AS w(hash, nr)
        CROSS JOIN unnest(CAST(:hashes AS bigint[])) WITH ORDINALITY AS q(hash, nr)
        WHERE p.jurisdiction_id = :jurisdiction_id AND p.id <> :id
          AND p.keys && CAST(:keys AS integer[])
          AND bit_count((w.hash # q.hash)::bit(64)) <= :most_bits
        ORDER BY p.id, distance
    ) AS near ORDER BY distance, id LIMIT :most
""")


def look_at_next(session: Session, store: Store, *, now: datetime) -> Media | None:
    """Look at the picture that has waited longest; return it, or None if none waits.

    It is locked, so two who look take turns, and whoever is later sees what the other found.
    """
    waiting = select(Media).where(Media.looked_at.is_(None), Media.width_px.is_not(None))
    media = session.scalars(waiting.order_by(Media.id).limit(1).with_for_update()).one_or_none()
    if media is not None:
        media.looked_at = now
        _look(session, store, media)
    return media


def thumb_of(store: Store, sha256: str) -> bytes:
    """Return the thumbnail of an original. One that is not there yet, or was lost, is made.

    Raises FileNotFoundError or NotAPicture.
    """
    with suppress(FileNotFoundError):
        return store.thumb(sha256).read_bytes()
    with store.original(sha256).open() as file:
        thumb = pictures.examine(file).thumb
    store.thumb(sha256).write_bytes(thumb)
    return thumb


def _look(session: Session, store: Store, media: Media) -> None:
    try:
        with store.original(media.sha256).open() as file:
            found = pictures.examine(file)
    except (FileNotFoundError, pictures.NotAPicture) as fault:
        row = Picture(id=media.id, exif={}, fault=str(fault), hashes=[], keys=[])
        session.add(row)
        return
    store.thumb(media.sha256).write_bytes(found.thumb)
    small = _opened(found.thumb)
    _keep(session, media.id, found.exif, fingerprint(small))
    session.add_all(_matches(session, store, media.id, small))
    session.flush()


def _keep(session: Session, id: UUID, exif: dict[str, Any], told: Fingerprint) -> None:
    claims = vars(claims_of(exif))
    session.add(Picture(id=id, exif=exif, hashes=told.hashes, keys=told.keys, **claims))
    session.flush()


def _matches(
    session: Session, store: Store, id: UUID, small: Image.Image
) -> Iterator[PictureMatch]:
    for near in _candidates(session, id, question(small)):
        with suppress(FileNotFoundError, pictures.NotAPicture):
            earlier, part = _opened(thumb_of(store, near.sha256)), WINDOWS[near.part]
            likeness = compare(small, earlier, turn=near.turn, window=part)
            if likeness >= ALIKE:
                yield PictureMatch(
                    id=new_id(),
                    media_id=id,
                    earlier_id=near.id,
                    distance=near.distance,
                    likeness=likeness,
                    turned_deg=near.turn * QUARTER_DEG,
                    part=dict(zip(("left", "top", "right", "bottom"), part, strict=True)),
                )


def _candidates(session: Session, id: UUID, asked: Question) -> Sequence[Any]:
    if not asked.keys:
        return []
    told = {"hashes": asked.hashes, "keys": asked.keys, "id": id}
    bounds = {"most_bits": MOST_BITS, "most": MOST_CANDIDATES}
    here = {"jurisdiction_id": session.jurisdiction_id}
    return session.execute(CANDIDATES, told | bounds | here).all()


def _opened(thumb: bytes) -> Image.Image:
    with Image.open(BytesIO(thumb), formats=["JPEG"]) as image:
        return image.convert("L")
