"""The four coordinate systems that may stand at the door, and the way from each to EPSG:4326.

CGCS2000 (EPSG:4490) and WGS 84 differ by centimetres, far below a phone's accuracy. GCJ-02, which
maps in China must use, moves a place by some hundred metres, and BD-09 moves GCJ-02 once more. Both
are known only from the algorithm that circulates in public; the way back is found by iteration,
to a micrometre or better.

That algorithm moves nothing outside a frame around China, and so neither do we: there all four
systems agree. The frame is asked about the coordinate as given, in either direction, so the way
there and back is exact except within a kilometre or two of the frame, which lies at sea and abroad.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from shapely import Geometry, transform

AnyGeometry = TypeVar("AnyGeometry", bound=Geometry)
Degrees = NDArray[np.float64]
Positions = tuple[Degrees, Degrees]  # longitudes and latitudes
Shift = Callable[[Degrees, Degrees], Positions]

WEST, SOUTH, EAST, NORTH = 72.004, 0.8293, 137.8347, 55.8271

_AXIS_M = 6378245.0  # Krasovsky 1940
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD09_TURNS = np.pi * 3000 / 180
_STEPS_BACK = 12  # each gains two digits or more


def to_wgs84(geometry: AnyGeometry, crs: str) -> AnyGeometry:
    """Return `geometry` in EPSG:4326. `crs` is a key of KNOWN_CRS: nothing is ever guessed."""
    shift = KNOWN_CRS[crs]
    return geometry if shift is _in_place else _moved(geometry, partial(_undone, shift))


def from_wgs84(geometry: AnyGeometry, crs: str) -> AnyGeometry:
    """Return a geometry given in EPSG:4326 in `crs`, a key of KNOWN_CRS."""
    return _moved(geometry, KNOWN_CRS[crs])


def _moved(geometry: AnyGeometry, shift: Shift) -> AnyGeometry:
    return cast(AnyGeometry, transform(geometry, partial(_where_framed, shift), interleaved=False))


def _in_place(lon: Degrees, lat: Degrees) -> Positions:
    return lon, lat


def _gcj02(lon: Degrees, lat: Degrees) -> Positions:
    east_m, north_m = _gcj02_shift_m(lon - 105, lat - 35)
    phi = np.radians(lat)
    bulge = 1 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    along_parallel_m = _AXIS_M / np.sqrt(bulge) * np.cos(phi)
    along_meridian_m = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / bulge**1.5
    return lon + np.degrees(east_m / along_parallel_m), lat + np.degrees(north_m / along_meridian_m)


def _gcj02_shift_m(x: Degrees, y: Degrees) -> Positions:
    """Return how far a place is moved east and north; `x`, `y` are degrees from 105 E 35 N."""
    root, ripple = np.sqrt(np.abs(x)), _waves(x, (20, 6), (20, 2))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    east += ripple + _waves(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))
    north += ripple + _waves(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))
    return east, north


def _waves(degrees: Degrees, *waves: tuple[float, float]) -> Degrees:
    """Add up waves, each an amplitude and its half-turns per degree."""
    total = np.zeros_like(degrees)
    for amplitude, half_turns in waves:
        total += amplitude * np.sin(half_turns * np.pi * degrees)
    return total * (2 / 3)


def _bd09(lon: Degrees, lat: Degrees) -> Positions:
    lon, lat = _gcj02(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD09_TURNS)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD09_TURNS)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


KNOWN_CRS: dict[str, Shift] = {
    "wgs84": _in_place,
    "cgcs2000": _in_place,
    "gcj02": _gcj02,
    "bd09": _bd09,
}


def _undone(shift: Shift, lon: Degrees, lat: Degrees) -> Positions:
    """Walk back: where the guess is shifted too far east, the truth lies as far west of it."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_STEPS_BACK):
        shifted_lon, shifted_lat = shift(guess_lon, guess_lat)
        error_lon, error_lat = shifted_lon - lon, shifted_lat - lat
        guess_lon, guess_lat = guess_lon - error_lon, guess_lat - error_lat
        if not (np.abs(error_lon) + np.abs(error_lat) > 1e-14).any():
            break
    return guess_lon, guess_lat


def _where_framed(shift: Shift, lon: Degrees, lat: Degrees) -> Positions:
    """Shift what lies in the frame. The rest is not even computed: at a pole it would overflow."""
    framed = (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)
    moved_lon, moved_lat = shift(np.where(framed, lon, 105.0), np.where(framed, lat, 35.0))
    return np.where(framed, moved_lon, lon), np.where(framed, moved_lat, lat)
