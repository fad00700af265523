"""紧急上报: on top for town, office and enforcement, until each says that they saw it."""

from datetime import UTC, datetime, timedelta

import pytest

from gridsvc.issues.models import Issue
from gridsvc.issues.workflow import NothingToAcknowledge
from tests.factories.issues import add_issue, an_action_body, do

NOW = datetime.now(UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
def urgent(session, village) -> Issue:
    """The officer reports a spill; another problem has been overdue for long."""
    add_issue(session, village.yard, village.officer, NOW - timedelta(days=90), category="water")
    issue = add_issue(session, village.yard, village.officer, AN_HOUR_AGO, urgent=True)
    session.commit()
    return issue


@pytest.fixture
def waiting(client, as_):
    def _waiting(person):
        return client.get("/api/v1/home", headers=as_(person)).json["waiting"]

    return _waiting


def test_it_stands_on_top_for_town_office_and_enforcement(village, urgent, waiting) -> None:
    for person in (village.head, village.deputy, village.dispatcher, village.enforcer):
        first = waiting(person)[0]
        assert (first["id"], first["deed"]) == (str(urgent.id), "issue.acknowledge")
        assert first["urgent"]
        assert first["found_by"]["name"] == "李秀英"
        assert first["found_at"].startswith(AN_HOUR_AGO.strftime("%Y-%m-%dT%H:%M"))
    assert waiting(village.officer) == []


def test_whoever_saw_it_goes_on_with_it_and_the_others_still_have_to(
    session, village, urgent, waiting
) -> None:
    assert do(session, urgent, village.head, "acknowledge", NOW).verdict == "accepted"
    session.commit()

    assert waiting(village.head)[0]["deed"] == "issue.assign"
    assert waiting(village.head)[0]["urgent"]
    assert waiting(village.enforcer)[0]["deed"] == "issue.acknowledge"
    do(session, urgent, village.enforcer, "acknowledge", NOW)
    session.commit()
    assert waiting(village.enforcer) == []


def test_the_sender_s_phone_learns_who_saw_it_and_when(
    session, client, village, urgent, as_
) -> None:
    before = client.get("/api/v1/sync/pull", headers=as_(village.officer)).json["next"]
    do(session, urgent, village.head, "acknowledge", NOW)
    session.commit()

    page = client.get(f"/api/v1/sync/pull?cursor={before}", headers=as_(village.officer)).json

    [told] = page["changed"]["issue"]
    assert told["urgent"]
    assert [one["person"]["name"] for one in told["seen"]] == ["孙卫东"]
    assert datetime.fromisoformat(told["seen"][0]["at"]) == NOW


def test_to_have_seen_it_changes_nothing_else(session, village, urgent) -> None:
    was = urgent.state, urgent.version

    do(session, urgent, village.head, "acknowledge", NOW)

    assert (urgent.state, urgent.version) == was


def test_it_is_seen_once_by_each_and_only_if_it_is_urgent(session, village, urgent) -> None:
    do(session, urgent, village.head, "acknowledge", NOW)
    calm = add_issue(session, village.yard, village.officer, AN_HOUR_AGO, category="noise")

    again = do(session, urgent, village.head, "acknowledge", NOW)
    needless = do(session, calm, village.head, "acknowledge", NOW)

    assert isinstance(again, NothingToAcknowledge)
    assert isinstance(needless, NothingToAcknowledge)


def test_the_desk_says_it_by_the_same_action(client, village, urgent, as_) -> None:
    body = an_action_body("acknowledge", NOW)

    answer = client.post(
        f"/api/v1/issues/{urgent.id}/actions", json=body, headers=as_(village.dispatcher)
    )
    whole = client.get(f"/api/v1/issues/{urgent.id}", headers=as_(village.dispatcher)).json

    assert answer.status_code == 201
    assert [one["person"]["name"] for one in whole["issue"]["seen"]] == ["郑晓"]
    assert "acknowledge" not in whole["allowed"]
