"""Whatever is handed over, ended and begun: a seat has one holder at any instant, or none."""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridsvc.accountability.queries import history, holder
from gridsvc.accountability.rules import Role
from gridsvc.accountability.service import (
    Dated,
    HeldAlready,
    NotHeldThen,
    Post,
    SeatTaken,
    appoint,
    end_duty,
)
from gridsvc.actor import system
from gridsvc.grids.models import Grid
from gridsvc.handovers.service import hand_over
from tests.factories.accountability import add_person
from tests.factories.grids import add_grid
from tests.factories.inspections import NOON

PEOPLE, DAYS = 4, 8
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["appoint", "hand_over", "end"]),
        st.integers(0, PEOPLE - 1),
        st.integers(0, DAYS),
    ),
    max_size=10,
)


@pytest.fixture
def people(session, village):
    return [add_person(session, f"候选{number}") for number in range(PEOPLE)]


def day(number: int):
    return NOON + timedelta(days=number)


class NaiveBook:
    """A seat, day by day. The last day stands for all that follow."""

    def __init__(self) -> None:
        self.days: list[list[object] | None] = [None] * (DAYS + 2)

    def do(self, deed: str, who: object, on: int) -> bool:
        """Do a deed if it may be done."""
        term = self.days[on]
        if deed == "appoint":
            return not any(self.days[on:]) and self._write(range(on, DAYS + 2), [who])
        if term is None or self.days[on - 1] is not term or on == 0:
            return False  # nobody to follow, or only since that day
        rest = [n for n in range(on, DAYS + 2) if self.days[n] is term]
        if deed == "end":
            return self._write(rest, None)
        return term != [who] and self._write(rest, [who])

    def _write(self, days, term) -> bool:
        for number in days:
            self.days[number] = term
        return True

    @property
    def holders(self) -> list[object]:
        return [term and term[0] for term in self.days]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
def test_a_seat_is_held_by_whom_a_naive_book_says(session, village, people, deeds) -> None:
    grid, book = add_grid(session, "村", parent=village.town), NaiveBook()

    for deed, number, on in deeds:
        assert done(session, grid, deed, people[number], on) is book.do(deed, people[number].id, on)

    told = [holder(session, Role.GRID_HEAD, grid.id, day(number)) for number in range(DAYS + 2)]
    assert [duty and duty.person_id for duty in told] == book.holders
    periods = [duty.period for duty in history(session, [grid.id])]
    assert not any(a.overlaps(b) for a, b in combinations(periods, 2))


def done(session, grid: Grid, deed: str, person, on: int) -> bool:
    """Try a deed with an open term. Say whether it was done."""
    by = {"by": system("test"), "now": NOON}
    running = holder(session, Role.GRID_HEAD, grid.id, day(on))
    try:
        if deed == "appoint":
            appoint(
                session,
                Post(Role.GRID_HEAD, "grid", grid.id),
                person.id,
                since=Dated(day(on)),
                **by,
            )
        elif running is None:
            return False
        elif deed == "end":
            end_duty(session, running.id, at=Dated(day(on)), **by)
        else:
            hand_over(session, running.id, person.id, at=Dated(day(on), "r"), **by)
    except (SeatTaken, HeldAlready, NotHeldThen):
        return False
    return True
