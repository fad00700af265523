"""From straight lines on a plane to borders that look grown.

The plane is in kilometres, with its origin at the middle of the county. It is bent by a chain of
shears: each slides all places along one direction, by a wave that runs across it. A shear can be
undone, so a chain of them never folds, tears or crosses anything, however strong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from math import cos, dist, exp, pi, radians, sin
from random import Random

Spot = tuple[float, float]  # kilometres east and north of the middle
Degrees = tuple[float, float]  # EPSG:4326, longitude and latitude
Bend = Callable[[Spot], Spot]

MIDDLE: Degrees = (121.91, 41.16)
KM_PER_DEGREE = 111.2
DIGITS = 7  # of a degree: one centimetre

_WAVES_KM = (27, 17, 11, 7, 4.5, 4.5, 2.9, 2.9, 1.9, 1.9, 1.3, 1.3, 0.9, 0.9)
_STEEPNESS = 0.42


@dataclass(frozen=True)
class Shear:
    """Slides places along `direction` by a wave across it."""

    direction: float
    height_km: float
    length_km: float
    phase: float

    def __call__(self, spot: Spot) -> Spot:
        east, north = cos(self.direction), sin(self.direction)
        across = north * spot[0] - east * spot[1]
        slide = self.height_km * sin(across / self.length_km * 2 * pi + self.phase)
        return spot[0] + slide * east, spot[1] + slide * north


def weather(chance: Random) -> Bend:
    """Return a bend such as rivers, dykes and old quarrels leave behind."""
    shears = [
        Shear(
            direction=chance.uniform(0, pi),
            height_km=_STEEPNESS * length / (2 * pi),
            length_km=length,
            phase=chance.uniform(0, 2 * pi),
        )
        for length in _WAVES_KM
    ]
    return lambda spot: reduce(lambda moved, shear: shear(moved), shears, spot)


def press(spot: Spot) -> Spot:
    """Push the southern border in, where a city lies. Order in each column stays as it was."""
    pressure = exp(-(((spot[0] - 13) / 8) ** 2) - ((spot[1] + 12) / 14) ** 2)
    return spot[0], spot[1] + 9 * pressure


def along(start: Spot, end: Spot, bend: Bend, step_km: float) -> list[Degrees]:
    """Return the places on a straight piece of border once it is bent, both ends included."""
    (x, y), (to_x, to_y) = start, end
    steps = max(1, round(dist(start, end) / step_km))
    line = ((x + (to_x - x) * i / steps, y + (to_y - y) * i / steps) for i in range(steps + 1))
    return [to_degrees(bend(spot)) for spot in line]


def to_degrees(spot: Spot) -> Degrees:
    lon = MIDDLE[0] + spot[0] / KM_PER_DEGREE / cos(radians(MIDDLE[1]))
    return round(lon, DIGITS), round(MIDDLE[1] + spot[1] / KM_PER_DEGREE, DIGITS)


def to_plane(place: Degrees) -> Spot:
    east = (place[0] - MIDDLE[0]) * KM_PER_DEGREE * cos(radians(MIDDLE[1]))
    return east, (place[1] - MIDDLE[1]) * KM_PER_DEGREE
