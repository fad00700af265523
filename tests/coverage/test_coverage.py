"""What is owed in sum opens its visits; a preview tells what a change would do, and does none."""

from datetime import UTC, datetime, timedelta

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.inspections.service import register
from gridsvc.rules.presets import RULE_SETS
from gridsvc.weeks import local_day
from tests.factories.inspections import a_report
from tests.factories.village import actor, appoint

NOW = datetime.now(UTC)
TOMORROW = local_day(NOW) + timedelta(days=1)


@pytest.fixture
def get(client, village, as_):
    headers = as_(village.dispatcher)
    return lambda path, **query: (
        client.get(
            f"/api/v1{path}", query_string={"grid": str(village.county.id)} | query, headers=headers
        ).json
    )


@pytest.mark.parametrize("by", ["owner", "grid", "officer"])
def test_every_total_opens_exactly_its_visits(session, get, village, by: str) -> None:
    appoint(session, "钱村长", village.qian, Role.GRID_HEAD)
    session.commit()
    told = get("/coverage-debt/totals", by=by)

    assert told["count"] == sum(line["count"] for line in told["items"]) == 2
    for line in told["items"]:
        found = get("/coverage-debt/records", by=by, key=line["key"])
        assert found["count"] == len(found["items"]) == line["count"]
        assert max(debt["owed_days"] for debt in found["items"]) == line["longest_days"]


def test_where_nobody_is_responsible_the_head_owes_it_and_the_vacancy_is_shown(
    session, get, village
) -> None:
    appoint(session, "钱村长", village.qian, Role.GRID_HEAD)
    session.commit()
    lines = get("/coverage-debt/totals", by="owner")["items"]

    told = {(line["person"]["name"], line["vacant"]) for line in lines}
    assert told == {("卫红", False), ("钱村长", True)}


def preview(client, headers, **changes):
    document = RULE_SETS["gridsvc"] | changes
    body = {"name": "试", "document": document, "in_force_from": f"{TOMORROW}T00:00:00+08:00"}
    return client.post("/api/v1/rule-sets:preview", json=body, headers=headers).json


def test_a_preview_tells_what_becomes_due_for_whom_and_changes_nothing(
    session, client, village, as_, get
) -> None:
    at = NOW - timedelta(days=2)
    register(session, [a_report(village.yard, village.officer, village.checklist, made_at=at)],
             by=actor(village.officer), now=at)  # fmt: skip
    session.commit()
    headers = as_(village.dispatcher)
    daily = [{"level": 3, "times": 1, "per": "day"}]
    told = preview(client, headers, visits=daily, patrol_on_workdays_only=False)

    [line] = told["by_class"]
    assert (line["key"], line["before"]["owed"], line["after"]["owed"]) == ("general", 1, 1)
    assert (line["before"]["due"], line["after"]["due"]) == (0, 1)
    assert line["after"]["asked"] == 56 > line["before"]["asked"]
    [item] = told["becomes_due"]["items"]
    assert (item["enterprise"]["name"], item["owner"]["name"]) == ("宏达砂石场", "卫红")
    assert told["no_longer_due"]["count"] == 0
    owners = {(o["owner"] or {}).get("name"): (o["before"], o["after"]) for o in told["owners"]}
    assert owners == {"卫红": (0, 1), None: (1, 1)}
    assert [grid["grid"]["name"] for grid in told["by_grid"]] == ["吴家镇"]
    assert len(get("/coverage-debt/totals")["items"]) == 1
    rule_sets = client.get("/api/v1/rule-sets", headers=headers).json["items"]
    assert [one["name"] for one in rule_sets] == ["gridsvc"]


def test_the_same_rules_change_nothing(client, village, as_) -> None:
    told = preview(client, as_(village.dispatcher))
    assert told["becomes_due"]["count"] == told["no_longer_due"]["count"] == 0
    assert all(line["before"] == line["after"] for line in told["by_class"])
