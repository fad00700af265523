"""Areas of a county, its towns and its villages, that nest to the last digit.

First everything is straight: the county is one convex piece, each town takes what is nearest to
its middle, and so does each village in its town. All lines together are cut at every crossing, and
each piece of border is bent once. A town is then what its villages are together, and the county
what its towns are: nothing overlaps, nothing is left over.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin, sqrt
from random import Random

from shapely import (
    MultiPoint,
    Polygon,
    STRtree,
    coverage_is_valid,
    coverage_union_all,
    get_parts,
    is_valid,
    orient_polygons,
    polygonize,
    unary_union,
    voronoi_polygons,
)

from gridsvc.demo.bend import Bend, Degrees, Spot, along, press, to_plane, weather
from gridsvc.demo.chance import chance
from gridsvc.demo.divisions import COUNTY_CODE, Town

Areas = dict[str, Polygon]  # by the code of the grid, in EPSG:4326

_CUT_KM = 0.001  # crossings closer than this are one
_CALMING_ROUNDS = 2

# Roughly where Panshan lies, before a city pushes in from the south.
_COUNTY_OUTLINE: tuple[Degrees, ...] = (
    (121.53, 40.99), (121.62, 40.93), (121.78, 40.93), (122.05, 40.98), (122.22, 41.02),
    (122.32, 41.12), (122.33, 41.26), (122.22, 41.37), (122.02, 41.40), (121.80, 41.38),
    (121.62, 41.31), (121.54, 41.18),
)  # fmt: skip
_STEPS_KM = (0.15, 0.075, 0.04, 0.02, 0.01)
_VILLAGE_KM2 = 9


def county_areas(seed: int, towns: Sequence[Town]) -> Areas:
    """Return the areas of a whole county, of its towns and of their villages."""
    return _areas(seed, towns, Polygon([to_plane(place) for place in _COUNTY_OUTLINE]))


def town_areas(seed: int, town: Town) -> Areas:
    """Return the areas of a county that has but this one town."""
    radius = sqrt(len(town.villages) * _VILLAGE_KM2 / pi)
    return _areas(seed, [town], _round_about(to_plane(town.middle), radius))


def _round_about(spot: Spot, radius_km: float) -> Polygon:
    turns = [2 * pi * corner / 12 for corner in range(12)]
    return Polygon(
        [(spot[0] + radius_km * cos(turn), spot[1] + radius_km * sin(turn)) for turn in turns]
    )


def _areas(seed: int, towns: Sequence[Town], county: Polygon) -> Areas:
    cells: Areas = {}
    town_cells = _nearest([to_plane(town.middle) for town in towns], county)
    for town, cell in zip(towns, town_cells, strict=True):
        cells |= _village_cells(town, cell, chance(seed, "villages", town.code))
    villages = _bent(seed, _cut(cells))
    together = {
        town.code: _together([villages[village.code] for village in town.villages])
        for town in towns
    }
    whole = _together(list(together.values()))
    return {COUNTY_CODE: whole, **together, **villages}


def _village_cells(town: Town, cell: Polygon, chance: Random) -> Areas:
    """Share a town out. Its communities, which have the lowest codes, lie in the middle."""
    spots = [_spot_in(cell, chance) for _ in town.villages]
    for _ in range(_CALMING_ROUNDS):
        spots = [(share.centroid.x, share.centroid.y) for share in _nearest(spots, cell)]
    shares = sorted(_nearest(spots, cell), key=cell.centroid.distance)
    return {village.code: share for village, share in zip(town.villages, shares, strict=True)}


def _spot_in(cell: Polygon, chance: Random) -> Spot:
    """Return somewhere in a convex cell, more often near its middle."""
    (ax, ay), (bx, by) = chance.choice(list(pairwise(cell.exterior.coords)))
    on_edge, far, middle = chance.random(), 0.9 * sqrt(chance.random()), cell.centroid
    x, y = ax + (bx - ax) * on_edge, ay + (by - ay) * on_edge
    return middle.x + (x - middle.x) * far, middle.y + (y - middle.y) * far


def _nearest(spots: Sequence[Spot], whole: Polygon) -> list[Polygon]:
    """Return for each spot the part of `whole` that is nearest to it."""
    cells = voronoi_polygons(MultiPoint(spots), extend_to=whole, ordered=True)
    return [cell.intersection(whole) for cell in get_parts(cells)]


def _cut(cells: Areas) -> Areas:
    """Return the cells with a corner wherever a border of any other cell begins or ends."""
    borders = unary_union([cell.exterior for cell in cells.values()], grid_size=_CUT_KM)
    faces = get_parts(polygonize(get_parts(borders)))
    tree = STRtree(faces)
    return {
        code: faces[tree.query(cell.representative_point(), "within")[0]]
        for code, cell in cells.items()
    }


def _bent(seed: int, cells: Areas) -> Areas:
    """Bend all borders, in ever smaller steps until no two of them meet between their ends."""
    weathered = weather(chance(seed, "borders"))
    for step_km in _STEPS_KM:
        areas = {
            code: _bent_area(cell, lambda spot: weathered(press(spot)), step_km)
            for code, cell in cells.items()
        }
        if is_valid([*areas.values()]).all() and coverage_is_valid([*areas.values()]):
            return areas
    raise ValueError(f"The borders of seed {seed} cannot be drawn to the centimetre.")


def _bent_area(cell: Polygon, bend: Bend, step_km: float) -> Polygon:
    """Bend each piece of border, always walking it from the same end, so that neighbours agree."""

    def piece(start: Spot, end: Spot) -> list[Degrees]:
        if end < start:
            return piece(end, start)[::-1]
        return along(start, end, bend, step_km)

    pieces = (piece(start, end) for start, end in pairwise(cell.exterior.coords))
    return orient_polygons(Polygon([place for way in pieces for place in way[:-1]]))


def _together(areas: Sequence[Polygon]) -> Polygon:
    return orient_polygons(get_parts(coverage_union_all(areas))[0])
