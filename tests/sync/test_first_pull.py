"""The first pull: everything, whole, in one compressed answer."""

import gzip
import json
from threading import Event, Thread

import pytest

from gridsvc.clock import utc_now
from gridsvc.inspections.service import register
from gridsvc.session import transaction
from gridsvc.sync.rules import Cursor
from tests.conftest import BUSY
from tests.factories.enterprises import add_enterprise
from tests.factories.issues import BEFORE_AND_AFTER, add_issue
from tests.factories.pulls import pulled, pulled_whole
from tests.factories.village import actor

NOW = utc_now()


@pytest.fixture
def ask(client, village, as_):
    def _ask(somebody=None, **headers: str):
        who = as_(somebody or village.officer)
        return client.get("/api/v1/sync/pull", headers=who | headers)

    return _ask


def test_it_is_compressed_for_whoever_takes_that_and_says_the_same(ask) -> None:
    plain, packed = ask(), ask(**{"Accept-Encoding": "gzip"})

    assert plain.content_encoding is None
    assert packed.content_encoding == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert int(packed.headers["Content-Length"]) == len(packed.data)


def test_it_holds_more_than_a_page_and_nothing_comes_twice_after_it(
    session, client, village, ask, as_
) -> None:
    """More enterprises than a page of a later pull would hold."""
    for n in range(30):
        add_enterprise(session, f"{n}号场", village.yard.location, village.zhao)
        add_enterprise(session, f"{n}号棚", village.farm.location, village.qian)
    session.commit()

    page = ask(village.head).json

    assert len(page["changed"]["enterprise"]) == 62
    assert (page["more"], page["not_yours"]) == (False, [])
    query = {"cursor": page["next"]}
    again = client.get("/api/v1/sync/pull", query_string=query, headers=as_(village.head))
    assert again.status_code == 304


def test_by_post_it_is_the_same_and_nothing_new_is_204(client, village, as_) -> None:
    headers = as_(village.officer)
    page = client.post("/api/v1/sync/pull", json={}, headers=headers).json

    again = client.post("/api/v1/sync/pull", json={"cursor": page["next"]}, headers=headers)

    assert [item["id"] for item in page["changed"]["enterprise"]] == [str(village.yard.id)]
    assert (again.status_code, again.data) == (204, b"")


def test_who_answers_for_nothing_gets_nothing(session, village, ask) -> None:
    page = ask(village.answerable).json

    assert not any(page["changed"].values())


def test_what_is_committed_while_it_is_read_comes_later_and_is_not_lost(app, busy) -> None:
    """A long transaction holds its version until it commits; one that rolls back leaves none."""
    wrote, may_end = Event(), Event()

    def write_slowly(is_kept: bool) -> None:
        with app.app_context():
            try:
                with transaction(BUSY) as session:
                    register(session, [busy.visit(made_at=NOW)], by=actor(busy.officer), now=NOW)
                    wrote.set()
                    may_end.wait()
                    if not is_kept:
                        raise InterruptedError
            except InterruptedError:
                return

    for is_kept in (True, False):
        wrote.clear()
        may_end.clear()
        writer = Thread(target=write_slowly, args=(is_kept,))
        writer.start()
        wrote.wait()
        with transaction(BUSY) as session:
            first = json.loads("".join(pulled_whole(session, busy.officer.id, now=NOW)))
        may_end.set()
        writer.join()
        with transaction(BUSY) as session:
            cursor = Cursor.parse(first["next"])
            later = pulled(session, busy.officer.id, cursor, now=NOW)
        seen = {item["id"] for item in first["changed"]["inspection"]}
        new = {item["id"] for item in json.loads(f"[{later.changed['inspection']}]")}
        assert (len(new), seen & new) == (int(is_kept), set())


def test_an_issue_says_who_submitted_it(session, village, ask) -> None:
    photos = BEFORE_AND_AFTER
    add_issue(session, village.yard, village.officer, NOW, fixed_on_spot=True, photos=photos)
    session.commit()

    [item] = ask().json["changed"]["issue"]

    assert item["submitted_by"] == {"id": str(village.officer.id), "name": village.officer.name}
