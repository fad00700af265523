from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.digests import canonical
from gridsvc.ids import new_id
from gridsvc.issues.models import Issue
from gridsvc.quarantine import Quarantined
from tests.conftest import THERE, enter
from tests.factories.accountability import add_duty, add_person
from tests.factories.grids import add_grid
from tests.factories.issues import (
    a_photo,
    a_photo_body,
    add_issue,
    an_action_body,
    an_issue_body,
    bring,
    do,
)
from tests.factories.people import bearer


@pytest.fixture
def now() -> datetime:
    """Yesterday: whatever takes effect then is over when the server answers."""
    return datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def issue(session, village, now) -> Issue:
    return add_issue(session, village.yard, village.officer, now)


@pytest.fixture
def get(client, as_):
    def _get(path, somebody):
        return client.get(f"/api/v1/issues{path}", headers=as_(somebody))

    return _get


@pytest.fixture
def post(client, session, issue):
    """Act on the issue."""

    def _post(somebody, action, *, kind="browser", issue_id=None, **changes):
        body = an_action_body(action, datetime.now(UTC), **changes)
        return client.post(
            f"/api/v1/issues/{issue_id or issue.id}/actions",
            json=body,
            headers=bearer(session, somebody, kind=kind),
        )

    return _post


def test_put_reports_once(client, village, as_, public_key) -> None:
    id, body = new_id(), an_issue_body(village.yard, photos=[a_photo_body()])
    headers = as_(village.officer)

    first, again = (client.put(f"/api/v1/issues/{id}", json=body, headers=headers) for _ in "12")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    told = first.json["issue"]
    assert (told["state"], told["grid"]["name"], told["town"]["name"]) == (
        "found", "赵家村", "吴家镇",
    )  # fmt: skip
    assert told["enterprise"]["name"] == "宏达砂石场"
    assert told["found_by"]["name"] == "李秀英"
    receipt = first.json["receipt"]
    signature = bytes.fromhex(receipt.pop("signature"))
    public_key.verify(signature, canonical(receipt))
    assert receipt["media"] == [body["photos"][0]["sha256"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("category", "weather"),
        ("severity", "high"),
        ("description", ""),
        ("description", "\0"),
        ("enterprise_id", "yard"),
        ("position", {"type": "Point", "coordinates": [41.24, 122.05]}),
        ("surprise", 1),
    ],
)
def test_a_malformed_report_names_the_field(client, village, as_, field, value) -> None:
    response = client.put(
        f"/api/v1/issues/{new_id()}",
        json=an_issue_body(village.yard, **{field: value}),
        headers=as_(village.officer),
    )

    assert response.status_code == 422
    assert list(response.json["errors"]["json"]) == [field]


def test_a_report_needs_a_place_and_a_position_its_crs(client, village, as_) -> None:
    headers, url = as_(village.officer), f"/api/v1/issues/{new_id()}"
    body = an_issue_body(village.yard)
    del body["enterprise_id"]
    point = {"type": "Point", "coordinates": [122.05, 41.24]}

    nowhere = client.put(url, json=body, headers=headers)
    unclear = client.put(url, json=body | {"position": point}, headers=headers)

    assert list(nowhere.json["errors"]["json"]) == ["position"]
    assert list(unclear.json["errors"]["json"]) == ["crs"]


def test_an_action_changes_the_issue_and_its_repeat_does_not(
    client, post, issue, village, as_
) -> None:
    body = an_action_body("assign", datetime.now(UTC), unit_id=str(village.bureau.id), version=1)
    url, headers = f"/api/v1/issues/{issue.id}/actions", as_(village.head)

    first, again = (client.post(url, json=body, headers=headers) for _ in "12")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["issue"]["state"] == "assigned"
    assert first.json["issue"]["lead_unit"]["name"] == "住建局"
    assert first.json["issue"]["version"] == 2
    assert first.json["action"]["person"]["name"] == "孙卫东"
    assert first.json["receipt"]["id"] == body["id"]


def test_a_409_lists_what_is_allowed(post, village) -> None:
    response = post(village.head, "close")

    assert response.status_code == 409
    assert response.json["type"] == "/problems/transition-not-allowed"
    assert response.json["state"] == "found"
    assert response.json["allowed"] == ["assign", "merge", "void"]


