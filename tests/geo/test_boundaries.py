import pytest
from shapely import MultiPolygon, Polygon, box

from geo.boundaries import (
    gaps,
    moved_share,
    multipolygon,
    overlaps,
    rings_fault,
    same_area,
    strays,
)

RING = [[122.0, 41.0], [122.1, 41.0], [122.1, 41.1], [122.0, 41.0]]
METRE = 1 / 111_320  # of latitude, in degrees


def test_a_closed_ring_of_positions_is_sound() -> None:
    assert rings_fault([[RING]]) is None
    assert rings_fault([[[[*position, 12.5] for position in RING]]]) is None  # with heights


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        ([*RING[:-1], [122.0, 41.0001]], "not closed"),
        (RING[:3], "takes 4 or more"),
        ([], "takes 4 or more"),
        ([RING[0], [float("nan"), 41.0], *RING[2:]], "position 2 of a ring is not a finite number"),
        ([RING[0], [float("inf"), 41.0], *RING[2:]], "not a finite number"),
        ([RING[0], [500_000, 4_540_000], *RING[2:]], "or in metres"),
        ([RING[0], [10**400, 41.0], *RING[2:]], "outside the world"),
        ([RING[0], [41.0, 122.1], *RING[2:]], "latitude came first"),
        ([RING[0], ["122.1", 41.0], *RING[2:]], "is not [longitude, latitude]"),
        ([RING[0], [True, 41.0], *RING[2:]], "is not [longitude, latitude]"),
        ([RING[0], [122.1], *RING[2:]], "is not [longitude, latitude]"),
        ("POLYGON", "no list of positions"),
    ],
)
def test_what_is_wrong_with_a_ring_is_said(ring, said) -> None:
    assert said in rings_fault([[ring]])


@pytest.mark.parametrize("polygons", [None, [], {}, [[]], ["ring"]])
def test_an_area_without_rings_is_none(polygons) -> None:
    assert rings_fault(polygons) is not None


def test_heights_are_dropped() -> None:
    area = multipolygon([[[[*position, 9.0] for position in RING]]])

    assert area == MultiPolygon([Polygon(RING)])
    assert not area.has_z


def test_neighbours_share_a_border_but_no_land() -> None:
    left, right = box(122.0, 41.0, 122.1, 41.1), box(122.1, 41.0, 122.2, 41.1)

    assert list(overlaps([left, right])) == []
    assert gaps(box(122.0, 41.0, 122.2, 41.1), [left, right]) == []
    assert strays(left, box(122.0, 41.0, 122.2, 41.1)) == []


@pytest.mark.parametrize(("width_m", "counts"), [(0.5, False), (3.0, True)])
def test_what_is_no_wider_than_a_metre_does_not_count(width_m, counts) -> None:
    """However long it is: two drawings of one line lie this far apart."""
    line, shift = 41.05, width_m * METRE
    south = box(122.0, 41.0, 122.1, line)
    above, across = box(122.0, line + shift, 122.1, 41.1), box(122.0, line - shift, 122.1, 41.1)
    whole = box(122.0, 41.0, 122.1, 41.1)

    assert bool(gaps(whole, [south, above])) == counts
    assert bool(list(overlaps([south, across]))) == counts
    assert bool(strays(box(122.0, 41.0, 122.1, 41.1 + shift), whole)) == counts


def test_an_overlap_says_who_how_much_and_where() -> None:
    areas = [box(122.0, 41.0, 122.1, 41.1), box(122.2, 41.0, 122.3, 41.1)]
    inside = box(122.04, 41.04, 122.06, 41.06)

    [(one, other, [piece])] = overlaps([*areas, inside])

    assert (one, other) == (0, 2)
    assert piece.area_m2 == pytest.approx(1681 * 2221, rel=0.01)  # 0.02 degrees each way
    assert inside.contains(piece.at)


def test_an_area_is_the_same_wherever_its_ring_begins() -> None:
    corners = [(122.0, 41.0), (122.1, 41.0), (122.1, 41.1), (122.0, 41.1)]
    turned = [*corners[2:], *corners[:2]][::-1]

    assert same_area(Polygon(corners), Polygon(turned))
    assert not same_area(Polygon(corners), box(122.0, 41.0, 122.1, 41.1 + METRE / 100))


def test_moved_land_counts_on_both_sides() -> None:
    before, after = box(122.0, 41.0, 122.1, 41.1), box(122.05, 41.0, 122.15, 41.1)

    assert moved_share(before, after) == pytest.approx(1.0, rel=0.001)
    assert moved_share(before, before) == 0
