import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytest import approx
from shapely import MultiPolygon, Point, Polygon, box, get_coordinates

from geo.crs import KNOWN_CRS, from_wgs84, to_wgs84
from geo.distance import distance_m

IN_CHINA = st.builds(Point, st.floats(74, 135), st.floats(3, 53))
ABROAD = st.builds(Point, st.floats(-180, 72), st.floats(-90, 90))
CRS = st.sampled_from(sorted(KNOWN_CRS))

MICROMETRE = 1e-6
PANJIN = Point(122.07, 41.12)
BEIJING = Point(116.404, 39.915)
WITH_A_HOLE = Polygon(
    box(122, 41, 122.1, 41.1).exterior, [box(122.02, 41.02, 122.03, 41.03).exterior]
)


def test_it_agrees_with_the_published_sample_of_gcj02() -> None:
    moved = from_wgs84(BEIJING, "gcj02")
    assert (moved.x, moved.y) == (approx(116.41024449916938), approx(39.91640428150164))


def test_it_agrees_with_the_published_sample_of_bd09() -> None:
    moved = from_wgs84(to_wgs84(BEIJING, "gcj02"), "bd09")  # the sample begins at GCJ-02
    assert (moved.x, moved.y) == (approx(116.41036949371029), approx(39.92133699351021))


@pytest.mark.parametrize(
    ("crs", "metres"), [("wgs84", 0), ("cgcs2000", 0), ("gcj02", 543), ("bd09", 1320)]
)
def test_what_a_wrong_declaration_would_cost_in_panjin(crs: str, metres: float) -> None:
    assert distance_m(PANJIN, from_wgs84(PANJIN, crs)) == approx(metres, abs=30)


@example(Point(105, 3), "bd09")  # where a root in the shift is steepest
@example(Point(105 + 1e-12, 35), "gcj02")
@given(IN_CHINA, CRS)
def test_there_and_back_is_the_same_place(place: Point, crs: str) -> None:
    assert distance_m(place, to_wgs84(from_wgs84(place, crs), crs)) < MICROMETRE


@given(IN_CHINA, CRS)
def test_back_and_there_is_the_same_place(place: Point, crs: str) -> None:
    assert distance_m(place, from_wgs84(to_wgs84(place, crs), crs)) < MICROMETRE


@given(ABROAD, CRS)
def test_outside_the_frame_nothing_is_moved(place: Point, crs: str) -> None:
    assert to_wgs84(place, crs) == place == from_wgs84(place, crs)


@pytest.mark.parametrize("crs", sorted(KNOWN_CRS))
@pytest.mark.parametrize("pole", [Point(180, 90), Point(-180, -90)])
def test_the_poles_stay_where_they_are(pole: Point, crs: str) -> None:
    assert to_wgs84(pole, crs) == pole == from_wgs84(pole, crs)


@pytest.mark.parametrize("crs", sorted(KNOWN_CRS))
def test_a_whole_geometry_moves_corner_by_corner(crs: str) -> None:
    fields = MultiPolygon([WITH_A_HOLE, box(122.2, 41, 122.3, 41.1)])
    moved = to_wgs84(fields, crs)
    assert moved.is_valid
    for before, after in zip(get_coordinates(fields), get_coordinates(moved), strict=True):
        corner = to_wgs84(Point(before), crs)
        assert tuple(after) == (approx(corner.x, abs=1e-12), approx(corner.y, abs=1e-12))


def test_an_unknown_system_is_never_guessed() -> None:
    with pytest.raises(KeyError):
        to_wgs84(PANJIN, "mars")
