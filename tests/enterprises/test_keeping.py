"""Keeping the registry by hand, over HTTP, and what phones and the trail see of it."""

from base64 import b64encode
from datetime import date

import pytest
from shapely import Point
from sqlalchemy import select

from gridsvc.accountability.rules import Role
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.enterprises.alike import likeness
from gridsvc.enterprises.models import Enterprise
from gridsvc.synced import stamp, tick
from tests.conftest import HERE
from tests.factories.enterprises import add_enterprise
from tests.factories.village import QIAN, ZHAO, appoint

LIST = "/api/v1/enterprises"
NEW = {
    "name": "新兴木业",
    "kind": "industrial",
    "supervision_class": "general",
    "address": "赵家村东头",
    "location": {"type": "Point", "coordinates": [ZHAO.x, ZHAO.y]},
    "crs": "wgs84",
}


@pytest.fixture
def ask(client, as_, village):
    """POST or PATCH as the dispatcher, or as somebody else."""

    def _ask(path, body=None, person=village.dispatcher, method="POST", **headers):
        return client.open(
            f"{LIST}{path}", method=method, json=body or {}, headers={**as_(person), **headers}
        )

    return _ask


@pytest.fixture
def etag(client, as_, village):
    return lambda enterprise: client.get(
        f"{LIST}/{enterprise.id}", headers=as_(village.dispatcher)
    ).headers["ETag"]


@pytest.fixture
def found(session, village):
    """A place that somebody found in Zhao, beside the yard."""
    return add_enterprise(
        session, "宏达砂石", Point(ZHAO.x + 0.0002, ZHAO.y), village.zhao, state="proposed"
    )


def test_an_enterprise_is_entered_in_the_grid_of_its_place(ask, session, village) -> None:
    answer = ask("", NEW)

    assert answer.status_code == 201, answer.json
    assert answer.json["grid_id"] == str(village.zhao.id)
    assert answer.json["code"].startswith("Q20")
    assert verify(session) is None


@pytest.mark.parametrize("name", ["name", "address", "kind", "supervision_class", "crs"])
def test_what_is_missing_is_named(ask, name) -> None:
    answer = ask("", {key: value for key, value in NEW.items() if key != name})

    assert answer.status_code == 422
    assert name in answer.json["errors"]["json"]


def test_a_place_in_no_grid_and_an_unknown_kind_are_refused(ask) -> None:
    nowhere = NEW | {"location": {"type": "Point", "coordinates": [10, 10]}}

    assert ask("", nowhere).json["type"] == "/problems/place-in-no-grid"
    assert ask("", NEW | {"kind": "castle"}).json["type"] == "/problems/no-checklist-for-kind"


def test_a_code_names_one_enterprise(ask, village) -> None:
    answer = ask("", NEW | {"code": village.yard.code})

    assert answer.status_code == 409
    assert answer.json["enterprise_id"] == str(village.yard.id)


def test_a_wrong_uscc_is_told_with_what_is_wrong(ask) -> None:
    answer = ask("", NEW | {"uscc": "91211122YYY6M5D1U0"})

    assert "check digit" in answer.json["errors"]["json"]["uscc"][0]


def test_a_change_wants_the_version_that_was_read(ask, etag, village) -> None:
    path, tag = f"/{village.yard.id}", etag(village.yard)
    change = {"contact_name": "冯经理", "permit_class": "simplified", "permit_until": "2027-06-30"}

    assert ask(path, change, method="PATCH").status_code == 428
    answer = ask(path, change, method="PATCH", **{"If-Match": tag})
    assert answer.status_code == 200, answer.json
    assert answer.json["enterprise"]["permit_until"] == "2027-06-30"
    assert answer.json["enterprise"]["version"] == 2
    assert ask(path, change, method="PATCH", **{"If-Match": tag}).status_code == 412


def test_the_trail_says_what_changed_and_seals_the_telephone(ask, etag, session, village) -> None:
    change = {"contact_phone": "13800000000", "address": "新址"}
    ask(f"/{village.yard.id}", change, method="PATCH", **{"If-Match": etag(village.yard)})

    line = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert line.deed == "enterprise.change"
    assert "新址" in line.text
    assert "13800000000" not in line.text


def test_another_place_takes_it_to_another_grid(ask, etag, session, village) -> None:
    there = {"location": {"type": "Point", "coordinates": [QIAN.x, QIAN.y]}, "crs": "wgs84"}

    answer = ask(f"/{village.yard.id}", there, method="PATCH", **{"If-Match": etag(village.yard)})

    assert answer.json["grid"]["id"] == str(village.qian.id)


def test_a_town_head_keeps_the_registry_of_the_own_town_only(ask, session, village) -> None:
    officer, stranger = village.officer, appoint(session, "外人", village.qian, Role.GRID_HEAD)

    assert ask("", NEW, person=village.head).status_code == 201
    assert ask("", NEW, person=officer).status_code == 403
    assert ask(f"/{village.yard.id}:close", {"reason": "停产"}, stranger).status_code == 403


def test_what_was_found_is_shown_beside_what_it_may_be(client, as_, found, village) -> None:
    answer = client.get(f"{LIST}/{found.id}/candidates", headers=as_(village.head))

    [candidate] = answer.json["items"]
    assert candidate["other"]["id"] == str(village.yard.id)
    assert candidate["reasons"] == ["near", "alike"]
    assert candidate["distance_m"] == pytest.approx(16.8, abs=0.5)