def test_a_stale_version_is_a_409_with_the_version_that_stands(post, village) -> None:
    response = post(village.head, "void", version=7, note="重复登记")

    assert response.status_code == 409
    assert response.json["type"] == "/problems/stale-issue"
    assert response.json["version"] == 1


def test_what_nobody_gave_one_is_a_403_and_what_is_foreign_a_404(
    session, post, get, issue, village
) -> None:
    elsewhere = add_person(session, "尤里")
    other_town = add_grid(session, "钱家镇", level=2, parent=village.county)
    add_duty(session, elsewhere, other_town, Role.GRID_HEAD)

    assert post(village.officer, "assign").status_code == 403
    assert post(elsewhere, "assign").status_code == 404
    assert post(village.head, "assign", issue_id=new_id()).status_code == 404
    assert get(f"/{issue.id}", village.officer).status_code == 200
    assert get(f"/{issue.id}", elsewhere).status_code == 404
    assert get("", elsewhere).json["items"] == []


def test_another_jurisdiction_does_not_see_it(session, get, post, issue) -> None:
    enter(THERE)
    stranger = add_person(session, "外人")
    add_duty(session, stranger, add_grid(session, "科左后旗", level=1), Role.DISPATCHER)
    session.commit()

    assert get(f"/{issue.id}", stranger).status_code == 404
    assert post(stranger, "assign").status_code == 404


def test_a_phones_refused_action_is_kept_aside_and_a_desks_is_not(session, post, village) -> None:
    post(village.head, "close", kind="browser")
    assert session.scalars(select(Quarantined)).all() == []

    post(village.head, "close", kind="phone")
    [aside] = session.scalars(select(Quarantined))
    assert aside.problem["type"] == "/problems/transition-not-allowed"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "936da01f-9abd-4d9d-80c7-02af85c822a8"),
        ("action", "recur"),
        ("action", "fix_on_spot"),
        ("version", 0),
        ("due_on", "9999-12-31"),
        ("due_kinds", []),
        ("due_kinds", ["some day"]),
        ("result", "fine"),
        ("surprise", 1),
    ],
)
def test_a_malformed_action_names_the_field(post, village, field, value) -> None:
    changes = {"action": value} if field == "action" else {field: value}
    action = changes.pop("action", "assign")

    response = post(village.head, action, **changes)

    assert response.status_code == 422
    assert list(response.json["errors"]["json"]) == [field]


def test_an_issue_is_read_whole(session, get, issue, village, now) -> None:
    bring(session, village, issue, "submitted", now)
    response = get(f"/{issue.id}", village.deputy)
    whole = response.json

    assert response.headers["ETag"] == '"4"'
    assert [(a["action"], a["to_state"], a["person"]["name"]) for a in whole["actions"]] == [
        ("assign", "assigned", "孙卫东"),
        ("take_on", "rectifying", "褚明"),
        ("submit", "submitted", "褚明"),
    ]
    [photo] = whole["actions"][-1]["photos"]
    assert (photo["purpose"], photo["arrived"]) == ("after", True)
    assert whole["allowed"] == ["accept", "reject", "merge", "void"]
    assert [(gate["key"], gate["met"]) for gate in whole["gates"]] == [
        ("submitted", True),
        ("after_photo", True),
        ("accepted_by_another", False),
    ]
    assert get(f"/{issue.id}", village.liaison).json["allowed"] == []


def test_it_says_who_answered_then_and_which_seat_was_vacant(
    session, get, issue, village, now
) -> None:
    """Another head came after the issue was found."""
    duty = session.scalars(select(Duty).where(Duty.person_id == village.head.id)).one()
    duty.period = type(duty.period)(duty.period.lower, now + timedelta(hours=1))
    session.flush()
    new = add_person(session, "周敏")
    add_duty(session, new, village.town, Role.GRID_HEAD, since=now + timedelta(hours=1))

    held = get(f"/{issue.id}", new).json["responsible_then"]

    heads = [
        (h["grid"]["name"], h["person"] and h["person"]["name"])
        for h in held
        if h["role"] == "grid_head"
    ]
    assert heads == [("盘山县", "吴国平"), ("吴家镇", "孙卫东"), ("赵家村", None)]
    assert ("赵家村", "李秀英") in [
        (h["grid"]["name"], h["person"]["name"]) for h in held if h["role"] == "grid_officer"
    ]


