"""Names are found by the initials of their pinyin."""

import pytest

from gridsvc.initials import initials
from gridsvc.people.models import Person
from gridsvc.people.queries import people
from tests.factories.accountability import add_person


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("李秀英", "lxy"),
        ("A-1 厂区2号", "a1cq2h"),
        ("重庆银行(长沙)", "cqyhcs"),
        ("", ""),
        ("——", ""),
    ],
)
def test_each_character_gives_its_first_letter(name: str, found: str) -> None:
    assert initials(name).split(" ")[0] == found


def test_a_character_with_several_readings_is_found_by_each() -> None:
    assert set(initials("单雄").split()) >= {"dx", "sx"}


def test_however_long_a_name_it_has_few_readings() -> None:
    assert len(initials("曾单解查仇盖" * 5).split()) == 8


@pytest.mark.parametrize("words", ["lxy", "LXY", "秀", "xy"])
def test_somebody_is_found_by_part_of_a_name_or_by_initials(session, village, words: str) -> None:
    assert [person.name for person in people(session, words, by_login=False, limit=9)] == ["李秀英"]


def test_the_initials_follow_the_name(session, village) -> None:
    somebody = add_person(session, "王磊")
    somebody.name = "周敏"
    session.flush()

    assert "周敏" in [person.name for person in people(session, "zm", by_login=False, limit=9)]
    assert people(session, "wl", by_login=False, limit=9) == []
    assert Person(name="王磊").initials.split()[0] == "wl"


@pytest.mark.parametrize(
    ("path", "words", "name"),
    [
        ("people", "lxy", "李秀英"),
        ("enterprises", "hdss", "宏达砂石场"),
        ("enterprises", "砂石", "宏达砂石场"),
        ("grids", "zjc", "赵家村"),
        ("grids", "赵家", "赵家村"),
    ],
)
def test_people_grids_and_enterprises_alike(client, as_, village, path, words, name) -> None:
    found = client.get(f"/api/v1/{path}?q={words}", headers=as_(village.head)).json["items"]

    assert [item["name"] for item in found] == [name]
