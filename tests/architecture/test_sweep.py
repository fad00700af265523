"""Whatever is sent, the answer is a named refusal: nothing that comes over the wire breaks us."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.rules import Role
from gridsvc.actor import system
from gridsvc.dispatches import orders
from gridsvc.dispatches import service as dispatches
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.ids import new_id
from gridsvc.session import Session
from gridsvc.summaries import service as summaries
from gridsvc.summaries.models import WeeklySummary
from gridsvc.weeks import local_day
from tests.architecture.sweep import NOW, SAMPLES, Sweep, spoilt
from tests.factories.inspections import a_record, answers_to
from tests.factories.rounds import add_issue, add_patrol
from tests.factories.village import Village, actor, appoint

JUNK = {  # bodies
    "an empty object": b"{}",
    "a list": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "nothing": b"",
    "no JSON": b"{made_at: yesterday",
    "no UTF-8": b'{"made_at": "\xff\xfe"}',
    "deep": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "a number that is none": b'{"made_at": NaN, "version": Infinity}',
}
NASTY: dict[str, Any] = {  # values of fields
    "null": None,
    "true": True,
    "a list": [[]],
    "an object": {"type": "Point", "coordinates": ["a", None]},
    "a negative number": -1,
    "a huge number": 2**200,
    "a large float": 1e308,
    "an empty text": "",
    "NUL": "a\0b",
    "half a surrogate": "\ud800",
    "a moment before all time": "0001-01-01T00:00:00+14:00",
}
TEXTS = ("", "a\0b", "-1", "9" * 60, "NaN", "0001-01-01")
A_MEGABYTE = "x" * 2**20


@pytest.fixture
def sweep(app: Flask, client: FlaskClient, session: Session, village: Village, as_: Any) -> Sweep:
    people = {
        "grid_officer@3": as_(village.officer),
        "grid_head@2": as_(village.head),
        "dispatcher@1": as_(village.dispatcher),
        "grid_head@1": as_(village.leader),
        "admin@1": as_(appoint(session, "许安", village.county, Role.ADMIN)),
    }
    ids = what_is_there(session, village)
    samples = SAMPLES | {
        "answers": answers_to(village.checklist),
        "subject": f"grid:{village.qian.id}",
    }
    return Sweep(app, client, people, ids, samples, client.get("/api/openapi.json").json)


def what_is_there(session: Session, village: Village) -> dict[str, Any]:
    """Enter one of everything; return the ids, by the names that paths and bodies give them."""
    by, yesterday = system("test"), NOW - timedelta(days=1)
    patrol_id = add_patrol(session, village.officer, village.zhao, yesterday)
    issue = add_issue(session, village, yesterday)
    summaries.plan(session, by=by, now=NOW)
    dispatches.plan(session, by=by, now=NOW)
    week, month = session.query(WeeklySummary).first(), session.query(MonthlyDispatch).first()
    assert week and month
    order_id = an_order(session, village, month)
    session.commit()
    return {
        "patrol_id": patrol_id, "issue_id": issue.id, "summary_id": week.id,
        "dispatch_id": month.id, "order_id": order_id, "grid_id": village.zhao.id,
        "enterprise_id": village.yard.id, "checklist_id": village.checklist.id,
        "owner_id": village.liaison.id, "unit_id": village.bureau.id,
        "addressee_id": village.town.id, "person_id": village.officer.id,
        "to_person_id": village.deputy.id, "substitute_id": village.head.id,
        "duty_id": duties_of(session, NOW, person_ids=[village.answerable.id])[0].id,
    }  # fmt: skip


def an_order(session: Session, village: Village, month: MonthlyDispatch) -> Any:
    wanted = orders.Wanted(
        id=new_id(), dispatch_id=month.id, addressee_id=village.town.id, requirement="补查",
        measured_by="visits", due_on=local_day(NOW),
    )  # fmt: skip
    by = village.dispatcher
    order, _ = orders.issue(session, wanted, issuer_id=by.id, by=actor(by), now=NOW)
    return order.id


@pytest.mark.parametrize("junk", JUNK)
def test_no_route_stumbles_over_junk(sweep: Sweep, junk: str) -> None:
    for method, url, headers, _ in sweep.routes():
        assert sweep.send(method, url, headers, JUNK[junk]) < 500, (method, url)


@pytest.mark.parametrize("nasty", NASTY)
def test_no_field_stumbles_over_a_nasty_value(sweep: Sweep, nasty: str) -> None:
    seen = 0
    for method, url, headers, sample in sweep.routes():
        for body in spoilt(sample, NASTY[nasty]):
            text = json.dumps(body).encode()
            assert sweep.send(method, url, headers, text) < 500, (method, url, body)
            seen += 1
    assert seen > 100, "the document names the fields of every route"


# Slow on a busy machine: some seventy requests of a megabyte each.
def test_no_field_stumbles_over_a_megabyte(sweep: Sweep) -> None:
    for method, url, headers, sample in sweep.routes():
        for name in (name for name, member in sample.items() if isinstance(member, str)):
            text = json.dumps(sample | {name: A_MEGABYTE}).encode()
            assert sweep.send(method, url, headers, text) < 500, (method, url, name)


def test_the_samples_are_taken_so_that_nasty_values_get_past_the_first_door(sweep: Sweep) -> None:
    taken = {
        url.split("/")[3]
        for method, url, headers, sample in sweep.routes()
        if sweep.send(method, url, headers, json.dumps(sample).encode()) < 300
    }
    records = {"patrols", "patrol-ends", "inspections", "issues", "day-closes", "sync"}
    papers = {"duties", "leaves", "weekly-summaries", "monthly-dispatches"}
    assert taken >= records | papers | {"dispatch-orders"}


@pytest.mark.parametrize("text", TEXTS)
def test_no_question_stumbles_over_a_nasty_value(sweep: Sweep, text: str) -> None:
    asked = {"headers": sweep.people["grid_head@2"]}
    seen = 0
    for url, name in sweep.questions():
        answer = sweep.client.get(url, query_string={name: text}, **asked)
        assert answer.status_code < 500, (url, name)
        seen += 1
    assert seen > 25, "the document names the questions of every route"


def test_every_nasty_record_of_a_batch_gets_a_verdict(
    sweep: Sweep, village: Village, as_: Any
) -> None:
    good, headers = a_record(village.yard, village.checklist), as_(village.officer)
    for value in NASTY.values():
        records = [value, *spoilt(good | {"id": str(new_id())}, value)]
        answer = sweep.client.post("/api/v1/sync/push", json={"records": records}, headers=headers)
        assert answer.status_code < 500, value
        if answer.status_code == 200:
            assert len(answer.json["verdicts"]) == len(records)
