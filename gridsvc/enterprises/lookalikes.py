"""Finding, in the registry, entries that may be one and the same place."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from gridsvc.enterprises.alike import NEAR_M, Pair, likeness
from gridsvc.enterprises.models import Enterprise, KeptApart
from gridsvc.session import Session

KEPT = ("proposed", "active", "closed")
DEGREES = NEAR_M / 111_000 / 0.5  # of longitude at 60° north, and so more than enough elsewhere


def candidates(session: Session, id: UUID) -> list[dict[str, Any]]:
    """Return the entries that may be the same place as one, the likeliest first."""
    one, other = aliased(Enterprise), aliased(Enterprise)
    beside = or_(one.uscc == other.uscc, _is_near(one, other))
    pairs = _pairs(one, other).where(one.id == id, other.id != id, beside)
    return [_told(pair, theirs) for pair, _, theirs in _judged(session, pairs)]


def duplicates(
    session: Session, visible: Collection[UUID], limit: int = 200
) -> list[dict[str, Any]]:
    """Return the pairs in the grids of `visible` that may be one place, the likeliest first.

    Those that somebody kept apart are left out.
    """
    one, other = aliased(Enterprise), aliased(Enterprise)
    in_sight = and_(one.grid_id.in_(visible), other.grid_id.in_(visible))
    pairs = _pairs(one, other).where(one.id < other.id, in_sight, _is_near(one, other))
    return [_told(pair, theirs) | {"one": ours} for pair, ours, theirs in _judged(session, pairs)][
        :limit
    ]


def _pairs(one: Any, other: Any) -> Select[Any]:
    distance = func.ST_DistanceSphere(one.location, other.location)
    low, high = func.least(one.id, other.id), func.greatest(one.id, other.id)
    apart = exists().where(
        KeptApart.jurisdiction_id == one.jurisdiction_id,
        KeptApart.one_id == low,
        KeptApart.other_id == high,
    )
    same_county = one.jurisdiction_id == other.jurisdiction_id
    kept = and_(one.state.in_(KEPT), other.state.in_(KEPT))
    return select(one, other, distance).join(other, same_county).where(kept, ~apart)


def _is_near(one: Any, other: Any) -> ColumnElement[bool]:
    near: ColumnElement[bool] = func.ST_DWithin(one.location, other.location, DEGREES)
    return near


def _judged(session: Session, pairs: Select[Any]) -> list[tuple[Pair, Enterprise, Enterprise]]:
    found = [
        (_pair(ours, theirs, distance_m), ours, theirs)
        for ours, theirs, distance_m in session.execute(pairs)
    ]
    some = [each for each in found if each[0].may_be_one or each[0].same_uscc]
    return sorted(some, key=lambda each: (-each[0].likeness, each[0].distance_m))


def _pair(one: Enterprise, other: Enterprise, distance_m: float) -> Pair:
    same = one.uscc is not None and one.uscc == other.uscc
    return Pair(one.id, other.id, distance_m, likeness(one.name, other.name), same)


def _told(pair: Pair, other: Enterprise) -> dict[str, Any]:
    return {
        "other": other,
        "distance_m": round(pair.distance_m, 1),
        "likeness": round(pair.likeness, 2),
        "reasons": pair.reasons,
    }
