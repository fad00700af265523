"""Entering the roster from a file over HTTP: first told, then done."""

from base64 import b64encode

import pytest
from sqlalchemy import func, select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.audit.service import verify
from gridsvc.clock import utc_now
from gridsvc.people.models import Person
from gridsvc.sheets import workbook
from gridsvc.signin.service import activate
from gridsvc.tables import csv_text
from tests.factories.accountability import add_person
from tests.factories.village import appoint

HEADER = ["login", "name", "phone", "role", "subject_kind", "subject_code", "seat", "from", "until"]


@pytest.fixture
def admin(session, village):
    return appoint(session, "许安", village.county, Role.ADMIN)


@pytest.fixture
def send(client, village, as_, admin):
    def post(table: bytes, somebody=None, name="people.csv", **changes):
        body = {"name": name, "content": b64encode(table).decode()} | changes
        return client.post("/api/v1/people:import", json=body, headers=as_(somebody or admin))

    return post


@pytest.fixture
def rows(village):
    """A new officer for Qian, and a new head for Zhao."""
    return [
        HEADER,
        ["zhou", "周敏", "1390", "grid_officer", "grid", village.qian.code, "", "2026-03-01", ""],
        ["wang", "王磊", "", "grid_head", "grid", village.zhao.code, "1", "2026-03-01", ""],
    ]


def count(session) -> tuple[int, ...]:
    tables = (Person, Duty)
    return tuple(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


@pytest.mark.parametrize("write, name", [(csv_text, "people.csv"), (workbook, "people.XLSX")])
def test_a_dry_run_tells_every_difference_and_writes_nothing(
    send, rows, session, write, name: str
) -> None:
    before = count(session)

    answer = send(write(rows), name=name)

    assert answer.status_code == 200
    assert answer.json["people"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert answer.json["duties"] == {"begun": 2, "ended": 0, "unchanged": 0}
    told = [(each["change"], each["login"], each["role"]) for each in answer.json["differences"]]
    assert told == [
        ("person new", "zhou", ""), ("person new", "wang", ""),
        ("duty new", "zhou", "grid_officer"), ("duty new", "wang", "grid_head"),
    ]  # fmt: skip
    assert (answer.json["dry_run"], answer.json["codes"]) == (True, [])
    assert count(session) == before


def test_what_was_told_is_then_done_and_new_people_get_a_code(send, rows, session) -> None:
    told, before = send(csv_text(rows)).json, count(session)

    done = send(csv_text(rows), dry_run=False, digest=told["digest"])

    assert done.status_code == 200
    assert count(session) == (before[0] + 2, before[1] + 2)
    assert (done.json["dry_run"], done.json["differences"]) == (False, told["differences"])
    first = done.json["codes"][0]
    assert first["login"] == "zhou"
    assert activate(session, "zhou", first["code"], "a password 1", now=utc_now())
    assert verify(session) is None


def test_without_the_dry_run_nothing_is_entered(send, rows, session) -> None:
    before = count(session)

    for digest in (None, "sha256:00"):
        answer = send(csv_text(rows), dry_run=False, digest=digest)
        assert (answer.status_code, answer.json["type"]) == (409, "/problems/roster-changed")
    assert count(session) == before


def test_a_roster_that_changed_meanwhile_is_told_anew(send, rows, session) -> None:
    told = send(csv_text(rows)).json
    add_person(session, "周敏", login="zhou")

    same = send(csv_text(rows), dry_run=False, digest=told["digest"])
    rows.pop()
    other = send(csv_text(rows), dry_run=False, digest=told["digest"])

    assert same.status_code == 200  # she has no account yet: she is new, as was told
    assert other.status_code == 409


def test_faults_are_told_by_their_line_and_stop_the_whole(send, rows, session) -> None:
    rows[1][3], rows[2][5] = "grid_boss", "9"
    before = count(session)

    told = send(csv_text(rows)).json
    answer = send(csv_text(rows), dry_run=False, digest=told["digest"])

    assert [fault["line"] for fault in told["faults"]] == [2, 3]
    assert "grid_boss" in told["faults"][0]["reason"]
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/faulty-table")
    assert (answer.json["count"], answer.json["faults"]) == (2, told["faults"])
    assert count(session) == before


def test_what_is_no_table_is_refused_by_its_own_name(send) -> None:
    for name, content in (("people.xlsx", b"PK"), ("people.csv", b"login,nom\n")):
        answer = send(content, name=name)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/unreadable-table")
        assert "table." not in answer.json["detail"]  # what it is called here
    assert "content" in send(b"", content="?").json["errors"]["json"]


def test_only_the_administrator_imports(send, rows, village) -> None:
    for somebody in (village.leader, village.head, village.officer):
        assert send(csv_text(rows), somebody).status_code == 403
