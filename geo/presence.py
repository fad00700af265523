"""Was somebody there? What a track says of a place, and of another track.

A gap is a gap: somebody may have been anywhere they could reach, so whatever is said here
against somebody holds even if they used every gap well.
"""

import numpy as np
from numpy.typing import NDArray

from geo.track import Fixes, Numbers, planar, smoothed

RUN_MPS = 15.0  # how fast somebody may have come nearer during a gap
STEP_S = 20.0  # how often two tracks are compared


def longest_possible_s(
    fixes: Fixes,
    accuracies: Numbers,
    place: tuple[float, float],
    *,
    radius_m: float,
    gap_s: float,
) -> float:
    """Return for how many seconds in all somebody can have been within `radius_m` of a place.

    Each fix counts for as far as it may err. What lies between two fixes that are inside is
    inside; of a gap, as much as was left after coming there and going back.
    """
    if len(fixes) < 2:
        return float("inf")
    away_m = np.hypot(*smoothed(planar(fixes, place)).T) - np.nan_to_num(accuracies, nan=0.0)
    outside_m = np.maximum(away_m - radius_m, 0.0)
    took_s = np.diff(fixes[:, 2])
    is_gap = took_s > gap_s
    reach_s = (outside_m[:-1] + outside_m[1:]) / RUN_MPS
    near = np.where(is_gap, np.maximum(took_s - reach_s, 0.0), 0.0)
    inside = (outside_m[:-1] == 0) | (outside_m[1:] == 0)
    return float(np.sum(np.where(is_gap, near, np.where(inside, took_s, 0.0))))


def where_at(fixes: Fixes, moments: Numbers, within_s: float) -> Numbers:
    """Return longitude and latitude at moments, NaN where no fix is near on either side."""
    times = fixes[:, 2]
    after = np.clip(np.searchsorted(times, moments), 1, max(len(times) - 1, 1))
    if len(times) < 2:
        return np.full((len(moments), 2), np.nan)
    apart = np.maximum(np.abs(moments - times[after - 1]), np.abs(times[after] - moments))
    places = np.column_stack([np.interp(moments, times, fixes[:, n]) for n in (0, 1)])
    inside = (moments >= times[0]) & (moments <= times[-1])
    places[(apart > within_s) | ~inside] = np.nan
    return places


def apart_m(a: Fixes, b: Fixes, within_s: float) -> Numbers:
    """Return how far apart two tracks were, every 20 s of the time that both can tell of."""
    since, until = max(a[0, 2], b[0, 2]), min(a[-1, 2], b[-1, 2])
    if until <= since:
        return np.empty(0)
    moments = np.arange(since, until, STEP_S)
    ours, theirs = where_at(a, moments, within_s), where_at(b, moments, within_s)
    around = (float(a[0, 0]), float(a[0, 1]))
    between = planar(ours, around) - planar(theirs, around)
    found: NDArray[np.float64] = np.hypot(between[:, 0], between[:, 1])
    return found[~np.isnan(found)]


def is_covered(fixes: Fixes, at: float, within_s: float) -> bool:
    """Say whether a track has any fix that near to a moment."""
    return bool(len(fixes)) and bool(np.min(np.abs(fixes[:, 2] - at)) <= within_s)
