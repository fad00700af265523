import pytest
from shapely import Point

from geo.crs import from_wgs84
from gridsvc.accountability.rules import Role
from gridsvc.ids import new_id
from tests.conftest import HERE, THERE, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.village import QIAN, ZHAO, Village, appoint

LIST = "/api/v1/enterprises"


@pytest.fixture
def get(client, as_, village):
    """GET as the head of the town, or as somebody else."""

    def _get(path, person=village.head, headers=None, **query):
        return client.get(path, query_string=query, headers={**as_(person), **(headers or {})})

    return _get


@pytest.fixture
def named(get):
    """The names of the enterprises that a query finds."""

    def _named(*args, **query):
        return [item["name"] for item in get(LIST, *args, **query).json["items"]]

    return _named


def test_the_enterprises_of_the_callers_grids_are_listed(named, village) -> None:
    assert named() == ["宏达砂石场", "钱家养殖场"]
    assert named(village.officer) == ["宏达砂石场"]


def test_who_answers_for_one_enterprise_sees_that_one(named, village) -> None:
    assert named(village.answerable) == ["宏达砂石场"]


def test_an_enterprise_is_told_whole(get, village) -> None:
    item = get(LIST).json["items"][0]

    assert item["id"] == str(village.yard.id)
    assert item["location"] == {"type": "Point", "coordinates": [ZHAO.x, ZHAO.y]}
    assert item["grid_id"] == str(village.zhao.id)
    assert item["version"] == 1
    assert "distance_m" not in item


def test_a_grid_is_asked_for_with_all_below_it(named, village) -> None:
    assert named(grid=village.qian.id) == ["钱家养殖场"]
    assert named(grid=village.town.id) == ["宏达砂石场", "钱家养殖场"]
    assert named(village.officer, grid=village.qian.id) == []


@pytest.mark.parametrize("words", ["砂石", "T-", "%"])
def test_words_are_looked_for_in_names_and_codes(session, named, village, words) -> None:
    add_enterprise(session, "百分之百%公司", ZHAO, village.zhao, code="X-1")
    session.commit()

    expected = {"砂石": ["宏达砂石场"], "T-": ["宏达砂石场", "钱家养殖场"], "%": ["百分之百%公司"]}
    assert named(q=words) == expected[words]


def test_a_class_is_asked_for(session, named, village) -> None:
    add_enterprise(session, "重点企业", ZHAO, village.zhao, supervision_class="key")
    session.commit()

    assert named(**{"class": "key"}) == ["重点企业"]


def test_those_without_a_responsible_person_are_found(session, named, village) -> None:
    assert named(without_responsible="true") == ["钱家养殖场"]
    assert named(without_responsible="false") == ["宏达砂石场"]
    appoint(session, "周强", village.farm, Role.RESPONSIBLE_PERSON)
    session.commit()
    assert named(without_responsible="true") == []


def test_the_nearest_come_first(get, village) -> None:
    near = f"{QIAN.x},{QIAN.y}"

    items = get(LIST, near=near, crs="wgs84").json["items"]

    assert [item["name"] for item in items] == ["钱家养殖场", "宏达砂石场"]
    assert items[0]["distance_m"] == 0
    assert items[1]["distance_m"] == pytest.approx(1677, abs=5)
    assert len(get(LIST, near=near, crs="wgs84", limit=1).json["items"]) == 1


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09"])
def test_a_box_is_asked_for_in_its_crs(named, crs) -> None:
    low = from_wgs84(Point(QIAN.x - 0.005, QIAN.y - 0.005), crs)
    high = from_wgs84(Point(QIAN.x + 0.005, QIAN.y + 0.005), crs)

    assert named(bbox=f"{low.x},{low.y},{high.x},{high.y}", crs=crs) == ["钱家养殖场"]


@pytest.mark.parametrize(
    "query",
    [
        {"near": "122.05,41.24"},
        {"bbox": "122,41,123,42"},
        {"near": "122.05", "crs": "wgs84"},
        {"near": "122.05,nan", "crs": "wgs84"},
        {"near": "41.24,122.05", "crs": "wgs84"},
        {"bbox": "122,41,123", "crs": "wgs84"},
        {"near": "122.05,41.24", "crs": "wgs84", "after": "T-1"},
        {"class": "vip"},
        {"limit": 0},
        {"q": "a\0b"},
        {"colour": "green"},
    ],
)
def test_an_unclear_question_is_refused(get, query) -> None:
    assert get(LIST, **query).status_code == 422


def test_a_long_list_comes_in_pages(get, village) -> None:
    first = get(LIST, limit=1).json
    second = get(LIST, limit=1, after=first["next"]).json

    assert [page["items"][0]["name"] for page in (first, second)] == ["宏达砂石场", "钱家养殖场"]
    assert (first["next"], second["next"]) == (village.yard.code, None)


def test_the_file_of_an_enterprise_names_who_answers_for_it(get, village) -> None:
    file = get(f"{LIST}/{village.yard.id}").json

    assert file["enterprise"]["name"] == "宏达砂石场"
    assert file["grid"]["name"] == "赵家村"
    assert file["responsible_leader"] is None
    assert file["responsible_person"]["name"] == village.answerable.name


def test_a_file_that_has_not_changed_is_not_sent_again(session, get, village) -> None:
    path = f"{LIST}/{village.yard.id}"
    etag = get(path).headers["ETag"]
    assert get(path, headers={"If-None-Match": etag}).status_code == 304

    appoint(session, "周强", village.yard, Role.RESPONSIBLE_LEADER)
    session.commit()
    assert get(path, headers={"If-None-Match": etag}).status_code == 200


def test_what_is_foreign_does_not_exist(session, get, village) -> None:
    there = Village.found(enter(THERE))
    enter(HERE)

    assert get(f"{LIST}/{there.yard.id}").status_code == 404
    assert get(f"{LIST}/{new_id()}").status_code == 404
    assert get(f"{LIST}/{village.farm.id}", village.officer).status_code == 404
    assert get(LIST, grid=there.zhao.id).json["items"] == []
