"""Fifty at once for one seat: one gets it, the others hear who did."""

from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from gridsvc.accountability.queries import holder
from gridsvc.accountability.rules import Role
from gridsvc.accountability.service import Dated, Post, SeatTaken, appoint
from gridsvc.actor import system
from gridsvc.audit.service import verify
from gridsvc.handovers.service import hand_over
from gridsvc.session import transaction
from tests.conftest import BUSY, together
from tests.factories.accountability import add_person
from tests.factories.inspections import NOON

WRITERS = 50
LATER = NOON + timedelta(days=1)
BY = {"by": system("test"), "now": NOON}


@pytest.fixture
def crowd(app, busy):
    with transaction(BUSY) as session:
        return [add_person(session, f"候选{number}").id for number in range(WRITERS)]


def race(app, crowd, deed) -> tuple[list, Counter]:
    """Let all try `deed(session, person_id)` at once; return who won and what others heard."""
    ready, won, heard = Barrier(WRITERS), [], Counter()

    def try_it(person_id) -> None:
        with app.app_context():
            ready.wait()
            try:
                with transaction(BUSY) as session:
                    deed(session, person_id)
                won.append(str(person_id))
            except SeatTaken as refusal:
                heard[refusal.facts["holder"]["id"]] += 1

    together([Thread(target=try_it, args=(person_id,)) for person_id in crowd])
    return won, heard


def test_one_of_fifty_is_appointed(app, busy, crowd) -> None:
    post = Post(Role.GRID_HEAD, "grid", busy.zhao.id)

    won, heard = race(
        app, crowd, lambda session, id: appoint(session, post, id, since=Dated(LATER), **BY)
    )

    assert len(won) == 1
    assert heard == {won[0]: WRITERS - 1}
    with transaction(BUSY) as session:
        assert str(holder(session, Role.GRID_HEAD, busy.zhao.id, LATER).person_id) == won[0]
        assert verify(session) is None


def test_a_seat_is_handed_over_once(app, busy, crowd) -> None:
    with transaction(BUSY) as session:
        duty_id = holder(session, Role.GRID_HEAD, busy.town.id, NOON).id

    won, heard = race(
        app,
        crowd,
        lambda session, id: hand_over(session, duty_id, id, at=Dated(LATER, "调任"), **BY),
    )

    assert len(won) == 1
    assert heard == {won[0]: WRITERS - 1}
