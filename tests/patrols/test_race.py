from collections import Counter
from threading import Barrier, Thread

from sqlalchemy import func, select

from gridsvc.audit.service import verify
from gridsvc.ids import new_id
from gridsvc.patrols.models import DayClose, PatrolEnd, TrackChunk
from gridsvc.session import transaction
from tests.conftest import BUSY, enter, together
from tests.factories.people import bearer
from tests.patrols.test_routes import BEGAN_AT, a_day_close, a_part, a_patrol, an_end

PHONES = 8


def all_at_once(app, headers, requests) -> Counter[int]:
    """Put each (path, body), all of them at once; count the answers by status."""
    answers: Counter[int] = Counter()
    ready = Barrier(len(requests))

    def put(path: str, body: object) -> None:
        ready.wait()
        response = app.test_client().put(f"/api/v1{path}", json=body, headers=headers)
        answers[response.status_code] += 1

    together([Thread(target=put, args=request) for request in requests])
    return answers


def test_eight_closes_of_one_day_under_eight_ids_make_one(app, busy) -> None:
    headers = bearer(enter(BUSY), busy.officer)
    body = a_day_close(busy)

    answers = all_at_once(app, headers, [(f"/day-closes/{new_id()}", body) for _ in range(PHONES)])

    assert answers == {201: 1, 409: PHONES - 1}
    assert count(DayClose) == 1


def test_eight_ends_of_one_patrol_and_eight_senders_of_one_part_make_one_each(app, busy) -> None:
    headers, patrol_id = bearer(enter(BUSY), busy.officer), new_id()
    start = app.test_client().put(
        f"/api/v1/patrols/{patrol_id}", json=a_patrol(busy), headers=headers
    )
    assert start.status_code == 201

    parts = [(f"/patrols/{patrol_id}/track/0", a_part(BEGAN_AT))] * PHONES
    ends = [(f"/patrol-ends/{new_id()}", an_end(patrol_id)) for _ in range(PHONES)]

    assert all_at_once(app, headers, parts) == {201: 1, 200: PHONES - 1}
    assert all_at_once(app, headers, ends) == {201: 1, 409: PHONES - 1}
    assert (count(TrackChunk), count(PatrolEnd)) == (1, 1)


def count(model: type) -> int:
    with transaction(BUSY) as session:
        assert verify(session) is None
        return session.scalar(select(func.count()).select_from(model))