def test_what_was_found_is_approved_once(ask, found) -> None:
    approval = {"supervision_class": "key", "code": "T-99999"}

    answer = ask(f"/{found.id}:approve", approval)
    assert (answer.json["state"], answer.json["code"]) == ("active", "T-99999")
    assert answer.json["supervision_class"] == "key"
    assert ask(f"/{found.id}:approve", approval).json["type"] == "/problems/not-in-that-state"


def test_what_was_found_is_merged_into_what_it_is(ask, found, village) -> None:
    answer = ask(f"/{found.id}:merge", {"into_id": str(village.yard.id), "reason": "同一个砂石场"})

    assert answer.json["id"] == str(village.yard.id)
    assert (found.state, found.merged_into_id) == ("merged", village.yard.id)


def test_nobody_is_merged_away_who_is_answered_for(ask, village) -> None:
    body = {"into_id": str(village.farm.id), "reason": "同一家"}

    assert ask(f"/{village.yard.id}:merge", body).json["roles"] == ["responsible_person"]
    body["into_id"] = str(village.yard.id)
    assert ask(f"/{village.yard.id}:merge", body).status_code == 422


def test_pairs_that_look_alike_are_listed_until_somebody_keeps_them_apart(
    client, as_, ask, found, village
) -> None:
    def pairs():
        answer = client.get(f"{LIST}/duplicates", headers=as_(village.dispatcher))
        return [{item["one"]["id"], item["other"]["id"]} for item in answer.json["items"]]

    pair = {str(found.id), str(village.yard.id)}
    assert pair in pairs()
    apart = {"other_id": str(village.yard.id), "reason": "前后院，两个老板"}
    assert ask(f"/{found.id}:keep_apart", apart).status_code == 204
    assert ask(f"/{found.id}:keep_apart", apart).status_code == 204
    assert pair not in pairs()


def test_what_wants_somebody_is_counted_and_listed(client, as_, session, found, village) -> None:
    stamp(session, village.farm, tick(session, [village.farm.grid_id]))
    village.farm.permit_until = date(2020, 1, 1)
    session.flush()

    def names(**query):
        answer = client.get(LIST, query_string=query, headers=as_(village.head))
        return [item["name"] for item in answer.json["items"]]

    told = client.get(f"{LIST}/tally", headers=as_(village.head)).json
    told.pop("as_of")
    assert told == {"active": 2, "proposed": 1, "without_responsible": 1, "permit_ended": 1}
    assert names(state="proposed") == ["宏达砂石"]
    assert names(permit_ended=True) == ["钱家养殖场"]
    assert names(permit_ended=False, state="active") == ["宏达砂石场"]


def test_a_closed_enterprise_can_be_opened_again(ask, village) -> None:
    path = f"/{village.farm.id}"

    assert ask(f"{path}:close", {"reason": "搬走了"}).json["state"] == "closed"
    assert ask(f"{path}:close", {"reason": "搬走了"}).status_code == 409
    assert ask(f"{path}:reopen", {"reason": "又回来了"}).json["state"] == "active"
    assert ask(f"{path}:close", {}).status_code == 422  # without a reason


def test_the_registry_comes_back_as_it_went_out(app, session, village, tmp_path) -> None:
    for suffix in ("csv", "xlsx"):
        file = tmp_path / f"registry.{suffix}"
        run = app.test_cli_runner().invoke
        told = run(args=["enterprises", "export", "--jurisdiction", str(HERE), str(file)])
        assert told.output.startswith("enterprises: 2 in "), told.output
        back = ["enterprises", "import", str(file), "--crs", "wgs84", "--jurisdiction", str(HERE)]
        assert "0 new, 0 changed, 2 unchanged" in run(args=back).output


def test_a_file_is_tried_before_it_is_imported(client, as_, session, village) -> None:
    export = client.get(f"{LIST}/export.csv?purpose=核对", headers=as_(village.dispatcher))
    file = export.get_data(as_text=True).replace("宏达砂石场", "宏达新砂石场")

    def send(text, person=village.dispatcher, **body):
        content = b64encode(text.encode()).decode()
        told = {"name": "firms.csv", "crs": "wgs84", "content": content} | body
        return client.post(f"{LIST}:import", json=told, headers=as_(person))

    tried = send(file).json
    assert tried["dry_run"] is True
    assert [each["columns"] for each in tried["changed"]] == [["name"]]
    assert send(file, dry_run=False).json["type"] == "/problems/registry-changed"
    assert send(file, dry_run=False, digest=tried["digest"]).json["dry_run"] is False
    session.expire_all()
    assert session.get(Enterprise, (HERE, village.yard.id)).name == "宏达新砂石场"
    broken = send(file.replace("general", "grand"), dry_run=False).json
    assert {fault["line"] for fault in broken["faults"]} == {2, 3}
    assert send("a,b\n").json["type"] == "/problems/unreadable-table"
    assert send(file, village.head).status_code == 403


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("宏达砂石场", "盘山县宏达砂石有限公司", True),
        ("宏达砂石场", "宏达养殖场", False),
        ("有限公司", "有限公司", True),
        ("钱家养殖场", "赵家粮站", False),
    ],
)
def test_names_are_alike_whatever_the_form_of_the_company(one, other, alike) -> None:
    assert (likeness(one, other) >= 0.5) is alike
