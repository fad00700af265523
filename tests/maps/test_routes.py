from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point
from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from geo.crs import from_wgs84
from gridsvc.accountability.rules import Role
from gridsvc.grids.models import Boundary
from gridsvc.ids import new_id
from tests.conftest import HERE, THERE, enter
from tests.factories.accountability import add_duty
from tests.factories.grids import add_boundary, add_grid, square
from tests.factories.rounds import add_day_close, add_issue, add_patrol
from tests.factories.village import QIAN, ZHAO, Village

BORDER = Point(122.06, 41.24)  # between Zhao and Qian
NOW = datetime.now(UTC)
MONDAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai
SUNDAY = MONDAY - timedelta(days=1)


@pytest.fixture
def get(client, as_, village):
    """GET as the head of the town, or as somebody else."""

    def _get(path, person=village.head, **query):
        return client.get(path, query_string=query, headers=as_(person))

    return _get


@pytest.fixture
def foreign_grid(session):
    """A grid of another jurisdiction."""
    grid = Village.found(enter(THERE)).zhao.id
    enter(HERE)
    return grid


@pytest.fixture
def locate(get):
    def _locate(place: Point, crs="wgs84", **query):
        return get("/api/v1/grids:locate", lon=place.x, lat=place.y, crs=crs, **query)

    return _locate


def codes(items) -> list[str]:
    return [item["code"] for item in items]


def test_the_tree_is_listed(get, village) -> None:
    everything = get("/api/v1/grids").json["items"]
    villages = get("/api/v1/grids", level=3, parent=village.town.id).json["items"]

    assert codes(everything) == [
        grid.code for grid in (village.county, village.town, village.zhao, village.qian)
    ]
    assert codes(villages) == [village.zhao.code, village.qian.code]
    assert villages[0]["parent_id"] == str(village.town.id)
    assert villages[0]["kind"] == "territorial"


def test_an_officer_sees_the_tree_too(get, village) -> None:
    assert len(get("/api/v1/grids", village.officer).json["items"]) == 4


def test_who_works_in_no_grid_does_not(get, village) -> None:
    assert get("/api/v1/grids", village.liaison).status_code == 403


def test_a_grid_tells_its_chain_its_holders_and_its_children(get, village) -> None:
    town = get(f"/api/v1/grids/{village.town.id}").json

    assert codes(town["chain"]) == [village.county.code, village.town.code]
    assert codes(town["children"]) == [village.zhao.code, village.qian.code]
    assert [(h["role"], h["person"]["name"]) for h in town["holders"]] == [
        ("grid_head", village.head.name),
        ("deputy_head", village.deputy.name),
    ]
    assert town["holders"][0]["from"] == "2025-01-01T00:00:00.000000Z"


def test_a_seat_without_a_holder_is_shown(get, village) -> None:
    [head] = [
        holder
        for holder in get(f"/api/v1/grids/{village.qian.id}").json["holders"]
        if holder["role"] == "grid_head"
    ]

    assert (head["person"], head["seat"]) == (None, 1)


def test_a_foreign_grid_does_not_exist(get, foreign_grid) -> None:
    for path in (f"/api/v1/grids/{foreign_grid}", f"/api/v1/grids/{new_id()}"):
        assert get(path).status_code == 404
    assert get("/api/v1/grids/outline", grid=foreign_grid).status_code == 404
    assert get("/api/v1/grids/states", parent=foreign_grid).status_code == 404


def test_a_place_is_found_with_who_answers_for_it(locate, village) -> None:
    found = locate(ZHAO).json

    assert codes(found["grids"]) == [village.county.code, village.town.code, village.zhao.code]
    people = [[holder["person"] for holder in grid["holders"]] for grid in found["grids"]]
    assert people[2][0]["name"] == village.officer.name
    assert found["near_border"] is False
    assert "as_of" in found


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "cgcs2000"])
def test_a_place_is_found_in_whatever_crs_it_is_given(locate, village, crs) -> None:
    assert codes(locate(from_wgs84(ZHAO, crs), crs).json["grids"])[-1] == village.zhao.code


def test_near_a_border_it_is_said(locate) -> None:
    metre_east = 1 / 111_320 / 0.752  # at 41 degrees north

    assert locate(Point(BORDER.x + 20 * metre_east, BORDER.y)).json["near_border"] is True
    assert locate(Point(BORDER.x + 40 * metre_east, BORDER.y)).json["near_border"] is False


def test_on_a_border_one_grid_a_level_counts(locate, village) -> None:
    found = locate(BORDER).json

    assert codes(found["grids"])[1:] == [village.town.code, village.zhao.code]
    assert found["near_border"] is True


def test_an_overlay_is_noted_beside(session, locate, village) -> None:
    park = add_grid(session, "湿地公园", level=3, parent=village.town)
    park.kind = "park"
    add_boundary(session, park, square(ZHAO, 0.001))
    session.commit()

    found = locate(ZHAO).json

    assert [grid["kind"] for grid in found["grids"]] == ["territorial"] * 3 + ["park"]
    assert found["near_border"] is False


