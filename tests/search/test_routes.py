"""One box for names over HTTP."""

import pytest

from gridsvc.accountability.rules import Role
from tests.factories.accountability import add_person
from tests.factories.village import appoint


@pytest.fixture
def find(client, village, as_):
    def get(q: str, somebody=None, **query):
        headers = as_(somebody or village.dispatcher)
        return client.get("/api/v1/search", query_string={"q": q, **query}, headers=headers)

    return get


def names(answer) -> dict[str, list[str]]:
    return {kind: [item["name"] for item in items] for kind, items in answer.json.items()}


@pytest.mark.parametrize(
    "q, kind, name",
    [
        ("lxy", "people", "李秀英"),
        ("秀", "people", "李秀英"),
        ("wjz", "grids", "吴家镇"),
        ("家村", "grids", "赵家村"),
        ("HDSSC", "enterprises", "宏达砂石场"),
        ("砂石", "enterprises", "宏达砂石场"),
        ("zjj", "units", "住建局"),
        ("住建", "units", "住建局"),
    ],
)
def test_a_part_of_the_name_or_the_initials_find_it(find, q: str, kind: str, name: str) -> None:
    assert name in names(find(q))[kind]


def test_one_question_asks_for_all_kinds_alike(find, village, session) -> None:
    add_person(session, "钱家宝")

    found = names(find("qj"))

    assert found == {
        "people": ["钱家宝"], "grids": ["钱家村"], "enterprises": ["钱家养殖场"], "units": [],
    }  # fmt: skip


def test_people_come_with_their_posts_and_places_with_their_level(find, village) -> None:
    [person] = find("李秀英").json["people"]
    [grid] = find("赵家村").json["grids"]

    assert [(duty["role"], duty["subject"]["name"]) for duty in person["roles"]] == [
        ("grid_officer", "赵家村")
    ]
    assert grid == {
        "kind": "grid", "id": str(village.zhao.id), "name": "赵家村", "code": village.zhao.code,
        "level": 3,
    }  # fmt: skip


def test_what_is_called_just_so_comes_first(find, session) -> None:
    for name in ("王一李", "李四", "李"):
        add_person(session, name)

    assert names(find("李"))["people"][:3] == ["李", "李秀英", "李四"]
    assert names(find("ls"))["people"] == ["李四"]
    assert len(find("李", limit=2).json["people"]) == 2


def test_an_enterprise_is_found_by_whoever_answers_there(find, village, session) -> None:
    admin = appoint(session, "许安", village.county, Role.ADMIN)

    assert names(find("宏达", village.officer))["enterprises"] == ["宏达砂石场"]
    assert names(find("钱家养殖", village.officer))["enterprises"] == []
    assert names(find("宏达", village.answerable))["enterprises"] == ["宏达砂石场"]
    assert names(find("钱家养殖", admin))["enterprises"] == ["钱家养殖场"]


def test_who_holds_no_duty_finds_nobody(find, session, village) -> None:
    assert find("李", add_person(session, "路人")).status_code == 403


@pytest.mark.parametrize("q", ["", "x" * 101, "\0"])
def test_an_odd_question_names_the_field(find, q: str) -> None:
    assert "q" in find(q).json["errors"]["query"]


def test_nothing_is_called_percent(find, village) -> None:
    assert names(find("%")) == {"people": [], "grids": [], "enterprises": [], "units": []}
