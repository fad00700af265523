from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from gridsvc.ids import new_id
from gridsvc.issues.models import Issue
from gridsvc.media.models import Photo
from gridsvc.quarantine import Quarantined
from tests.factories.issues import a_photo_body, an_issue_body


def a_record(kind: str, body: dict, id=None) -> dict:
    return {
        "kind": kind,
        "id": str(id or new_id()),
        "made_at": "2026-03-02T12:00:00+08:00",
        "device_seq": 1,
        "body": body,
    }


@pytest.fixture
def push(client, village, as_):
    """Push records as the head of the town."""

    def _push(*records):
        response = client.post(
            "/api/v1/sync/push", json={"records": records}, headers=as_(village.head)
        )
        assert response.status_code == 200, response.json
        return response.json["verdicts"]

    return _push


def an_action_in_a_batch(issue_id, action: str, **facts) -> dict:
    body = {"issue_id": str(issue_id), "made_at": "2026-03-02T12:05:00+08:00", "action": action}
    return a_record("issue_action", body | facts)


def test_an_issue_its_photo_and_what_was_done_about_it_come_in_one_batch(
    session, push, village
) -> None:
    photo = a_photo_body()
    found = a_record("issue", an_issue_body(village.yard, photos=[photo]))
    assign = an_action_in_a_batch(found["id"], "assign", unit_id=str(village.bureau.id))

    verdicts = push(assign, found)
    again = push(found, assign)

    assert [v["verdict"] for v in verdicts] == ["accepted", "accepted"]
    assert verdicts[1]["missing_media"] == [photo["sha256"]]
    assert [v["verdict"] for v in again] == ["duplicate", "duplicate"]
    assert again[0]["receipt"] == verdicts[1]["receipt"]
    [issue] = session.scalars(select(Issue))
    assert issue.state == "assigned"
    [declared] = session.scalars(select(Photo))
    assert (declared.record_kind, declared.record_id) == ("issue", issue.id)


def test_a_refused_action_is_kept_aside_with_what_was_allowed(session, push, village) -> None:
    found = a_record("issue", an_issue_body(village.yard))
    push(found)

    [verdict] = push(an_action_in_a_batch(found["id"], "close"))

    assert verdict["verdict"] == "conflict"
    assert verdict["problem"]["allowed"] == ["assign", "merge", "void"]
    [aside] = session.scalars(select(Quarantined))
    assert aside.problem["state"] == "found"


def test_an_action_posted_alone_is_known_in_a_batch(client, push, village, as_) -> None:
    found = a_record("issue", an_issue_body(village.yard))
    push(found)
    assign = an_action_in_a_batch(found["id"], "assign", unit_id=str(village.bureau.id))
    alone = {name: value for name, value in assign["body"].items() if name != "issue_id"}

    single = client.post(
        f"/api/v1/issues/{found['id']}/actions",
        json=alone | {"id": assign["id"]},
        headers=as_(village.head),
    )
    [verdict] = push(assign)

    assert single.status_code == 201
    assert verdict["verdict"] == "duplicate"
    assert verdict["receipt"] == single.json["receipt"]


def test_an_action_without_its_issue_is_kept_aside(push) -> None:
    body = {"made_at": datetime.now(UTC).isoformat(), "action": "void", "note": "重复登记"}

    [nameless], [unknown] = (
        push(a_record("issue_action", body)),
        push(an_action_in_a_batch(new_id(), "void", note="重复登记")),
    )

    assert nameless["problem"]["type"] == "/problems/unreadable"
    assert (unknown["verdict"], unknown["problem"]["waits_for"]["kind"]) == ("held", "issue")
