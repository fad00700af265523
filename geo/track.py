"""A track: where somebody was, and when.

Fixes are an array with a row for each fix, in order of time: longitude and latitude in degrees
(EPSG:4326), Unix time in seconds.
"""

import numpy as np
from numpy.typing import NDArray

from geo.distance import WGS84

Fixes = NDArray[np.float64]


def track_m(fixes: Fixes) -> float:
    """Return the geodesic length of the way from fix to fix, in metres.

    A fix wanders, so somebody who stands still has walked a little, too.
    """
    return float(WGS84.line_length(fixes[:, 0], fixes[:, 1]))


def duration_s(fixes: Fixes) -> float:
    """Return the seconds from the first fix to the last; 0 for fewer than two."""
    return float(np.ptp(fixes[:, 2])) if len(fixes) else 0.0


def gaps(fixes: Fixes, longer_than_s: float) -> list[tuple[float, float]]:
    """Return the stretches, (from, until) in Unix seconds, without a fix for longer than that."""
    moments = fixes[:, 2]
    [before] = np.nonzero(np.diff(moments) > longer_than_s)
    return [(float(moments[n]), float(moments[n + 1])) for n in before]
