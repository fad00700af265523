"""Three years of transfers, by chance: whoever asks hears what a brute-force book says.

60 grids here, 1,000 in `make prove` (PROVE=full).
"""

import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from gridsvc.accountability.queries import holder, holders
from gridsvc.accountability.rules import SEATED, Role
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
from gridsvc.audit.service import verify
from gridsvc.handovers.service import hand_over
from gridsvc.roster.gaps import gaps
from gridsvc.roster.responsibility import responsibility
from gridsvc.session import transaction
from tests.conftest import BUSY
from tests.factories.accountability import add_person
from tests.factories.grids import add_grid

IS_FULL = os.environ.get("PROVE") == "full"
GRIDS, DEEDS = (1000, 12) if IS_FULL else (60, 4)  # deeds in each grid
SEED = 20260302
BEGIN = datetime(2025, 1, 2, tzinfo=UTC)
DAYS = 3 * 365
ROLES = (Role.GRID_HEAD, Role.GRID_HEAD, Role.GRID_OFFICER)
INSTANT = timedelta(microseconds=1)
BY = system("test")


@dataclass
class Term:
    """Somebody on a post, [since, until)."""

    person_id: UUID
    seat: int
    since: datetime
    until: datetime | None = None
    duty_id: UUID | None = None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    def overlaps(self, since: datetime, until: datetime | None) -> bool:
        begins_before = until is None or self.since < until
        return begins_before and (self.until is None or since < self.until)


@dataclass
class Book:
    """Every term of every post, looked through from end to end whenever somebody asks."""

    terms: dict[tuple[UUID, str], list[Term]] = field(default_factory=lambda: defaultdict(list))

    def may_begin(self, post: tuple[UUID, str], term: Term, but: Term | None = None) -> bool:
        others = [
            other
            for other in self.terms[post]
            if other is not but and other.overlaps(term.since, term.until)
        ]
        same_person = any(other.person_id == term.person_id for other in others)
        same_seat = post[1] in SEATED and any(other.seat == term.seat for other in others)
        return not (same_person or same_seat)

    def at(self, post: tuple[UUID, str], at: datetime) -> list[Term]:
        return [term for term in self.terms[post] if term.holds(at)]

    def instants(self, grid_id: UUID) -> set[datetime]:
        """The instants at which anything changes in a grid, and those just before."""
        edges = {
            edge
            for (id, _), terms in self.terms.items()
            for term in terms
            for edge in (term.since, term.until)
            if id == grid_id and edge is not None
        }
        return edges | {edge - INSTANT for edge in edges}


class Years:
    """Chance at work: the same deeds are done to the service, each committed, and to the book."""

    def __init__(self, grids, people) -> None:
        self.grids, self.people = grids, people
        self.book, self.chance, self.done = Book(), Random(SEED), 0

    def run(self) -> None:
        for hour in sorted(self.chance.sample(range(DAYS * 24), GRIDS * DEEDS)):
            self.do(BEGIN + timedelta(hours=hour))

    def do(self, now: datetime) -> None:
        grid, role = self.chance.choice(self.grids), self.chance.choice(ROLES)
        at = now + timedelta(days=self.chance.choice((0, 0, 0, 7, 30)))
        somebody = self.chance.choice(self.people).id
        running = self.book.at((grid.id, role), at)
        if not running or self.chance.random() < 0.2:
            self.begin(grid.id, role, somebody, at, now)
        elif self.chance.random() < 0.3:
            self.end(self.chance.choice(running), at, now)
        else:
            self.pass_on((grid.id, role), self.chance.choice(running), somebody, at, now)

    def begin(self, grid_id, role, person_id, at, now) -> None:
        seat = self.chance.choice((1, 1, 1, 2)) if role in SEATED else 1
        term = Term(person_id, seat, at)
        allowed = self.book.may_begin((grid_id, role), term)
        post = Post(role, "grid", grid_id, seat)
        duty = self.tried(appoint, post, person_id, since=Dated(at), now=now, is_allowed=allowed)
        if duty:
            term.duty_id = duty.id
            self.book.terms[grid_id, role].append(term)

    def end(self, term: Term, at, now) -> None:
        is_running = term.since < at
        if self.tried(end_duty, term.duty_id, at=Dated(at), now=now, is_allowed=is_running):
            term.until = at

    def pass_on(self, post, term: Term, person_id, at, now) -> None:
        following = Term(person_id, term.seat, at, term.until)
        allowed = term.since < at and term.person_id != person_id
        allowed = allowed and self.book.may_begin(post, following, but=term)
        dated = Dated(at, "调任")
        done = self.tried(hand_over, term.duty_id, person_id, at=dated, now=now, is_allowed=allowed)
        if done:
            term.until, following.duty_id = at, done.later.id
            self.book.terms[post].append(following)

    def tried(self, deed, *facts, is_allowed: bool, **when):
        """Do a deed that the book allows or not, and make sure that the service agrees."""
        try:
            with transaction(BUSY) as session:
                done = deed(session, *facts, by=BY, **when)
        except (SeatTaken, HeldAlready, NotHeldThen) as refusal:
            assert not is_allowed, refusal
            return None
        assert is_allowed, (deed, facts, when)
        self.done += 1
        return done


