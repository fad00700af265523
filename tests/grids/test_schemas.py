import json

import pytest

from geo.crs import from_wgs84
from gridsvc.grids.schemas import UndeclaredCrs, UnreadableDrawing, read_drawing
from tests.factories.drawings import a_county, a_feature, drawing_text, patch

OPEN_RING = [[[122.0, 41.2], [122.02, 41.2], [122.02, 41.22], [122.0, 41.2001]]]


def test_a_sound_drawing_is_read_whole() -> None:
    drawing = read_drawing(drawing_text(a_county()))

    assert [grid.code for grid in drawing.grids] == ["1", "11", "111", "112"]
    assert drawing.grids[2].parent == "11"
    assert drawing.grids[2].kind == "territorial"
    assert drawing.faults == []


@pytest.mark.parametrize(
    ("declared", "crs"),
    [
        ("cgcs2000", "cgcs2000"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "wgs84"),
        ({"type": "name", "properties": {"name": "EPSG:4326"}}, "wgs84"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}, "cgcs2000"),
    ],
)
def test_a_crs_may_be_declared_the_old_way_too(declared, crs) -> None:
    assert read_drawing(drawing_text(a_county(), crs=declared)).crs == crs


@pytest.mark.parametrize(
    "declared",
    [
        None,
        "",
        "EPSG:4326",
        4326,
        {"type": "name", "properties": {"name": "EPSG:32651"}},
        ["wgs84"],
    ],
)
def test_a_drawing_without_a_known_crs_is_refused(declared) -> None:
    with pytest.raises(UndeclaredCrs, match="gcj02"):
        read_drawing(drawing_text(a_county(), crs=declared))


def test_coordinates_are_converted_once() -> None:
    area = patch(0, 0)
    feature = a_feature("1", 1, from_wgs84(area, "gcj02"))

    [grid] = read_drawing(drawing_text([feature], crs="gcj02")).grids

    assert grid.area.geoms[0].equals_exact(area, 1e-9)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"type": "FeatureCollection"}', drawing_text([]), "[" * 100_000],
)
def test_what_is_no_feature_collection_is_refused(text) -> None:
    with pytest.raises(UnreadableDrawing):
        read_drawing(text)


def said(feature) -> str:
    """What is said about one bad feature among good ones."""
    drawing = read_drawing(drawing_text([*a_county(), feature]))
    assert len(drawing.grids) == 4
    assert {fault.line for fault in drawing.faults} == {5}
    return "; ".join(fault.reason for fault in drawing.faults)


def test_an_unclosed_ring_is_never_closed_silently() -> None:
    assert "113 has a ring that is not closed" in said(a_feature("113", 3, OPEN_RING, "11"))


def test_a_bow_tie_is_no_area() -> None:
    ring = [[122.0, 41.2], [122.02, 41.22], [122.02, 41.2], [122.0, 41.22], [122.0, 41.2]]

    assert "Self-intersection" in said(a_feature("113", 3, [ring], "11"))


def test_nan_is_no_number() -> None:
    text = drawing_text([*a_county(), a_feature("113", 3, patch(0, 0), "11")])
    spoilt = json.loads(text)
    spoilt["features"][4]["geometry"]["coordinates"][0][1][0] = float("nan")

    [fault] = read_drawing(json.dumps(spoilt)).faults

    assert (fault.line, "not a finite number" in fault.reason) == (5, True)


def test_a_number_beyond_all_numbers_is_none() -> None:
    text = drawing_text([a_feature("1", 1, patch(0, 0))]).replace("122.02", "1e400")

    assert "not a finite number" in read_drawing(text).faults[0].reason


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": None}, "has no code"),
        ({"name": " "}, "has no name"),
        ({"name": "x" * 101}, "longer than 100"),
        ({"name": "a\0b"}, "a character that is none"),
        ({"name": "\ud800"}, "a character that is none"),
        ({"level": 4}, "level is 1, 2 or 3"),
        ({"level": "3"}, "level is 1, 2 or 3"),
        ({"level": True}, "level is 1, 2 or 3"),
        ({"kind": "forest"}, "kind is one of"),
    ],
)
def test_what_is_wrong_with_the_properties_is_said(changes, expected) -> None:
    feature = a_feature("113", 3, patch(0, 0), "11")
    feature["properties"] |= changes

    assert expected in said(feature)


def test_a_code_may_be_a_number() -> None:
    feature = a_feature(211122000000, 1, patch(0, 0))

    assert read_drawing(drawing_text([feature])).grids[0].code == "211122000000"


@pytest.mark.parametrize(
    "feature",
    [
        None,
        [],
        {"type": "Feature", "properties": None, "geometry": None},
        {"geometry": {"type": "Point", "coordinates": [122, 41]}, "properties": {"code": "5"}},
    ],
)
def test_a_feature_that_is_no_area_is_told(feature) -> None:
    assert "neither a Polygon nor a MultiPolygon" in said(feature)
