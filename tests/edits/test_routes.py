"""Edits from phones and desks, and the conflicts that the chief settles."""

import pytest

from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.enterprises.models import Enterprise
from gridsvc.issues.models import Issue
from tests.factories.phone import Officer


@pytest.fixture
def phone(client, village, as_):
    return lambda somebody=None: Officer(client, village, as_(somebody or village.officer))


@pytest.fixture
def yard(session, village):
    """The yard as it stands."""

    def _yard() -> Enterprise:
        found = session.get(Enterprise, village.yard.id)
        session.refresh(found)
        return found

    return _yard


@pytest.fixture
def conflicts(client, village, as_):
    def _conflicts(state: str = "hard"):
        url, headers = f"/api/v1/conflicts?state={state}", as_(village.head)
        return client.get(url, headers=headers).json["items"]

    return _conflicts


def test_two_who_change_different_fields_both_have_their_way(phone, village, yard, conflicts):
    before = yard()
    address, version = before.address, before.version
    mine = phone().edit("enterprise", before.id, version, contact_name=(None, "老王"))
    theirs = phone(village.head).edit("enterprise", before.id, version, address=(address, "村西"))

    assert phone(village.head).verdicts(theirs) == ["accepted"]
    [answer] = phone().push(mine)

    assert answer["verdict"] == "accepted" and answer["receipt"]
    after = yard()
    assert (after.contact_name, after.address, after.version) == ("老王", "村西", version + 2)
    assert conflicts() == []
    [soft] = conflicts("soft")
    assert soft["applied"] == ["contact_name"]


def test_the_same_field_twice_waits_for_the_chief_who_chooses(
    session, client, as_, phone, village, yard, conflicts
) -> None:
    before = yard().address
    for somebody, value in ((village.head, "村西"), (village.officer, "村北")):
        told = phone(somebody).edit("enterprise", village.yard.id, 1, address=(before, value))
        assert phone(somebody).verdicts(told) == ["accepted"]

    assert yard().address == "村西"
    [found] = conflicts()
    home = client.get("/api/v1/home", headers=as_(village.head)).json["waiting"]
    assert [item["count"] for item in home if item["kind"] == "conflict"] == [1]
    assert found["overlaps"] == [
        {"field": "address", "from": before, "stands": "村西", "to": "村北"}
    ]
    assert found["subject"]["name"] == village.yard.name
    url = f"/api/v1/conflicts/{found['id']}:settle"
    assert client.post(url, json={"choices": {}}, headers=as_(village.head)).status_code == 422
    told = client.post(url, json={"choices": {"address": "to"}}, headers=as_(village.head))

    assert (told.status_code, told.json["state"]) == (200, "settled")
    assert yard().address == "村北"
    assert conflicts() == []
    again = client.post(url, json={"choices": {"address": "to"}}, headers=as_(village.head))
    assert (again.status_code, again.json["type"]) == (409, "/problems/conflict-settled")
    deeds = [entry.deed for entry in session.query(AuditEntry).filter_by(subject_kind="edit")]
    assert sorted(deeds) == ["edit.enter", "edit.enter", "edit.settle"]
    assert verify(session) is None


def test_sent_again_it_changes_nothing(session, phone, village, yard) -> None:
    before = yard().address
    told = phone().edit("enterprise", village.yard.id, 1, address=(before, "村西"))
    [first] = phone().push(told)
    back = phone(village.head).edit("enterprise", village.yard.id, 2, address=("村西", before))
    phone(village.head).push(back)

    [again] = phone().push(told)

    assert (again["verdict"], again["receipt"]) == ("duplicate", first["receipt"])
    assert yard().address == before


def test_an_edit_of_an_issue_waits_for_the_issue(session, phone) -> None:
    found = phone().issue()
    told = phone().edit("issue", found["id"], 1, description=("砂石堆场未覆盖", "砂石堆场覆盖不全"))

    assert phone().verdicts(told) == ["held"]
    phone().push(found)

    issue = session.get(Issue, found["id"])
    session.refresh(issue)
    assert (issue.description, issue.version) == ("砂石堆场覆盖不全", 2)


def test_a_phone_pulls_what_was_edited(client, phone, village, yard) -> None:
    officer = phone()
    cursor = client.get("/api/v1/sync/pull", headers=officer.headers).json["next"]
    officer.push(officer.edit("enterprise", village.yard.id, 1, contact_name=(None, "老王")))

    query = {"cursor": cursor}
    page = client.get("/api/v1/sync/pull", query_string=query, headers=officer.headers).json

    assert [item["contact_name"] for item in page["changed"]["enterprise"]] == ["老王"]


def test_state_and_deadline_are_not_edited(phone) -> None:
    found = phone().issue()
    phone().push(found)

    [answer] = phone().push(phone().edit("issue", found["id"], 1, state=("found", "closed")))

    assert (answer["verdict"], answer["problem"]["type"]) == ("quarantined", "/problems/unreadable")


def test_who_made_an_edit_sees_what_came_of_it_and_nobody_elses(
    client, as_, phone, village, yard, conflicts
) -> None:
    before = yard().address
    for somebody, value in ((village.head, "村西"), (village.officer, "村北")):
        told = phone(somebody).edit("enterprise", village.yard.id, 1, address=(before, value))
        phone(somebody).push(told)

    def own(person):
        return client.get("/api/v1/my-edits", headers=as_(person)).json["items"]

    [mine] = own(village.officer)
    assert (mine["state"], mine["applied"]) == ("hard", [])
    assert mine["overlaps"] == [
        {"field": "address", "from": before, "stands": "村西", "to": "村北", "choice": None}
    ]
    assert [edit["state"] for edit in own(village.head)] == ["merged"]
    assert own(village.liaison) == []

    url = f"/api/v1/conflicts/{mine['id']}:settle"
    client.post(url, json={"choices": {"address": "to"}}, headers=as_(village.head))
    [settled] = own(village.officer)
    assert (settled["state"], settled["overlaps"][0]["choice"]) == ("settled", "to")


def test_the_file_of_an_enterprise_tells_what_was_mended_in_the_field(
    client, as_, phone, village, yard
) -> None:
    told = phone().edit("enterprise", village.yard.id, 1, contact_name=(None, "老王"))
    phone().push(told)

    url = f"/api/v1/enterprises/{village.yard.id}/file"
    versions = client.get(url, headers=as_(village.head)).json["versions"]
    assert versions[0]["deed"] == "edit.enter"
    assert versions[0]["changes"]["contact_name"] == [None, "老王"]
