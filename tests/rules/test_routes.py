from datetime import UTC, date, datetime, timedelta

import pytest

from gridsvc.actor import system
from gridsvc.rules.presets import RULE_SETS
from gridsvc.rules.service import mark_days, put_in_force

NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)


@pytest.fixture
def get(client, village, as_):
    headers = as_(village.officer)
    return lambda path, **more: client.get(f"/api/v1{path}", headers=headers | more)


def test_the_rule_set_that_counts_now_is_marked(session, get, village) -> None:
    put_in_force(
        session, "sanhe", RULE_SETS["sanhe"], {}, since=NEXT_YEAR, by=system("test"), now=NEXT_YEAR
    )

    items = get("/rule-sets").json["items"]

    assert [(i["name"], i["in_force"]) for i in items] == [("sanhe", False), ("gridsvc", True)]
    assert items[1]["document"] == RULE_SETS["gridsvc"]


def test_checklists_are_sent_again_only_when_one_has_changed(session, get, village) -> None:
    first = get("/checklists")
    same = get("/checklists", **{"If-None-Match": first.headers["ETag"]})
    [yard] = [i for i in first.json["items"] if i["object_kind"] == "industrial"]

    assert yard["id"] == str(village.checklist.id)
    assert yard["items"][0]["item"] == "smell"
    assert (same.status_code, same.data) == (304, b"")

    put_in_force(
        session, "sanhe", RULE_SETS["sanhe"], {"park": yard["items"]},
        since=NEXT_YEAR, by=system("test"), now=NEXT_YEAR,
    )  # fmt: skip
    changed = get("/checklists", **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_the_calendar_tells_every_day_and_names_the_exceptions(session, get) -> None:
    mark_days(
        session, {date(2026, 10, 9): (False, "国庆节"), date(2026, 10, 10): (True, "调休上班")}
    )

    told = get("/calendar?from=2026-10-08&until=2026-10-11").json

    assert told == {
        "days": [
            {"day": "2026-10-08", "is_workday": True},
            {"day": "2026-10-09", "is_workday": False, "name": "国庆节"},
            {"day": "2026-10-10", "is_workday": True, "name": "调休上班"},
            {"day": "2026-10-11", "is_workday": False},
        ]
    }


def test_a_year_that_nobody_has_entered_is_warned_of(session, get) -> None:
    mark_days(session, {date(2026, 1, 1): (False, "元旦")})

    told = get("/calendar?from=2026-12-31&until=2027-01-01").json

    assert told["years_without_data"] == [2027]
    assert told["warning"] == "No holidays are entered for 2027."
    assert [day["is_workday"] for day in told["days"]] == [True, True]


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-01-02&until=2026-01-01",
        "from=2026-01-01&until=2027-12-31",
        "from=2026-01-01",
        "from=9999-01-01&until=9999-12-31",
        "from=2026-02-30&until=2026-03-01",
    ],
)
def test_a_stretch_that_makes_no_sense_is_a_4xx(get, query: str) -> None:
    assert get(f"/calendar?{query}").status_code == 422
