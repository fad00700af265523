"""How much of an area a track has seen."""

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from geo.track import METRES_PER_DEGREE, Fixes

Places = NDArray[np.float64]

SIMPLIFY_M = 5.0  # less than a phone errs


def covered_share(legs: Iterable[Fixes], area: MultiPolygon, seen_m: float) -> float:
    """Return which share of an area lies within `seen_m` of the way walked, 0 to 1.

    `legs` are the pieces of a track between its gaps. Flat around the middle of the area.
    """
    middle = area.centroid
    flat = _flat(area, middle)
    ways = [_way(_flat_points(leg[:, :2], middle)) for leg in legs]
    if not ways or not flat.area:
        return 0.0
    walked = shapely.union_all([way.simplify(SIMPLIFY_M).buffer(seen_m, 4) for way in ways])
    return float(walked.intersection(flat).area / flat.area)


def _way(points: Places) -> BaseGeometry:
    return LineString(points) if len(points) > 1 else Point(points[0])


def _flat(area: MultiPolygon, middle: Point) -> BaseGeometry:
    return shapely.transform(area, lambda points: _flat_points(points, middle)).buffer(0)


def _flat_points(points: Places, middle: Point) -> Places:
    narrow = np.array([np.cos(np.radians(middle.y)), 1.0])
    return np.asarray((points - [middle.x, middle.y]) * narrow * METRES_PER_DEGREE)
