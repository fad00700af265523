from collections import Counter
from datetime import UTC, datetime
from threading import Barrier, Thread

from sqlalchemy import select

from gridsvc.audit.service import verify
from gridsvc.ids import new_id
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.session import db, transaction
from tests.conftest import BUSY, enter, together
from tests.factories.issues import add_issue, an_action_body, an_issue_body
from tests.factories.people import bearer


def test_of_two_heads_who_assign_at_once_one_wins_and_the_other_is_told(app, busy) -> None:
    session = enter(BUSY)
    headers = [bearer(session, head, kind="browser") for head in (busy.head, busy.deputy)]
    issues = [add_issue(session, busy.yard, busy.officer, datetime.now(UTC)) for _ in range(10)]
    session.commit()
    ids = [issue.id for issue in issues]
    db.session.remove()
    answers: Counter[tuple[int, str | None]] = Counter()

    def assign(id, header, ready: Barrier) -> None:
        body = an_action_body("assign", datetime.now(UTC), unit_id=str(busy.bureau.id), version=1)
        ready.wait()
        response = app.test_client().post(f"/api/v1/issues/{id}/actions", json=body, headers=header)
        answers[response.status_code, response.json.get("type")] += 1

    for id in ids:
        ready = Barrier(2)
        together([Thread(target=assign, args=(id, header, ready)) for header in headers])

    assert answers == {(201, None): 10, (409, "/problems/stale-issue"): 10}
    with transaction(BUSY) as session:
        assert verify(session) is None
        assert set(session.scalars(select(Issue.version))) == {2}
        assert len(session.scalars(select(IssueAction)).all()) == 10


def test_phones_that_report_at_once_draw_numbers_without_a_gap(app, busy) -> None:
    """Each of ten problems is sent by four requests at once, in two grids."""
    session = enter(BUSY)
    header = bearer(session, busy.head)
    db.session.remove()
    bodies = [an_issue_body(yard) for yard in (busy.yard, busy.farm) for _ in range(5)]
    reports = [(new_id(), body) for body in bodies]
    ready = Barrier(4)
    answers: Counter[int] = Counter()

    def send() -> None:
        ready.wait()
        for id, body in reports:
            response = app.test_client().put(f"/api/v1/issues/{id}", json=body, headers=header)
            answers[response.status_code] += 1

    together([Thread(target=send) for _ in range(4)])

    assert answers == {201: 10, 200: 30}
    with transaction(BUSY) as session:
        numbers = sorted(session.scalars(select(Issue.number)))
    year = numbers[0][:4]
    assert numbers == [f"{year}-{n:04}" for n in range(1, 11)]
