import json
from datetime import datetime

import pytest
from sqlalchemy import select

from gridsvc.audit.service import lines_about
from gridsvc.ids import id_at, new_id
from gridsvc.quarantine import Quarantined
from gridsvc.weeks import midnight
from tests.factories.accountability import add_duty, add_person
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import a_record
from tests.factories.village import ZHAO

BEGAN_AT = datetime.fromisoformat("2026-02-27T12:00:00+08:00")
ENDED_AT = "2026-02-27T13:00:00+08:00"
FRIDAY = "2026-02-27"


def a_patrol(village, **changes):
    usual = {
        "made_at": BEGAN_AT.isoformat(),
        "grid_id": str(village.zhao.id),
        "position": {"type": "Point", "coordinates": [122.05, 41.24]},
        "crs": "wgs84",
        "accuracy_m": 8,
    }
    return usual | changes


def a_part(*moments: datetime, **changes):
    points = [[122.05 + n / 1000, 41.24, at.timestamp(), None] for n, at in enumerate(moments)]
    return {"crs": "wgs84", "points": points} | changes


def an_end(patrol_id):
    return {
        "made_at": ENDED_AT,
        "patrol_id": str(patrol_id),
        "facts": {"points": 1, "distance_m": 0.0, "gaps": 0, "visits": 0},
    }


def a_day_close(village, **changes):
    usual = {
        "made_at": ENDED_AT,
        "grid_id": str(village.zhao.id),
        "day": FRIDAY,
        "visits": 0,
        "problems": 0,
    }
    return usual | changes


@pytest.fixture
def put(client, village, as_):
    """PUT as the officer of Zhao, or as somebody else."""
    headers = {None: as_(village.officer)}

    def _put(path, body, *, person=None):
        if person not in headers:
            headers[person] = as_(person)
        return client.put(f"/api/v1{path}", json=body, headers=headers[person])

    return _put


@pytest.fixture
def get(client, as_):
    return lambda path, person: client.get(f"/api/v1{path}", headers=as_(person))


@pytest.fixture
def walked(put, village):
    """A patrol of an hour with three fixes, the last forty minutes after the second."""
    patrol_id, noon = new_id(), BEGAN_AT
    moments = [noon, noon.replace(minute=1), noon.replace(minute=41)]
    assert put(f"/patrols/{patrol_id}", a_patrol(village)).status_code == 201
    assert put(f"/patrols/{patrol_id}/track/0", a_part(*moments)).status_code == 201
    assert put(f"/patrol-ends/{new_id()}", an_end(patrol_id)).status_code == 201
    return patrol_id


def test_a_patrol_is_told_with_its_length_and_its_gaps(get, walked, village) -> None:
    [item] = get(f"/patrols?grid={village.town.id}", village.head).json["items"]

    assert item["id"] == str(walked)
    assert item["occurred_at"] == "2026-02-27T04:00:00.000000Z"
    assert (item["officer"]["name"], item["grid"]["name"]) == ("李秀英", "赵家村")
    assert item["end"]["occurred_at"] == "2026-02-27T05:00:00.000000Z"
    assert item["track"]["distance_m"] == pytest.approx(167.7, abs=0.5)
    assert (item["track"]["points"], item["track"]["duration_s"]) == (3, 41 * 60)
    assert item["track"]["gaps"] == [
        {"since": "2026-02-27T04:01:00.000000Z", "until": "2026-02-27T04:41:00.000000Z"}
    ]


def test_patrols_are_listed_by_time_page_by_page_and_only_where_one_may_see(
    get, put, walked, village
) -> None:
    later = new_id()
    put(f"/patrols/{later}", a_patrol(village, made_at="2026-03-02T12:00:00+08:00"))

    page = get("/patrols?limit=1", village.head).json
    rest = get(f"/patrols?after={page['next']}", village.head).json
    assert [i["id"] for i in page["items"] + rest["items"]] == [str(later), str(walked)]
    march = get("/patrols?since=2026-03-01T00:00:00%2B08:00", village.head).json
    assert [i["id"] for i in march["items"]] == [str(later)]
    february = get("/patrols?until=2026-03-01T00:00:00%2B08:00", village.head).json
    assert [i["id"] for i in february["items"]] == [str(walked)]
    assert get(f"/patrols?grid={village.qian.id}", village.head).json["items"] == []
    assert get("/patrols?colour=red", village.head).status_code == 422


