"""A track: where somebody was, and when.

Fixes are an array with a row for each fix, in order of time: longitude and latitude in degrees
(EPSG:4326), Unix time in seconds. `accuracies` beside it are metres, NaN where not known.
"""

from collections.abc import Iterable
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from geo.distance import WGS84

Fixes = NDArray[np.float64]
Numbers = NDArray[np.float64]
Stretch = tuple[float, float]  # (from, until) in Unix seconds

METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere: good to half a percent
WINDOW = 5  # fixes: a jump of one or two is noise
STOP_RADIUS_M = 50.0
TRACE = 64  # digests by which a track is known again


def track_m(fixes: Fixes) -> float:
    """Return the geodesic length of the way from fix to fix, in metres.

    A fix wanders, so somebody who stands still has walked a little, too.
    """
    return float(WGS84.line_length(fixes[:, 0], fixes[:, 1]))


def duration_s(fixes: Fixes) -> float:
    """Return the seconds from the first fix to the last; 0 for fewer than two."""
    return float(np.ptp(fixes[:, 2])) if len(fixes) else 0.0


def gaps(fixes: Fixes, longer_than_s: float) -> list[Stretch]:
    """Return the stretches, (from, until) in Unix seconds, without a fix for longer than that."""
    moments = fixes[:, 2]
    [before] = np.nonzero(np.diff(moments) > longer_than_s)
    return [(float(moments[n]), float(moments[n + 1])) for n in before]


def during(fixes: Fixes, stretches: Iterable[Stretch]) -> NDArray[np.bool_]:
    """Say of each fix whether it lies within one of some stretches."""
    within = np.zeros(len(fixes), dtype=np.bool_)
    for since, until in stretches:
        within |= (fixes[:, 2] >= since) & (fixes[:, 2] <= until)
    return within


def legs(fixes: Fixes, gap_s: float) -> list[Fixes]:
    """Return a track in the pieces between its gaps: of a gap nobody knows the way."""
    [before] = np.nonzero(np.diff(fixes[:, 2]) > gap_s)
    return [piece for piece in np.split(fixes, before + 1) if len(piece)]


def stops(
    fixes: Fixes, least_s: float, gap_s: float, radius_m: float = STOP_RADIUS_M
) -> list[Stretch]:
    """Return the stretches of at least `least_s` spent within `radius_m` of where they began."""
    found: list[Stretch] = []
    for leg in legs(fixes, gap_s):
        places, first = smoothed(planar(leg)), 0
        for n in range(1, len(leg) + 1):
            if n < len(leg) and np.hypot(*(places[n] - places[first])) <= radius_m:
                continue
            if leg[n - 1, 2] - leg[first, 2] >= least_s:
                found.append((float(leg[first, 2]), float(leg[n - 1, 2])))
            first = n
    return found


def planar(fixes: Fixes, around: tuple[float, float] | None = None) -> Numbers:
    """Return fixes as metres east and north of a place, by default of the first fix.

    Flat: good to a percent within some 50 km.
    """
    lon, lat = around if around is not None else (fixes[0, 0], fixes[0, 1])
    east = (fixes[:, 0] - lon) * np.cos(np.radians(lat))
    return np.column_stack([east, fixes[:, 1] - lat]) * METRES_PER_DEGREE


def smoothed(places: Numbers, window: int = WINDOW) -> Numbers:
    """Return the running median of places, in which a jump of one or two fixes does not show."""
    if len(places) < window:
        return places
    half = window // 2
    padded = np.pad(places, ((half, half), (0, 0)), mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0)
    return np.asarray(np.median(views, axis=-1))


def fastest(
    fixes: Fixes, accuracies: Numbers, *, limit_mps: float, slack_m: float, worst_m: float
) -> tuple[float, float] | None:
    """Return (metres per second, moment) of the worst change of place that nobody can make.

    None: there is none faster than `limit_mps`. Fixes that say themselves that they are poor do
    not count, jumps of a few fixes are noise, and a phone that repeats its last fix (in a
    tunnel) has been on its way ever since the first of them.
    """
    known = np.nan_to_num(accuracies, nan=0.0)
    good = known <= worst_m
    fixes, known = fixes[good], known[good]
    if len(fixes) < WINDOW:
        return None
    moved = np.append(True, np.any(np.diff(fixes[:, :2], axis=0) != 0, axis=1))
    fixes, known = fixes[moved], known[moved]
    places = smoothed(planar(fixes))
    away_m = np.hypot(*np.diff(places, axis=0).T) if len(places) > 1 else np.empty(0)
    took_s = np.maximum(np.diff(fixes[:, 2]), 1.0)
    excess_m = away_m - limit_mps * took_s - slack_m - known[:-1] - known[1:]
    if not len(excess_m) or excess_m.max() <= 0:
        return None
    worst = int(np.argmax(excess_m))
    return float(away_m[worst] / took_s[worst]), float(fixes[worst + 1, 2])


def trace(fixes: Fixes) -> list[str]:
    """Return digests of some fixes: those that come out least, so of the same track the same.

    Two walks along one street share next to none, as no two fixes are alike to a decimetre.
    """
    places = {f"{lon:.6f} {lat:.6f}" for lon, lat in fixes[:, :2].tolist()}
    return sorted(sha256(place.encode()).hexdigest()[:12] for place in places)[:TRACE]
