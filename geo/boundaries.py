"""Areas that share out a larger one: each sound in itself, inside it, beside one another.

Areas are in EPSG:4326. Two drawings of one line seldom agree to the last digit, so what is no
wider than TOLERANCE_M counts neither as an overlap nor as a gap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, isfinite, radians
from typing import Any, TypeAlias, cast

import numpy as np
import shapely
from pyproj import Geod
from shapely import MultiPolygon, Point, Polygon, STRtree

TOLERANCE_M = 1.0  # neighbours digitised apart differ by decimetres; a phone's fix by ten metres
NEAR_BORDER_M = 30.0  # what a phone's fix may be off between houses: ask who is standing there

Area: TypeAlias = Polygon | MultiPolygon

_WGS84 = Geod(ellps="WGS84")
_DEGREE_M = 111_320.0  # of latitude, and of longitude at the equator
_SHORTEST_RING = 4
_RANGES = ((-180, 180), (-90, 90))


@dataclass(frozen=True)
class Piece:
    """A piece of land that should not be there: how large, and a place inside it."""

    area_m2: float
    at: Point


def rings_fault(polygons: Any) -> str | None:
    """Return what is wrong with the coordinates of a GeoJSON MultiPolygon, or None.

    Looks at them as they came: shapely would close an open ring without a word.
    """
    if not isinstance(polygons, list) or not polygons:
        return "has no coordinates"
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            return "has a polygon without rings"
        for ring in polygon:
            if fault := _ring_fault(ring):
                return fault
    return None


def _ring_fault(ring: Any) -> str | None:
    if not isinstance(ring, list):
        return "has a ring that is no list of positions"
    for number, position in enumerate(ring, start=1):
        if fault := _position_fault(position):
            return f"position {number} of a ring {fault}"
    if len(ring) < _SHORTEST_RING:
        return f"has a ring of {len(ring)} positions; it takes {_SHORTEST_RING} or more"
    if ring[0][:2] != ring[-1][:2]:
        return f"has a ring that is not closed: it begins at {ring[0]} and ends at {ring[-1]}"
    return None


def _position_fault(position: Any) -> str | None:
    if not isinstance(position, list) or len(position) < 2:
        return "is not [longitude, latitude]"
    for number, (least, most) in zip(position, _RANGES, strict=False):
        if isinstance(number, bool) or not isinstance(number, int | float):
            return "is not [longitude, latitude]"
        if isinstance(number, float) and not isfinite(number):
            return f"is not a finite number: {position}"
        if not least <= number <= most:
            return f"is outside the world, or in metres, or latitude came first: {position}"
    return None


def multipolygon(polygons: Any) -> MultiPolygon:
    """Return the area with the coordinates of a GeoJSON MultiPolygon that has no rings_fault."""
    flat = [[[position[:2] for position in ring] for ring in polygon] for polygon in polygons]
    return MultiPolygon([Polygon(rings[0], rings[1:]) for rings in flat])


def strays(inner: Area, outer: Area) -> list[Piece]:
    """Return the pieces of `inner` that lie outside `outer`, the largest first."""
    return _wide_pieces(shapely.difference(inner, outer))


def gaps(outer: Area, inner: Sequence[Area]) -> list[Piece]:
    """Return the pieces of `outer` that none of `inner` covers, the largest first."""
    return _wide_pieces(shapely.difference(outer, shapely.union_all(list(inner))))


def overlaps(areas: Sequence[Area]) -> Iterator[tuple[int, int, list[Piece]]]:
    """Yield each two of `areas`, by their places, that share land, and the pieces they share."""
    tree = STRtree(areas)
    ones, others = tree.query(areas, predicate="intersects")
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        if one < other:
            shared = _wide_pieces(shapely.intersection(areas[one], areas[other]))
            if shared:
                yield one, other, shared


def same_area(one: Area, other: Area) -> bool:
    """Say whether two areas are the same line for line, wherever their rings begin."""
    return bool(one.normalize().equals_exact(other.normalize(), 1e-9))  # a tenth of a millimetre


def moved_share(before: Area, after: Area) -> float:
    """Return how much land changed sides, as a share of what the area was before."""
    return _area_m2(shapely.symmetric_difference(before, after)) / _area_m2(before)


def _wide_pieces(land: Any) -> list[Piece]:
    wide = [
        Piece(_area_m2(part), part.representative_point())
        for part in _polygons(land)
        if _is_wide(part)
    ]
    return sorted(wide, key=lambda piece: -piece.area_m2)


def _is_wide(part: Polygon) -> bool:
    """Say whether a circle as wide as the tolerance fits in somewhere."""
    south = radians(part.bounds[1])
    in_m = shapely.transform(part, lambda xy: xy * (_DEGREE_M * np.array([cos(south), 1.0])))
    return not in_m.buffer(-TOLERANCE_M / 2).is_empty


def _area_m2(land: Any) -> float:
    return sum(
        abs(cast(float, _WGS84.geometry_area_perimeter(part.normalize())[0]))
        for part in _polygons(land)
    )


def _polygons(land: Any) -> list[Polygon]:
    """Return the polygons that `land` consists of, without lines and points left by a cut."""
    return [part for part in shapely.get_parts(land) if isinstance(part, Polygon)]