def test_the_list_shows_what_waits(session, get, village, now) -> None:
    """One found, one overdue, one due soon, one submitted, one closed long ago, one relapsed."""
    long_ago = now - timedelta(days=60)
    kinds = {}
    for name, at, state in [
        ("waiting_assign", now, "found"),
        ("overdue", long_ago, "assigned"),
        ("to_accept", long_ago, "submitted"),
        ("to_close", now, "accepted"),
        ("look_back_due", long_ago, "closed"),
        ("closed", now, "looked_back"),
        ("due_soon", now - timedelta(days=6), "rectifying"),
    ]:
        kinds[name] = add_issue(session, village.yard, village.officer, at, category="other")
        bring(session, village, kinds[name], state, at)
    kinds["relapsed"] = add_issue(session, village.farm, village.head, long_ago)
    bring(session, village, kinds["relapsed"], "closed", long_ago)
    do(session, kinds["relapsed"], village.head, "relapse", now, note="又来")

    answer = get("", village.head).json

    assert answer["counts"] == {
        "waiting_assign": 1, "overdue": 2, "due_soon": 1, "to_accept": 1, "to_close": 1,
        "look_back_due": 1, "relapsed": len([i for i in kinds.values() if relapsed(i)]),
        "open": 6, "closed": 2, "urgent": 0,
    }  # fmt: skip
    for preset, issue in kinds.items():
        shown = get(f"?preset={preset}", village.head).json["items"]
        assert str(issue.id) in [item["id"] for item in shown], preset
        assert len(shown) == answer["counts"][preset]
    assert all(item["overdue"] for item in get("?overdue=true", village.head).json["items"])
    rest = get("?overdue=false", village.head).json["items"]
    assert len(rest) == len(kinds) - 2
    assert not any(item["overdue"] for item in rest)


def relapsed(issue: Issue) -> bool:
    return issue.relapses > 0 and issue.state not in {"closed", "looked_back", "void"}


def test_the_list_is_narrowed_and_its_counts_with_it(session, get, issue, village, now) -> None:
    farm = add_issue(session, village.farm, village.head, now, description="100% 恶臭")
    do(session, farm, village.head, "assign", now, owner_id=village.head.id)

    def ids(query):
        return [item["id"] for item in get(query, village.head).json["items"]]

    assert ids("") == [str(farm.id), str(issue.id)]
    assert ids(f"?grid={village.town.id}") == ids("")
    assert ids(f"?grid={village.zhao.id}") == [str(issue.id)]
    assert ids(f"?enterprise={village.farm.id}") == [str(farm.id)]
    assert ids("?owner=me") == ids("?state=assigned") == [str(farm.id)]
    assert ids("?q=宏达") == ids(f"?q={issue.number}") == [str(issue.id)]
    assert ids("?q=100%25") == [str(farm.id)]
    assert ids("?q=%25") == [str(farm.id)]
    assert get(f"?grid={village.zhao.id}", village.head).json["counts"]["open"] == 1
    assert get("?grid=somewhere", village.head).status_code == 422
    assert get("?colour=red", village.head).status_code == 422


def test_the_list_comes_page_by_page(session, get, village, now) -> None:
    issues = [add_issue(session, village.yard, village.officer, now) for _ in range(3)]

    page = get("?limit=2", village.head).json
    rest = get(f"?limit=2&after={page['next']}", village.head).json

    found = [item["id"] for item in page["items"] + rest["items"]]
    assert found == [str(id) for id in sorted((i.id for i in issues), reverse=True)]
    assert rest["next"] is None


def test_each_sees_what_their_part_in_it_shows_them(session, get, issue, village, now) -> None:
    owner = add_person(session, "周敏")

    def seen(somebody):
        return [item["id"] for item in get("", somebody).json["items"]]

    assert seen(village.answerable) == seen(village.officer) == [str(issue.id)]
    assert seen(village.liaison) == seen(owner) == []
    do(session, issue, village.head, "assign", now, unit_id=village.bureau.id, owner_id=owner.id)
    assert seen(village.liaison) == seen(owner) == [str(issue.id)]


def test_photos_of_a_submission_stand_beside_it(client, post, issue, village, session, now, get):
    bring(session, village, issue, "rectifying", now)
    photo = a_photo("after")
    body = {"sha256": photo.sha256, "purpose": "after", "taken_at": photo.taken_at.isoformat()}

    response = post(village.liaison, "submit", photos=[body])

    assert [p["sha256"] for p in response.json["action"]["photos"]] == [photo.sha256]
    assert response.json["receipt"]["media"] == [photo.sha256]
