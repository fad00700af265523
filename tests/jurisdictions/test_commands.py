from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from gridsvc.audit.service import verify
from gridsvc.grids.queries import root
from gridsvc.jurisdictions.service import known_days, unknown_years
from gridsvc.rules.models import Checklist
from gridsvc.rules.presets import CHECKLISTS, RULE_SETS
from gridsvc.rules.queries import calendar, numbers_at
from gridsvc.scoped import Jurisdiction
from gridsvc.session import transaction
from tests.conftest import BUSY, HERE

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture
def create(app, session):
    def invoke(*options: str):
        needed = [
            "jurisdictions",
            "create",
            "--name",
            "盘山县（演示）",
            "--division-code",
            "211122",
        ]
        return app.test_cli_runner().invoke(args=[*needed, *options])

    return invoke


def test_a_jurisdiction_begins_with_all_it_needs(create) -> None:
    result = create("--id", "7", "--rules", "sanhe", "--synthetic")

    assert result.exit_code == 0, result.output
    with transaction(7) as session:
        jurisdiction = session.get_one(Jurisdiction, 7)
        assert (jurisdiction.name, jurisdiction.is_synthetic) == ("盘山县（演示）", True)
        assert root(session).code == "211122000000"
        assert numbers_at(session, LONG_AGO).visit_every_days["general"] == 7
        lists = session.scalar(select(func.count()).select_from(Checklist))
        assert lists == len(CHECKLISTS)
        assert verify(session) is None


def test_the_calendar_is_seeded_and_says_for_which_years(create) -> None:
    result = create("--id", "7")

    assert "work calendar: the holidays of 2004 to 20" in result.output
    with transaction(7) as session:
        days = calendar(session, date(2026, 1, 1), date(2026, 1, 4))
        assert days == {
            date(2026, 1, 1): False, date(2026, 1, 2): False, date(2026, 1, 3): False,
            date(2026, 1, 4): True,
        }  # fmt: skip


def test_years_without_published_holidays_are_warned_of() -> None:
    on_new_year_s_eve = datetime(2026, 12, 31, 17, tzinfo=UTC)  # it is 2027 in Shanghai

    assert unknown_years([2025, 2026], on_new_year_s_eve) == [2027, 2028]
    assert unknown_years([2025, 2026], datetime(2026, 3, 1, tzinfo=UTC)) == [2027]


def test_every_known_day_differs_from_its_weekday_or_is_a_holiday() -> None:
    for day, (is_worked, name) in known_days().items():
        assert name
        assert day.weekday() >= 5 or not is_worked


def test_the_next_free_id_is_taken(create) -> None:
    assert f"jurisdiction: {max(BUSY, HERE) + 1}" in create().output


def test_a_taken_id_is_an_error(create) -> None:
    result = create("--id", str(HERE))

    assert result.exit_code == 1
    assert f"There already is a jurisdiction {HERE}." in result.output


@pytest.mark.parametrize("code", ["", "1", "21112x", "2111220000000", "二一一一二二"])
def test_what_is_no_division_code_is_refused(create, code: str) -> None:
    result = create("--id", "7", "--division-code", code)

    assert result.exit_code == 1
    assert "is no division code" in result.output


def test_every_preset_can_be_begun_with(create) -> None:
    for id, rules in enumerate(RULE_SETS, start=7):
        assert create("--id", str(id), "--rules", rules).exit_code == 0