def test_a_track_is_read_by_its_walker_and_from_above_alone(session, get, walked, village) -> None:
    path = f"/patrols/{walked}/track"
    track = get(path, village.officer).json

    assert track["points"][0] == pytest.approx([122.05, 41.24, BEGAN_AT.timestamp()])
    assert track["chunks"] == [{"seq": 0, "points": 3, "dropped": 0}]
    assert get(path, village.head).json["type"] == "/problems/purpose-missing"
    assert get(f"{path}?purpose=核实", village.head).json == track
    [line] = [line for line in lines_about(session, [walked]) if line.deed == "track.read"]
    assert json.loads(line.text)["changes"] == {"purpose": [None, "核实"]}
    assert get(f"{path}?purpose=核实", village.liaison).status_code == 404
    assert get(f"/patrols/{new_id()}/track", village.officer).status_code == 404


def test_a_colleague_who_sees_the_grid_may_not_read_the_track(
    session, get, walked, village
) -> None:
    colleague = add_person(session, "吴刚")
    add_duty(session, colleague, village.zhao)

    assert get(f"/patrols/{walked}/track?purpose=看看", colleague).status_code == 403


def test_fixes_are_converted_from_their_crs_once(get, put, village) -> None:
    patrol_id = new_id()
    put(f"/patrols/{patrol_id}", a_patrol(village))
    put(f"/patrols/{patrol_id}/track/0", a_part(BEGAN_AT, crs="gcj02"))

    [[lon, lat, _]] = get(f"/patrols/{patrol_id}/track", village.officer).json["points"]

    assert 0.003 < 122.05 - lon < 0.01
    assert abs(41.24 - lat) < 0.01


