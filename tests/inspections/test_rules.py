from datetime import timedelta

import pytest
from shapely import Point

from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import new_id
from gridsvc.inspections.rules import flags
from gridsvc.people.models import Person
from gridsvc.rules.models import Checklist
from gridsvc.rules.presets import RULE_SETS
from gridsvc.rules.rules import Numbers
from tests.factories.inspections import NOON, a_report

YARD = Enterprise(id=new_id(), location=Point(122.05, 41.24))
SOMEBODY = Person(id=new_id())
CHECKLIST = Checklist(id=new_id(), items=[])
NUMBERS = Numbers.read(RULE_SETS["gridsvc"])


def kinds(**changes: object) -> list[str]:
    report = a_report(YARD, SOMEBODY, CHECKLIST, **changes)
    at = report.envelope.occurred_at(NOON)
    return [flag.kind for flag in flags(report, YARD.location, NUMBERS, at)]


@pytest.mark.parametrize(
    ("north_deg", "accuracy_m", "expected"),
    [(0.0017, 1, []), (0.0019, 1, ["off_site"]), (0.0019, 30, [])],  # about 189 m and 211 m
)
def test_off_site_allows_for_the_accuracy_of_the_fix(north_deg, accuracy_m, expected) -> None:
    there = Point(YARD.location.x, YARD.location.y + north_deg)
    assert kinds(position=there, accuracy_m=accuracy_m) == expected


def test_a_poor_fix_is_flagged() -> None:
    assert kinds(accuracy_m=101) == ["poor_fix"]


def test_no_position_is_allowed_with_a_reason_and_flagged() -> None:
    assert kinds(position=None, no_position_reason="室内无信号") == ["no_position"]


def test_a_clock_that_is_off_is_flagged_and_a_phone_that_was_offline_is_not() -> None:
    assert kinds(clock_offset_s=-660.0) == ["clock_skew"]
    assert kinds(made_at=NOON - timedelta(days=30)) == []


def test_flags_add_up() -> None:
    assert kinds(position=Point(116.4, 39.9), accuracy_m=500) == ["off_site", "poor_fix"]


def test_a_position_that_an_app_made_up_is_flagged_unless_a_receiver_is_known() -> None:
    report = a_report(YARD, SOMEBODY, CHECKLIST, is_mock=True, accuracy_m=0.0)

    def found(*, has_receiver: bool) -> list[str]:
        at = report.envelope.made_at
        told = flags(report, YARD.location, NUMBERS, at, has_receiver=has_receiver)
        return [flag.kind for flag in told]

    assert found(has_receiver=False) == ["mock_location", "constant_accuracy"]
    assert found(has_receiver=True) == []


def test_the_satellites_clock_is_held_against_the_one_that_was_put_right() -> None:
    eight_hours = timedelta(hours=8)
    put_right = {"made_at": NOON - 2 * eight_hours, "clock_offset_s": eight_hours.total_seconds()}

    assert kinds(**put_right, gps_at=NOON - eight_hours) == ["clock_skew"]
    assert kinds(made_at=NOON - eight_hours, gps_at=NOON - eight_hours) == []
    assert kinds(made_at=NOON - eight_hours, gps_at=NOON - timedelta(hours=1)) == ["gps_clock_skew"]