def test_a_place_keeps_the_grid_and_the_holders_it_had_then(session, locate, village) -> None:
    """Zhao's land goes to Qian, and Zhao had another officer before."""
    change = NOW - timedelta(days=10)
    for boundary in session.scalars(select(Boundary).where(Boundary.grid_id == village.zhao.id)):
        boundary.period = Range(boundary.period.lower, change)
    session.flush()
    for boundary in session.scalars(select(Boundary).where(Boundary.grid_id == village.qian.id)):
        boundary.period = Range(boundary.period.lower, change)
    session.flush()
    add_boundary(session, village.qian, square(ZHAO), since=change)
    add_duty(session, village.deputy, village.qian, Role.GRID_OFFICER, since=change)
    session.commit()

    before = locate(ZHAO, at=(change - timedelta(seconds=1)).isoformat()).json["grids"][-1]
    after = locate(ZHAO).json["grids"][-1]

    assert (before["code"], after["code"]) == (village.zhao.code, village.qian.code)
    assert before["holders"][0]["person"]["name"] == village.officer.name
    assert after["holders"][0]["person"]["name"] == village.deputy.name


def test_outside_every_grid_there_is_none(locate) -> None:
    response = locate(Point(121.0, 40.0))

    assert (response.status_code, response.json["type"]) == (404, "/problems/no-grid-there")


@pytest.mark.parametrize(
    "query",
    [
        {"lon": 122.05, "lat": 41.24},
        {"lon": 122.05, "lat": 41.24, "crs": "EPSG:4326"},
        {"lon": "nan", "lat": 41.24, "crs": "wgs84"},
        {"lon": 41.24, "lat": 122.05, "crs": "wgs84"},
        {"lon": 122.05, "lat": 41.24, "crs": "wgs84", "zoom": 3},
    ],
)
def test_a_place_that_is_not_clear_is_refused(get, query) -> None:
    assert get("/api/v1/grids:locate", **query).status_code == 422


def test_outlines_are_geojson(get, village) -> None:
    drawn = get("/api/v1/grids/outline", parent=village.town.id).json

    assert (drawn["type"], drawn["crs"]) == ("FeatureCollection", "wgs84")
    assert codes(feature["properties"] for feature in drawn["features"]) == [
        village.zhao.code,
        village.qian.code,
    ]
    assert shape(drawn["features"][0]["geometry"]).contains(ZHAO)
    [own] = get("/api/v1/grids/outline", grid=village.qian.id).json["features"]
    assert shape(own["geometry"]).contains(QIAN)


def test_an_outline_is_of_one_grid_or_of_its_children(get, village) -> None:
    both = {"grid": village.zhao.id, "parent": village.town.id}

    assert get("/api/v1/grids/outline", **both).status_code == 422
    assert get("/api/v1/grids/outline").status_code == 422


@pytest.fixture
def states(get, village):
    """The states of the villages at noon of a day, by the name of the village."""

    def _states(at=MONDAY, parent=village.town, person=village.head):
        response = get("/api/v1/grids/states", person, parent=parent.id, at=at.isoformat())
        names = {str(grid.id): grid.name for grid in (village.town, village.zhao, village.qian)}
        return {names[item["grid_id"]]: item for item in response.json["items"]}

    return _states


def test_silence_on_a_patrol_day_is_a_state(states) -> None:
    assert {item["state"] for item in states().values()} == {"none"}
    assert {item["state"] for item in states(SUNDAY).values()} == {"ok"}
    assert states(SUNDAY)["赵家村"]["rest_day"] is True


def test_a_patrol_or_a_closed_day_ends_the_silence(session, village, states) -> None:
    add_patrol(session, village.officer, village.zhao, MONDAY - timedelta(hours=1))
    add_day_close(session, village.officer, village.qian, MONDAY - timedelta(hours=1))
    session.commit()

    assert {item["state"] for item in states().values()} == {"ok"}
    assert states()["赵家村"]["reported_today"] is True
    assert {item["state"] for item in states(MONDAY + timedelta(days=1)).values()} == {"none"}
    assert {item["state"] for item in states(MONDAY - timedelta(hours=2)).values()} == {"none"}


def test_what_is_due_soon_or_overdue_is_counted(session, village, states) -> None:
    add_issue(session, village, MONDAY - timedelta(days=9), due_at=MONDAY - timedelta(days=1))
    add_issue(session, village, MONDAY - timedelta(days=9), due_at=MONDAY + timedelta(days=2))
    add_issue(session, village, MONDAY - timedelta(days=9), due_at=MONDAY + timedelta(days=20))
    session.commit()

    zhao = states()["赵家村"]
    assert (zhao["state"], zhao["overdue"], zhao["due_soon"]) == ("bad", 1, 1)
    assert states(MONDAY - timedelta(days=2))["赵家村"]["state"] == "wait"
    assert states(MONDAY - timedelta(days=10))["赵家村"]["overdue"] == 0


def test_what_was_closed_since_was_open_then(session, village, states) -> None:
    late = add_issue(
        session, village, MONDAY - timedelta(days=9), due_at=MONDAY - timedelta(days=3),
        state="closed", closed_at=MONDAY - timedelta(days=1),
    )  # fmt: skip
    session.commit()

    assert late.state == "closed"
    assert states()["赵家村"]["overdue"] == 0
    assert states(MONDAY - timedelta(days=2))["赵家村"]["overdue"] == 1


def test_a_town_stands_as_its_villages_do(session, village, states) -> None:
    add_issue(session, village, MONDAY - timedelta(days=9), due_at=MONDAY - timedelta(days=1))
    session.commit()

    [town] = states(parent=village.county).values()
    assert (town["state"], town["overdue"], town["reported_today"]) == ("bad", 1, False)


def test_states_are_told_of_visible_grids_only(states, village) -> None:
    assert list(states(person=village.officer)) == ["赵家村"]


def test_without_a_parent_the_towns_are_told(get, village) -> None:
    items = get("/api/v1/grids/states", village.leader).json["items"]

    assert [item["grid_id"] for item in items] == [str(village.town.id)]
