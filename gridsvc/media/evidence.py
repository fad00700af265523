"""What the photos of records say against them: seen before, or at odds with their EXIF.

A photo that several records of one visit declare is no news, nor are several shots of one
heap: only what was shown again later, or by somebody else, is.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from geo.distance import distance_m
from gridsvc.actor import Actor
from gridsvc.flags import service as flags
from gridsvc.flags.rules import Finding
from gridsvc.media.models import Media, Photo, Picture, PictureMatch
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import NoRuleSet, Numbers, in_force
from gridsvc.session import Session
from gridsvc.weeks import LOCAL

ONE_VISIT = timedelta(minutes=15)
SIGNATURE = "signature"  # all look alike; but no two that were drawn are the same bytes


@dataclass(frozen=True)
class Seen:
    """Two photos that records declare, which show the same; how that was found out."""

    one: Photo
    other: Photo
    match: PictureMatch | None = None  # None: they are the same bytes

    @property
    def in_order(self) -> tuple[Photo, Photo]:
        """Return the later one, and the earlier one."""
        first, second = sorted((self.one, self.other), key=lambda p: (p.taken_at, p.declared_at))
        return second, first


def weigh(session: Session, record_ids: Collection[UUID], *, by: Actor, now: datetime) -> None:
    """Raise the flags that the photos of records give reason to, on these or on later ones."""
    found = [*_seen_before(session, record_ids), *_exif_conflicts(session, record_ids)]
    if found:
        flags.note(session, found, by=by, now=now)


def records_with(session: Session, sha256: str) -> list[UUID]:
    """Return the records that declare a photo."""
    return list(session.scalars(select(Photo.record_id).where(Photo.sha256 == sha256).distinct()))


def is_reuse(later: Photo, earlier: Photo) -> bool:
    """Say whether a photo was shown again, and not twice in one visit."""
    if later.record_id == earlier.record_id and later.sha256 == earlier.sha256:
        return False
    if later.sender_id != earlier.sender_id:
        return True
    return later.taken_at - earlier.taken_at > ONE_VISIT


def _seen_before(session: Session, record_ids: Collection[UUID]) -> Iterator[Finding]:
    """Yield a finding for each photo that was seen before; it names the first time."""
    pairs = sorted(_pairs(session, record_ids), key=lambda seen: seen.in_order[1].declared_at)
    told: set[tuple[UUID, str, str]] = set()
    for seen in pairs:
        later, earlier = seen.in_order
        kind = "picture_seen_before" if seen.match else "photo_seen_before"
        about = (later.record_id, later.sha256, kind)
        if about not in told and is_reuse(later, earlier):
            told.add(about)
            yield _finding(kind, later, _earlier(earlier) | _likeness(seen.match))


def _pairs(session: Session, record_ids: Collection[UUID]) -> Iterator[Seen]:
    one, other = aliased(Photo), aliased(Photo)
    same = and_(
        other.jurisdiction_id == one.jurisdiction_id,
        other.sha256 == one.sha256,
        other.id != one.id,
    )
    theirs = one.record_id.in_(record_ids)
    for mine, its in session.execute(select(one, other).join(other, same).where(theirs)):
        yield Seen(mine, its)
    for mine, its, match in session.execute(_alike(one, other, theirs)):
        yield Seen(mine, its, match)


def _alike(one: Any, other: Any, theirs: ColumnElement[bool]) -> Select[Any]:
    mine, its, match = aliased(Media), aliased(Media), PictureMatch
    ways = or_(
        and_(match.media_id == mine.id, match.earlier_id == its.id),
        and_(match.earlier_id == mine.id, match.media_id == its.id),
    )
    here = match.jurisdiction_id == mine.jurisdiction_id
    either = or_(match.media_id == mine.id, match.earlier_id == mine.id)
    return (
        select(one, other, match)
        .join(mine, _of(mine, one))
        .join(match, and_(here, either))
        .join(its, and_(its.jurisdiction_id == mine.jurisdiction_id, ways))
        .join(other, _of(its, other))
        .where(theirs, one.purpose != SIGNATURE, other.purpose != SIGNATURE)
    )


def _of(media: Any, photo: Any) -> ColumnElement[bool]:
    return and_(media.jurisdiction_id == photo.jurisdiction_id, media.sha256 == photo.sha256)


def _exif_conflicts(session: Session, record_ids: Collection[UUID]) -> Iterator[Finding]:
    """Yield a finding for each photo whose EXIF tells another time or place than its record."""
    looked_at = (
        select(Photo, Picture)
        .join(Media, _of(Media, Photo))
        .join(
            Picture,
            and_(Picture.jurisdiction_id == Media.jurisdiction_id, Picture.id == Media.id),
        )
        .where(Photo.record_id.in_(record_ids))
    )
    rows = session.execute(looked_at).all()
    rule_sets = session.scalars(select(RuleSet)).all() if rows else []
    for photo, picture in rows:
        numbers = _numbers(rule_sets, photo.taken_at)
        if numbers is not None and (told := conflict(photo, picture, numbers)):
            yield _finding("exif_conflict", photo, told)


def _numbers(rule_sets: Iterable[RuleSet], at: datetime) -> Numbers | None:
    try:
        return Numbers.read(in_force(rule_sets, at).document)
    except NoRuleSet:
        return None


def conflict(photo: Photo, picture: Picture, numbers: Numbers) -> dict[str, Any]:
    """Return in what EXIF and record contradict each other by more than the rules allow.

    Both times are by the phone's own clock, so a clock that is wrong is no conflict.
    """
    found: dict[str, Any] = {}
    if picture.taken_local is not None:
        off = photo.taken_at.astimezone(LOCAL).replace(tzinfo=None) - picture.taken_local
        if abs(off.total_seconds()) > numbers.clock_skew_s:
            found["off_s"], found["allowed_s"] = round(off.total_seconds()), numbers.clock_skew_s
            found["exif_time"] = picture.taken_local.isoformat()
    if picture.position is not None and photo.position is not None:
        away_m = distance_m(picture.position, photo.position)
        if away_m - (photo.accuracy_m or 0) > numbers.site_radius_m:
            found["distance_m"], found["allowed_m"] = round(away_m), numbers.site_radius_m
    return found


def _finding(kind: str, photo: Photo, evidence: dict[str, Any]) -> Finding:
    return Finding(
        kind=kind,
        record_kind=photo.record_kind,
        record_id=photo.record_id,
        about=photo.sha256,
        evidence={"sha256": photo.sha256} | evidence,
    )


def _earlier(photo: Photo) -> dict[str, Any]:
    return {
        "earlier_sha256": photo.sha256,
        "earlier_record_kind": photo.record_kind,
        "earlier_record_id": str(photo.record_id),
        "earlier_taken_at": photo.taken_at.isoformat(),
    }


def _likeness(match: PictureMatch | None) -> dict[str, Any]:
    if match is None:
        return {}
    return {
        "distance_bits": match.distance,
        "likeness_pct": round(match.likeness * 100, 1),
        "turned_deg": match.turned_deg,
    }
