import pytest
from shapely import Point

from tests.conftest import HERE, THERE, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.tiles import POINT, POLYGON, read_tile, tile_of
from tests.factories.village import ZHAO, Village


@pytest.fixture
def tile(client, as_, village):
    """A tile as the head of the county sees it, or somebody else."""

    def _tile(layer, z, place=ZHAO, person=village.leader, **headers):
        x, y = tile_of(place, z)
        path = f"/tiles/{layer}/{z}/{x}/{y}.mvt"
        return client.get(path, headers={**as_(person), **headers})

    return _tile


@pytest.fixture
def features(tile):
    """What a tile shows, by name."""

    def _features(layer, z, *args):
        response = tile(layer, z, *args)
        if response.status_code == 204:
            return {}
        return {f.properties.get("name"): f for f in read_tile(response.data)[layer]}

    return _features


def test_grids_come_level_by_level(features) -> None:
    assert set(features("grids", 6)) == {"盘山县"}
    assert set(features("grids", 8)) == {"盘山县", "吴家镇"}
    assert set(features("grids", 11)) == {"盘山县", "吴家镇", "赵家村", "钱家村"}


def test_a_grid_tells_who_it_is(features, village) -> None:
    zhao = features("grids", 12)["赵家村"]

    assert zhao.kind == POLYGON
    assert zhao.properties == {
        "id": str(village.zhao.id),
        "code": village.zhao.code,
        "name": "赵家村",
        "level": 3,
        "parent_id": str(village.town.id),
    }


def test_a_label_is_a_point_inside(features) -> None:
    label = features("grid_labels", 12)["赵家村"]

    assert label.kind == POINT
    assert label.properties["level"] == 3
    assert all(0 <= step <= 4096 for step in label.at)


def test_a_person_sees_their_own_grids(features, village) -> None:
    assert set(features("grids", 12, ZHAO, village.officer)) == {"赵家村"}
    assert set(features("grids", 12, ZHAO, village.head)) == {"吴家镇", "赵家村", "钱家村"}


def test_another_jurisdiction_is_never_shown(session, features, village) -> None:
    there = Village.found(enter(THERE))
    enter(HERE)

    shown = [f.properties["id"] for f in features("grids", 12).values()]
    assert str(village.zhao.id) in shown
    assert str(there.zhao.id) not in shown
    assert str(there.yard.id) not in [
        f.properties["id"] for f in features("enterprises", 15).values()
    ]


def test_every_enterprise_is_a_point_when_near(features, village) -> None:
    yard = features("enterprises", 15)["宏达砂石场"]

    assert yard.kind == POINT
    assert yard.properties == {
        "id": str(village.yard.id),
        "name": "宏达砂石场",
        "supervision_class": "general",
    }


def test_from_afar_they_are_counted(session, features, village) -> None:
    for number in range(5):
        near = Point(ZHAO.x + number / 10_000, ZHAO.y)
        add_enterprise(session, f"砂场{number}", near, village.zhao)
    session.commit()

    assert [f.properties for f in features("enterprises", 10).values()] == [{"point_count": 7}]
    assert len(features("enterprises", 15)) >= 2


def test_each_enterprise_is_counted_in_one_tile(session, tile, village) -> None:
    """Also where it lies on the line between two."""
    add_enterprise(session, "零点", Point(0.0, 41.24), village.zhao)  # an edge from zoom 1 on
    session.commit()

    counted = 0
    for lon in (-0.1, 0.1, 122.0):
        answer = tile("enterprises", 4, Point(lon, 41.24)).data
        found = read_tile(answer)["enterprises"] if answer else []
        counted += sum(feature.properties.get("point_count", 1) for feature in found)
    assert counted == 3


def test_a_closed_enterprise_is_not_shown(session, features, village) -> None:
    add_enterprise(session, "旧厂", ZHAO, village.zhao, state="closed")
    session.commit()

    assert set(features("enterprises", 15)) == {"宏达砂石场"}


def test_an_empty_tile_is_no_content(tile) -> None:
    response = tile("grids", 12, Point(10.0, 10.0))

    assert (response.status_code, response.data) == (204, b"")


def test_a_tile_is_kept_by_the_browser_alone(tile) -> None:
    first = tile("grids", 12)

    assert first.mimetype == "application/vnd.mapbox-vector-tile"
    assert first.headers["Cache-Control"] == "private, max-age=60"
    again = tile("grids", 12, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "address",
    [
        "grids/3/8/0",
        "grids/3/0/8",
        "grids/23/0/0",
        "grids/22/4194304/0",
        f"grids/1/{10**30}/0",
        "grids/-1/0/0",
        "tracks/0/0/0",
    ],
)
def test_a_tile_that_does_not_exist_is_not_found(client, as_, village, address) -> None:
    response = client.get(f"/tiles/{address}.mvt", headers=as_(village.leader))

    assert response.status_code == 404