def test_a_part_sent_again_is_no_news_and_another_in_its_place_a_conflict(
    session, put, village, walked
) -> None:
    path, body = f"/patrols/{walked}/track/1", a_part(BEGAN_AT)

    first, again = put(path, body), put(path, body)
    other = [put(path, a_part(BEGAN_AT, BEGAN_AT)) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json == {"track": {"seq": 1, "points": 1, "dropped": 0}}
    assert [r.json["type"] for r in other] == ["/problems/chunk-taken"] * 2
    [aside] = session.scalars(select(Quarantined))
    kept = json.loads(aside.record)["body"]
    assert (kept["patrol_id"], kept["seq"]) == (str(walked), 1)


@pytest.mark.parametrize(
    "point",
    [
        [122.05, 41.24, 1],
        [41.24, 122.05, 1, 5],
        [122.05, 41.24, -1, 5],
        [122.05, 41.24, 10**400, 5],
        [122.05, float("nan"), 1, 5],
        [122.05, 41.24, 1, -5],
        [122.05, 41.24, "1", 5],
        "122,41",
    ],
)
def test_a_fix_that_says_nothing_is_refused_with_its_number(put, walked, point) -> None:
    body = {"crs": "wgs84", "points": [[122.05, 41.24, 1, 5], point]}

    response = put(f"/patrols/{walked}/track/5", body)

    assert response.status_code == 422
    assert "Point 1" in response.json["errors"]["json"]["points"][0]


@pytest.mark.parametrize(
    ("path", "changes", "field"),
    [
        ("patrols", {"crs": None}, "crs"),
        ("patrols", {"grid_id": "x"}, "grid_id"),
        ("day-closes", {"day": "9999-12-31"}, "day"),
        ("day-closes", {"visits": -1}, "visits"),
        ("day-closes", {"unvisited": [{"enterprise_id": "x"}]}, "unvisited"),
    ],
)
def test_a_malformed_body_names_the_field(put, village, path, changes, field) -> None:
    make = a_patrol if path == "patrols" else a_day_close

    response = put(f"/{path}/{new_id()}", make(village, **changes))

    assert response.status_code == 422
    assert list(response.json["errors"]["json"]) == [field]


def test_the_end_of_an_unknown_patrol_is_kept_until_its_start_comes(session, put) -> None:
    response = put(f"/patrol-ends/{new_id()}", an_end(new_id()))

    assert (response.status_code, response.json["type"]) == (
        404, "/problems/waits-for-predecessor",
    )  # fmt: skip
    assert session.scalars(select(Quarantined)).one().verdict == "held"


def test_a_day_close_is_entered_once_and_listed_with_names(get, put, village) -> None:
    id, told = new_id(), a_day_close(village, unvisited=[{
        "enterprise_id": str(village.yard.id), "reason": "停产",
    }])  # fmt: skip

    first, again = put(f"/day-closes/{id}", told), put(f"/day-closes/{id}", told)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["receipt"]["id"] == str(id)
    other = put(f"/day-closes/{new_id()}", a_day_close(village, visits=1))
    assert (other.status_code, other.json["type"]) == (409, "/problems/day-already-closed")
    assert other.json["day_close_id"] == str(id)

    span = f"from={FRIDAY}&until={FRIDAY}"
    [item] = get(f"/day-closes?grid={village.town.id}&{span}", village.head).json["items"]
    assert (item["id"], item["day"], item["officer"]["name"]) == (str(id), FRIDAY, "李秀英")
    assert item["unvisited"][0]["reason"] == "停产"
    assert get("/day-closes?from=2026-02-28", village.head).json["items"] == []
    assert get("/day-closes?until=2026-02-26", village.head).json["items"] == []


def test_a_whole_round_goes_in_by_one_push_in_whatever_order(client, village, as_) -> None:
    patrol_id = new_id()

    def record(kind, body, id=None):
        made = {"kind": kind, "id": str(id or new_id()), "made_at": ENDED_AT, "device_seq": 1}
        return made | {"body": {"made_at": ENDED_AT} | body}

    part = a_part(BEGAN_AT) | {"patrol_id": str(patrol_id), "seq": 0}
    records = [
        record("day_close", a_day_close(village)),
        record("patrol_end", an_end(patrol_id)),
        a_record(village.yard, village.checklist, patrol_id=str(patrol_id)),
        record("track", part),
        record("track", part),
        record("patrol", a_patrol(village), patrol_id),
    ]

    answer = client.post(
        "/api/v1/sync/push", json={"records": records}, headers=as_(village.officer)
    )

    verdicts = answer.json["verdicts"]
    assert [v["verdict"] for v in verdicts] == ["accepted"] * 4 + ["duplicate", "accepted"]
    assert all(v["receipt"]["audit_seq"] for v in verdicts)


def test_due_visits_and_debt_name_the_grid_and_who_answers(session, get, village) -> None:
    works = add_enterprise(
        session,
        "红旗化工厂",
        ZHAO,
        village.zhao,
        id=id_at(midnight(datetime.fromisoformat("2026-02-24").date())),
        supervision_class="key",
    )
    session.commit()

    due = get(f"/due-visits?grid={village.zhao.id}&date={FRIDAY}", village.officer).json
    debt = get(
        f"/coverage-debt?grid={village.town.id}&at=2026-03-02T12:00:00%2B08:00", village.head
    ).json

    assert (due["grid"]["name"], due["date"], due["left"]) == ("赵家村", FRIDAY, 2)
    yard, item = due["items"]
    assert yard["owed_days"] > 0
    assert item["enterprise"]["id"] == str(works.id)
    assert item["enterprise"]["location"]["coordinates"] == [ZHAO.x, ZHAO.y]
    assert (item["due_on"], item["owed_days"], item["visited_today"]) == (FRIDAY, 0, False)
    assert due["as_of"]
    by_name = {owed["enterprise"]["name"]: owed for owed in debt["items"]}
    assert set(by_name) == {"红旗化工厂", "宏达砂石场", "钱家养殖场"}
    owed = by_name["红旗化工厂"]
    assert (owed["grid"]["name"], owed["owed_since"], owed["owed_days"]) == ("赵家村", FRIDAY, 3)
    assert (owed["owner"], owed["vacant"]) == (None, True)
    yard = by_name["宏达砂石场"]
    assert (yard["owner"]["name"], yard["vacant"]) == ("卫红", False)


@pytest.mark.parametrize("path", ["/due-visits?grid={}", "/coverage-debt?grid={}"])
def test_a_foreign_grid_does_not_exist(get, village, path) -> None:
    assert get(path.format(village.zhao.id), village.officer).status_code == 200
    assert get(path.format(village.qian.id), village.officer).status_code == 404
    assert get(path.format(new_id()), village.officer).status_code == 404


def test_a_year_beyond_the_calendar_is_a_4xx(get, village) -> None:
    path = f"/due-visits?grid={village.zhao.id}&date=9999-12-31"
    assert get(path, village.officer).status_code == 422


def test_my_day_counts_what_i_did_and_says_what_is_still_open(get, put, walked, village) -> None:
    visit = a_record(village.yard, village.checklist)["body"] | {"made_at": ENDED_AT}
    put(f"/inspections/{new_id()}", visit)

    before = get(f"/my-day?date={FRIDAY}", village.officer).json
    put(f"/day-closes/{new_id()}", a_day_close(village, visits=1))
    after = get(f"/my-day?date={FRIDAY}", village.officer).json

    assert (before["visits"], before["problems"]) == (1, 0)
    assert [patrol["id"] for patrol in before["patrols"]] == [str(walked)]
    assert [(g["grid"]["name"], g["visits"], g["day_close"]) for g in before["grids"]] == [
        ("赵家村", 1, None)
    ]
    assert after["grids"][0]["day_close"]["visits"] == 1
    assert get("/my-day?date=2026-02-26", village.officer).json["patrols"] == []