@pytest.fixture
def years(app, busy) -> Years:
    with transaction(BUSY) as session:
        town = add_grid(session, "试验镇", level=2, parent=busy.county)
        grids = [add_grid(session, f"试验村{number}", parent=town) for number in range(GRIDS)]
        people = [add_person(session, f"候选{number}") for number in range(max(20, GRIDS // 5))]
    lived = Years(grids, people)
    lived.run()
    return lived


def test_every_instant_has_one_holder_of_a_seat_or_a_declared_vacancy(years) -> None:
    assert years.done > GRIDS * DEEDS / 2
    with transaction(BUSY) as session:
        _holders_are_those_of_the_book(session, years)
        _nobody_shares_a_seat(session, years)
        _vacancies_are_those_of_the_book(session, years)
        assert verify(session) is None


def _holders_are_those_of_the_book(session, years) -> None:
    asked = 0
    for grid in years.grids:
        for at in years.book.instants(grid.id):
            seats = {term.seat: term for term in years.book.at((grid.id, Role.GRID_HEAD), at)}
            found = holder(session, Role.GRID_HEAD, grid.id, at)
            assert (found and found.person_id) == (seats[1].person_id if 1 in seats else None)
            asked += 1
    print(f"{years.done} changes, {asked} instants asked")  # noqa: T201


def _nobody_shares_a_seat(session, years) -> None:
    for at in _months():
        found = holders(session, [grid.id for grid in years.grids], at)
        told = sorted((duty.subject_id, duty.role, duty.seat, duty.person_id) for duty in found)
        assert told == sorted(
            (grid.id, role, term.seat, term.person_id)
            for grid in years.grids
            for role in set(ROLES)
            for term in years.book.at((grid.id, role), at)
        )
        seats = [row[:3] for row in told if row[1] in SEATED]
        assert len(seats) == len(set(seats))


def _vacancies_are_those_of_the_book(session, years) -> None:
    ids = [grid.id for grid in years.grids]
    for at in _months():
        told = gaps(session, ids, at, limit=10**6)
        vacant = {(gap["subject"]["id"], gap["seat"]) for gap in told["vacant_heads"]}
        assert vacant == {
            (grid.id, seat) for grid in years.grids for seat in _vacant(years.book, grid.id, at)
        }
        few = {gap["grid"].id for gap in told["too_few_officers"]}
        assert few == {id for id in ids if not years.book.at((id, Role.GRID_OFFICER), at)}
    for grid in years.grids[:20]:
        at = years.chance.choice(_months())
        chain = responsibility(session, "grid", grid.id, at)["chain"]
        heads = [link for link in chain if link["grid"].id == grid.id and link["role"] in SEATED]
        assert {link["seat"] for link in heads if link["vacant"]} == _vacant(
            years.book, grid.id, at
        )


def _vacant(book: Book, grid_id: UUID, at: datetime) -> set[int]:
    terms = book.terms[grid_id, Role.GRID_HEAD]
    seats = {1, *(term.seat for term in terms)}
    return seats - {term.seat for term in terms if term.holds(at)}


def _months() -> list[datetime]:
    return [BEGIN + timedelta(days=30 * number) for number in range(DAYS // 30 + 1)]
