"""Rules, checklists and the calendar are changed from now on, never for the past."""

from datetime import UTC, datetime, timedelta

import pytest

from gridsvc.rules.documents import faults
from gridsvc.rules.presets import CHECKLISTS, RULE_SETS
from gridsvc.rules.rules import Numbers
from gridsvc.weeks import local_day, midnight

NOW = datetime.now(UTC)
TODAY = local_day(NOW)
TOMORROW = midnight(TODAY + timedelta(days=1))
OLD = {
    name: value
    for name, value in RULE_SETS["gridsvc"].items()
    if name not in {"visits", "rounds", "night_from_hour", "night_until_hour", "minimum_dwell_s",
                    "flag_weights", "photo_target_kb"}
} | {"visit_every_days": {"key": 3, "general": 14, "special": 7}}  # fmt: skip


@pytest.fixture
def ask(client, village, as_):
    headers = as_(village.dispatcher)
    return lambda method, path, json=None: client.open(
        f"/api/v1{path}", method=method, json=json, headers=headers
    )


def new_rules(name="三河", since=TOMORROW, **changes):
    document = RULE_SETS["sanhe"] | changes
    return {"name": name, "document": document, "in_force_from": since and since.isoformat()}


@pytest.mark.parametrize("name", RULE_SETS)
def test_presets_keep_to_the_published_schema(name: str, client) -> None:
    published = client.get("/api/v1/rule-sets/schema")
    assert published.mimetype == "application/schema+json"
    assert set(published.json["required"]) == set(RULE_SETS[name])
    assert faults(RULE_SETS[name]) == []


def test_a_document_of_the_old_shape_is_read_as_it_was_meant() -> None:
    numbers = Numbers.read(OLD)
    assert numbers.visit_every_days == {"key": 3, "general": 14, "special": 7}
    assert (numbers.photo_target_kb, numbers.minimum_dwell_s) == (400, 120.0)


def test_rules_begin_later_are_seen_by_all_and_can_be_taken_back(ask, village) -> None:
    put = ask("POST", "/rule-sets", new_rules())
    assert (put.status_code, put.json["put_by"]["name"]) == (201, "郑晓")
    [to_come, now] = ask("GET", "/rule-sets").json["items"]
    assert (to_come["in_force"], now["in_force"]) == (False, True)
    assert to_come["judges_from"] == str(TODAY + timedelta(days=1))

    again = ask("POST", "/rule-sets", new_rules())
    assert again.json["type"] == "/problems/moment-taken"
    assert ask("DELETE", f"/rule-sets/{to_come['id']}").status_code == 204
    assert len(ask("GET", "/rule-sets").json["items"]) == 1
    refused = ask("DELETE", f"/rule-sets/{now['id']}").json["type"]
    assert refused == "/problems/already-in-force"


def test_rules_of_now_judge_lists_from_tomorrow_on(ask) -> None:
    assert ask("POST", "/rule-sets", new_rules(since=None)).status_code == 201
    newest = ask("GET", "/rule-sets").json["items"][0]
    assert newest["in_force"]
    assert newest["judges_from"] == str(TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"site_radius_m": 0}, "site_radius_m"),
        ({"visits": [{"level": 4, "every_days": 3}]}, "visits/0/level"),
        ({"visits": [{"level": 3}]}, "visits/0"),
        ({"visits": [{"level": 3, "every_days": 3, "per": "week"}]}, "visits/0"),
        ({"visits": [{"level": 3, "times": 2, "per": "day"}]}, "visits/0/times"),
        ({"flag_weights": {"off_site": 2}}, "flag_weights/off_site"),
        ({"flag_weights": {"off_sight": 1}}, "flag_weights"),
        ({"unheard_of": 1}, ""),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused_with_the_place(ask, changes, where) -> None:
    for path in ("/rule-sets", "/rule-sets:preview"):
        answer = ask("POST", path, new_rules(**changes))
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/bad-rule-set")
        assert where in {fault["where"] for fault in answer.json["faults"]}


def test_nothing_is_changed_for_the_past(ask) -> None:
    yesterday = NOW - timedelta(days=1)
    items = CHECKLISTS["restaurant"]
    asked = [
        ask("POST", "/rule-sets", new_rules(since=yesterday)),
        ask("POST", "/checklists", {"object_kind": "restaurant", "items": items,
                                    "in_force_from": yesterday.isoformat()}),
        ask("PUT", f"/calendar/{local_day(yesterday)}", {"is_workday": False, "name": "停工"}),
        ask("DELETE", f"/calendar/{local_day(yesterday)}"),
    ]  # fmt: skip
    types = [answer.json["type"].rpartition("/")[2] for answer in asked]
    assert types == ["begins-in-the-past", "begins-in-the-past", "past-day", "past-day"]


def test_a_checklist_gets_versions_in_order(ask) -> None:
    body = {"object_kind": "restaurant", "items": CHECKLISTS["restaurant"][:1]}
    second = ask("POST", "/checklists", body | {"in_force_from": TOMORROW.isoformat()})
    assert (second.status_code, second.json["version"]) == (201, 2)
    assert ask("POST", "/checklists", body).json["type"] == "/problems/before-latest-version"
    twice = body | {"items": body["items"] * 2}
    assert ask("POST", "/checklists", twice).status_code == 422


def test_a_day_is_marked_changed_and_unmarked(ask) -> None:
    day = TODAY + timedelta(days=3)
    for name in ("停电", "停水"):
        told = ask("PUT", f"/calendar/{day}", {"is_workday": False, "name": name}).json
        assert told == {"day": str(day), "is_workday": False, "name": name}
    assert ask("DELETE", f"/calendar/{day}").status_code == 204
    assert ask("DELETE", f"/calendar/{day}").json["type"] == "/problems/unmarked-day"
    assert ask("PUT", "/calendar/tomorrow", {"is_workday": True, "name": "班"}).status_code == 422


def test_whoever_may_not_change_rules_is_refused(client, village, as_) -> None:
    answer = client.post("/api/v1/rule-sets", json=new_rules(), headers=as_(village.head))
    assert answer.status_code == 403
