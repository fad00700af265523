"""The trail is searched by who, what, which and when."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridsvc.accountability.rules import Role
from gridsvc.actor import system
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.rules import Act
from gridsvc.audit.service import record, verify
from gridsvc.clock import utc_now
from gridsvc.ids import new_id
from tests.factories.accountability import add_person
from tests.factories.inspections import NOON
from tests.factories.issues import add_issue, do
from tests.factories.village import actor, appoint

URL = "/api/v1/audit"


@pytest.fixture
def auditor(session, village):
    return appoint(session, "沈审", village.county, Role.AUDITOR)


@pytest.fixture
def search(client, as_, auditor):
    def get(somebody=None, **query):
        return client.get(URL, query_string=query, headers=as_(somebody or auditor))

    return get


@pytest.fixture
def issue(session, village):
    found = add_issue(session, village.yard, village.officer)
    do(session, found, village.head, "assign", owner_id=village.officer.id)
    session.commit()
    return found


def test_a_line_says_who_did_what_to_what(search, village, issue) -> None:
    [line] = search(subject=issue.id).json["items"]

    assert line["actor"] == {
        "kind": "person", "id": str(village.officer.id), "name": "李秀英",
    }  # fmt: skip
    assert line["deed"] == "issue.report"
    assert line["subject"] == {"kind": "issue", "id": str(issue.id), "name": issue.number}
    assert line["digest"].startswith("sha256:")


def test_the_latest_comes_first_and_the_rest_on_further_pages(search, village, session) -> None:
    whole = [line["seq"] for line in search(limit=500).json["items"]]
    first = search(limit=2).json
    second = search(limit=2, after=first["next"]).json

    assert whole == sorted(whole, reverse=True)
    assert [line["seq"] for line in first["items"] + second["items"]] == whole[:4]
    assert search(limit=500).json["next"] is None


def test_it_is_searched_by_person_deed_and_time(search, village, issue, session) -> None:
    def deeds(**query):
        return [line["deed"] for line in search(**query).json["items"]]

    assert deeds(person=village.head.id) == ["issue.assign"]
    assert deeds(deed="issue.report") == ["issue.report"]
    later = {"from": (NOON + timedelta(seconds=1)).isoformat()}
    assert deeds(person=village.head.id, **later) == []
    assert deeds(person=village.head.id, until=NOON.isoformat()) == []


def test_what_changed_is_told_by_name_but_nothing_sealed(search, session, village) -> None:
    changes = {"name": ["甲", "乙"], "phone": ["13800000001", None]}
    act = Act(
        deed="person.correct", subject_kind="person", subject_id=village.officer.id,
        changes=changes,
    )  # fmt: skip
    record(session, [act], by=system("people.import"), at=NOON)
    session.commit()

    [line] = search(deed="person.correct").json["items"]

    assert line["changes"] == {"name": ["甲", "乙"], "phone": [{"sealed": True}, None]}
    assert line["actor"] == {"kind": "system", "id": None, "name": "people.import"}
    assert line["subject"]["name"] == "李秀英"


def test_a_step_is_named_after_its_issue_and_a_duty_after_its_holder(
    client, as_, search, village, issue, session
) -> None:
    wang = add_person(session, "王磊")
    body = {
        "person_id": str(wang.id), "role": "grid_head", "subject": f"grid:{village.zhao.id}",
    }  # fmt: skip
    duty = client.post("/api/v1/duties", json=body, headers=as_(village.head)).json

    [step] = search(deed="issue.assign").json["items"]
    [begun] = search(subject=duty["id"]).json["items"]

    assert step["subject"]["name"] == issue.number
    assert begun["subject"]["name"] == "王磊"
    assert begun["changes"]["role"] == [None, "grid_head"]


def test_enforcement_says_what_for_and_that_is_noted(search, village, session) -> None:
    unsaid = search(village.enforcer)
    said = search(village.enforcer, purpose="案件 2026-7 调查", person=village.officer.id)

    assert (unsaid.status_code, unsaid.json["type"]) == (422, "/problems/purpose-missing")
    assert said.status_code == 200
    line = session.scalars(select(AuditEntry).where(AuditEntry.deed == "audit.read")).one()
    assert line.person_id == village.enforcer.id
    assert "案件 2026-7 调查" in line.text
    assert str(village.officer.id) in line.text
    assert verify(session) is None


def test_an_auditor_reads_without_a_word(search, session) -> None:
    assert search().status_code == 200
    assert session.scalars(select(AuditEntry).where(AuditEntry.deed == "audit.read")).all() == []


def test_neither_an_administrator_nor_an_officer_reads_it(search, session, village) -> None:
    admin = appoint(session, "韩管", village.county, Role.ADMIN)

    assert search(admin).status_code == 403
    assert search(village.officer).status_code == 403
    assert search(village.leader).status_code == 403


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"subject": "x"}, {"from": "yesterday"}, {"after": "x"}, {"who": "me"}]
)
def test_a_wrong_question_is_named(search, query) -> None:
    assert search(**query).status_code == 422


def test_nothing_is_found_of_what_is_not_there(search) -> None:
    found = search(subject=new_id(), **{"from": utc_now().isoformat()})

    assert found.json["items"] == []


def test_somebody_s_own_deeds_are_theirs_by_the_actor(search, session, village) -> None:
    act = Act(deed="x.y", subject_kind="nothing", subject_id=new_id())
    record(session, [act], by=actor(village.deputy), at=NOON)
    session.commit()

    [line] = search(person=village.deputy.id).json["items"]

    assert line["subject"]["name"] is None
    assert line["actor"]["name"] == "陈静"
