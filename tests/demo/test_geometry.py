from collections import Counter
from itertools import pairwise

import pytest
from shapely import Polygon, coverage_is_valid, from_geojson, to_geojson, unary_union

from gridsvc.demo.bend import to_plane
from gridsvc.demo.divisions import COUNTY_CODE, Town, towns
from gridsvc.demo.geometry import Areas, county_areas, town_areas

Edge = frozenset[tuple[float, float]]

PANSHAN = county_areas(211122, towns())


def edges(area: Polygon) -> list[Edge]:
    return [frozenset(edge) for edge in pairwise(area.exterior.coords)]


def outline(areas: list[Polygon]) -> set[Edge]:
    """What remains of all borders when those between neighbours cancel."""
    return {
        edge for edge, times in Counter(e for a in areas for e in edges(a)).items() if times == 1
    }


def villages_of(town: Town, areas: Areas = PANSHAN) -> list[Polygon]:
    return [areas[village.code] for village in town.villages]


def test_the_county_has_the_towns_and_villages_of_panshan() -> None:
    assert len(towns()) == 14
    assert sum(len(town.villages) for town in towns()) == 178
    assert len(PANSHAN) == 1 + 14 + 178


def test_every_area_is_one_sound_piece_without_holes() -> None:
    for area in PANSHAN.values():
        assert (area.geom_type, area.is_valid, len(area.interiors)) == ("Polygon", True, 0)
        assert area.exterior.is_ccw


def test_a_town_is_exactly_its_villages() -> None:
    for town in towns():
        assert outline(villages_of(town)) == set(edges(PANSHAN[town.code]))
        assert unary_union(villages_of(town)).equals(PANSHAN[town.code])


def test_the_county_is_exactly_its_towns() -> None:
    together = [PANSHAN[town.code] for town in towns()]
    assert outline(together) == set(edges(PANSHAN[COUNTY_CODE]))
    assert unary_union(together).equals(PANSHAN[COUNTY_CODE])


def test_neighbours_neither_overlap_nor_leave_a_gap() -> None:
    villages = [area for town in towns() for area in villages_of(town)]
    assert coverage_is_valid(villages)
    assert sum(area.area for area in villages) == pytest.approx(
        PANSHAN[COUNTY_CODE].area, rel=1e-12
    )


def test_no_border_meets_more_than_two_villages() -> None:
    times = Counter(e for town in towns() for area in villages_of(town) for e in edges(area))
    assert set(times.values()) == {1, 2}


def test_it_comes_through_geojson_to_the_last_digit() -> None:
    for area in PANSHAN.values():
        assert from_geojson(to_geojson(area)).equals_exact(area)
        assert all(round(part, 7) == part for place in area.exterior.coords for part in place)


def test_it_lies_where_panshan_lies() -> None:
    west, south, east, north = PANSHAN[COUNTY_CODE].bounds
    assert (121.4 < west < 121.6) and (122.2 < east < 122.5)
    assert (40.8 < south < 41.0) and (41.3 < north < 41.5)


def test_villages_have_a_size_that_an_officer_can_walk() -> None:
    many = [town for town in towns() if len(town.villages) > 1]
    km2 = [
        Polygon([to_plane(place) for place in area.exterior.coords]).area
        for town in many
        for area in villages_of(town)
    ]
    assert 0.5 < min(km2) < max(km2) < 80


def test_the_same_seed_gives_the_same_county_and_another_another() -> None:
    town = towns()[5]
    assert town_areas(7, town) == town_areas(7, town)
    assert not town_areas(7, town)[town.code].equals(town_areas(8, town)[town.code])


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_seed_a_town_nests(seed: int) -> None:
    town = towns()[seed]
    areas = town_areas(seed, town)
    assert coverage_is_valid(villages_of(town, areas))
    assert areas[town.code].equals(areas[COUNTY_CODE])
    assert outline(villages_of(town, areas)) == set(edges(areas[town.code]))
