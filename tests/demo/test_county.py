from collections import Counter
from datetime import date

import pytest
from shapely import Point
from shapely.ops import nearest_points

from geo.distance import distance_m
from gridsvc.demo.county import County
from gridsvc.demo.divisions import COUNTY_CODE
from gridsvc.demo.people import Duty
from gridsvc.uscc import is_valid

TODAY = date(2026, 11, 21)

PANSHAN = County.panshan(211122, TODAY)
SMALL = County.small(7, TODAY)

BOTH = pytest.mark.parametrize("county", [PANSHAN, SMALL], ids=["panshan", "small"])


def duties(county: County, role: str) -> list[Duty]:
    return [duty for duty in county.duties if duty.role == role]


def holders(county: County, role: str, day: date) -> dict[str, list[Duty]]:
    """Return who holds a role on a day, by the code of the subject."""
    held: dict[str, list[Duty]] = {}
    for duty in duties(county, role):
        if duty.begins <= day and (duty.until is None or day < duty.until):
            held.setdefault(duty.subject_code, []).append(duty)
    return held


def test_the_same_seed_and_day_give_the_same_county() -> None:
    assert County.small(7, TODAY) == SMALL
    assert County.small(8, TODAY).enterprises != SMALL.enterprises


def test_it_is_as_large_as_panshan() -> None:
    assert Counter(place.level for place in PANSHAN.places) == {1: 1, 2: 14, 3: 178}
    assert len(PANSHAN.enterprises) == 2000


def test_a_small_one_has_a_town_and_five_villages() -> None:
    assert Counter(place.level for place in SMALL.places) == {1: 1, 2: 1, 3: 5}
    assert len(SMALL.enterprises) == 20


@BOTH
def test_each_enterprise_lies_in_its_village_clear_of_the_border(county: County) -> None:
    for enterprise in county.enterprises:
        area = county.areas[enterprise.village]
        assert area.contains(enterprise.location)
        border, _ = nearest_points(area.exterior, enterprise.location)
        assert distance_m(Point(border), enterprise.location) > 40


@BOTH
def test_every_village_has_an_enterprise(county: County) -> None:
    with_some = {enterprise.village for enterprise in county.enterprises}
    assert with_some == {place.code for place in county.places if place.level == 3}


@BOTH
def test_numbers_and_names_do_not_repeat(county: County) -> None:
    assert len({enterprise.code for enterprise in county.enterprises}) == len(county.enterprises)
    assert len({enterprise.name for enterprise in county.enterprises}) == len(county.enterprises)


def test_codes_are_valid_some_begin_with_a_letter_and_some_are_shared() -> None:
    codes = [enterprise.uscc for enterprise in PANSHAN.enterprises if enterprise.uscc]
    assert all(map(is_valid, codes))
    assert any(code[0].isalpha() for code in codes)
    assert max(Counter(codes).values()) > 1


@BOTH
def test_eight_in_a_hundred_are_key_objects_and_those_have_a_permit(county: County) -> None:
    key = [each for each in county.enterprises if each.supervision_class == "key"]
    assert len(key) == len(county.enterprises) * 8 // 100
    assert {each.code for each in key} == {e.code for e in county.enterprises if e.permit_no}
    assert len({each.permit_no for each in key}) == len(key)


@BOTH
def test_every_seat_has_one_holder_at_a_time(county: County) -> None:
    for day in (county.terms.begins, county.terms.handover, TODAY):
        for role in ("grid_head", "responsible_leader", "responsible_person"):
            for held in holders(county, role, day).values():
                assert [duty.seat for duty in held] == [1]


@BOTH
def test_every_grid_has_a_head_and_every_village_an_officer(county: County) -> None:
    for day in (county.terms.begins, TODAY):
        assert holders(county, "grid_head", day).keys() == {p.code for p in county.places}
        officers = holders(county, "grid_officer", day)
        assert officers.keys() == {p.code for p in county.places if p.level == 3}
        assert all(1 <= len(held) <= 2 for held in officers.values())


@BOTH
def test_a_county_has_its_office(county: County) -> None:
    office = Counter(duty.role for duty in county.duties if duty.subject_code == COUNTY_CODE)
    assert office == {"grid_head": 1, "dispatcher": 2, "enforcement_officer": 3, "auditor": 1}


@BOTH
def test_two_in_a_hundred_have_no_responsible_person(county: County) -> None:
    answered_for = holders(county, "responsible_person", TODAY).keys()
    vacant = {enterprise.code for enterprise in county.enterprises} - answered_for
    assert 0.01 <= len(vacant) / len(county.enterprises) <= 0.05


@BOTH
def test_an_officer_and_a_responsible_person_hand_over_in_mid_month(county: County) -> None:
    first = county.enterprises[0]
    assert county.terms.handover.day == 15
    for role, subject in (("grid_officer", first.village), ("responsible_person", first.code)):
        before, after = [d for d in duties(county, role) if d.subject_code == subject][:2]
        assert before.person != after.person
        assert before.until == after.begins == county.terms.handover


@BOTH
def test_a_login_is_one_person_with_one_telephone(county: County) -> None:
    people = {duty.person for duty in county.duties}
    assert len({person.login for person in people}) == len(people)
    assert len({person.phone for person in people}) == len(people)
    contacts = {enterprise.contact_phone for enterprise in county.enterprises}
    assert not contacts & {person.phone for person in people}
    assert all(person.phone.startswith("1990000") for person in people)


@BOTH
def test_each_unit_has_a_liaison_unless_it_is_a_government(county: County) -> None:
    codes = {unit.code for unit in county.units}
    assert all(unit.parent in codes | {""} for unit in county.units)
    assert holders(county, "dept_liaison", TODAY).keys() == {
        unit.code for unit in county.units if unit.kind != "town"
    }


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("day", [1, 14, 15, 24, 25, 26, 28])
def test_whatever_the_day_the_handover_lies_within_eight_weeks(month: int, day: int) -> None:
    terms = County.small(1, date(2027, month, day)).terms
    assert terms.begins < terms.handover
    assert 10 <= (date(2027, month, day) - terms.handover).days < 56
