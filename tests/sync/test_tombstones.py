"""A row that comes to lie in another grid: who gains it, who loses it, who keeps it."""

import json
from dataclasses import dataclass, field
from random import Random
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import select, text

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.enterprises import service
from gridsvc.enterprises.models import Enterprise
from gridsvc.enterprises.rules import Move
from gridsvc.grids.models import Grid
from gridsvc.grids.service import stand_in_line
from gridsvc.inspections.service import register
from gridsvc.session import Session, transaction
from gridsvc.sync.pull import Page
from gridsvc.sync.rules import Cursor
from gridsvc.synced import ForgottenTick, tick
from tests.conftest import BUSY, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import NOON
from tests.factories.pulls import pulled
from tests.factories.village import actor, appoint

NOW = utc_now()


@dataclass
class Phone:
    """Pulls for somebody, and takes up each page in whatever order."""

    owner: UUID
    chance: Random = field(default_factory=lambda: Random(7))
    cursor: Cursor | None = None
    rows: dict[UUID, UUID] = field(default_factory=dict)  # the grid of each enterprise

    def pull(self, session: Session, most: int = 1000) -> Page:
        page = pulled(session, self.owner, self.cursor, now=NOW, most=most)
        items = json.loads(f"[{page.changed['enterprise']}]")
        self.chance.shuffle(items)
        for item in items:
            if "tombstone" in item:
                self.rows.pop(UUID(item["id"]), None)
            else:
                self.rows[UUID(item["id"])] = UUID(item["grid_id"])
        gone = set(page.not_yours)
        self.rows = {id: grid for id, grid in self.rows.items() if grid not in gone}
        self.cursor = Cursor.parse(str(page.next))
        return page

    def pull_all(self, session: Session, most: int = 1000) -> set[UUID]:
        while self.pull(session, most).more:
            pass
        return set(self.rows)


@pytest.fixture
def phone(village):
    """The phone of the officer of Zhao, or of somebody else."""
    return lambda somebody=village.officer: Phone(somebody.id)


@pytest.fixture
def neighbour(session, village):
    """The officer of Qian."""
    return appoint(session, "周敏", village.qian, Role.GRID_OFFICER)


@pytest.fixture
def move(session, village):
    """An enterprise is filed under another grid."""

    def _move(enterprise: Enterprise, grid: Grid) -> None:
        service.settle(session, [Move(enterprise.id, enterprise.grid_id, grid.id)], NOON)
        session.commit()

    return _move


def test_the_phone_of_the_old_grid_forgets_it_and_that_of_the_new_one_gets_it(
    session, village, neighbour, phone, move
) -> None:
    mine, theirs = phone(), phone(neighbour)
    assert (mine.pull_all(session), theirs.pull_all(session)) == (
        {village.yard.id}, {village.farm.id},
    )  # fmt: skip

    move(village.yard, village.qian)

    assert mine.pull_all(session) == set()
    assert theirs.pull_all(session) == {village.yard.id, village.farm.id}


def test_a_tombstone_says_what_it_stands_for(client, village, move, as_) -> None:
    headers = as_(village.officer)
    cursor = client.get("/api/v1/sync/pull", headers=headers).json["next"]

    move(village.yard, village.qian)

    page = client.get("/api/v1/sync/pull", query_string={"cursor": cursor}, headers=headers).json
    assert page["changed"]["enterprise"] == [
        {
            "kind": "enterprise",
            "id": str(village.yard.id),
            "grid_id": str(village.zhao.id),
            "tombstone": "not_yours",
        }
    ]
    query = {"cursor": page["next"]}
    assert client.get("/api/v1/sync/pull", query_string=query, headers=headers).status_code == 304


@pytest.mark.parametrize("most", [1, 2, 3])
@pytest.mark.parametrize("there", ["zhao", "qian"])
def test_who_has_both_grids_keeps_it_wherever_a_page_ends(
    session, village, phone, move, most: int, there: str
) -> None:
    both = phone(village.head)
    yards = {add_enterprise(session, f"{n}号场", village.yard.location, village.zhao).id
             for n in range(3)}  # fmt: skip
    everything = yards | {village.yard.id, village.farm.id}
    assert both.pull_all(session, most) == everything

    for id in everything:
        move(session.get(Enterprise, id), getattr(village, there))
        both.pull(session, most)

    assert both.pull_all(session, most) == everything


def test_one_that_comes_back_is_there_again(session, village, phone, move) -> None:
    mine, late = phone(), phone()
    mine.pull_all(session)
    late.pull_all(session)

    move(village.yard, village.qian)
    assert mine.pull_all(session) == set()
    move(village.yard, village.zhao)

    assert mine.pull_all(session) == {village.yard.id}
    assert late.pull_all(session, most=1) == {village.yard.id}


def test_one_that_left_is_lost_also_if_its_new_grid_is_lost_before_it_came(
    session, village, phone, move
) -> None:
    both = phone(village.head)
    both.pull_all(session)
    move(village.yard, village.qian)
    new = add_enterprise(session, "新场", village.yard.location, village.zhao)
    both.pull(session, most=1)
    duty = session.scalars(select(Duty).where(Duty.person_id == village.head.id)).one()
    duty.subject_id = village.zhao.id
    session.commit()

    assert both.pull_all(session, most=1) == {new.id}


def test_many_that_are_no_news_to_a_phone_do_not_stop_it(session, village, phone, move) -> None:
    both = phone(village.head)
    for _ in range(4):
        move(village.yard, village.qian)
        move(village.yard, village.zhao)
    both.pull_all(session)
    for _ in range(4):
        move(village.yard, village.qian)
        move(village.yard, village.zhao)
        both.pull(session, most=1)

    new = add_enterprise(session, "新场", village.farm.location, village.qian)

    assert both.pull_all(session, most=1) == {village.yard.id, village.farm.id, new.id}


def test_no_row_leaves_a_grid_in_silence(session, village) -> None:
    yard = session.get(Enterprise, village.yard.id)
    versions = tick(session, [village.zhao.id, village.qian.id])
    yard.grid_id, yard.sync_version = village.qian.id, versions[village.qian.id]

    with pytest.raises(ForgottenTick, match="old grid would keep it"):
        session.flush()


def test_every_phone_ends_with_the_right_set_while_all_moves_at_once(app, busy) -> None:
    """Enterprises and an officer move between two grids, visits come in, some roll back."""
    neighbour, yards = people_the_villages(busy)
    phones = [
        Phone(somebody.id, Random(n))
        for n, somebody in enumerate((busy.officer, neighbour, busy.head, busy.deputy))
    ]
    works = [Thread(target=move_often, args=(app, busy, yards, seed)) for seed in range(3)]
    works += [Thread(target=visit_often, args=(app, busy)) for _ in range(2)]
    works += [Thread(target=wander_often, args=(app, busy, neighbour))]
    for work in works:
        work.start()
    chance = Random(1)
    while any(work.is_alive() for work in works):
        for phone in phones:
            with transaction(BUSY) as session:
                phone.pull(session, most=chance.randint(1, 5))

    with transaction(BUSY) as session:
        filed = dict(session.execute(select(Enterprise.id, Enterprise.grid_id)).all())
        in_zhao = {id for id, grid in filed.items() if grid == busy.zhao.id}
        in_qian = {id for id, grid in filed.items() if grid == busy.qian.id}
        assert in_zhao | in_qian == set(yards)
        found = [phone.pull_all(session, most=3) for phone in phones]
    assert found == [in_zhao, in_qian, in_zhao | in_qian, in_zhao | in_qian]
    assert [phone.rows.items() <= filed.items() for phone in phones] == [True] * 4


def people_the_villages(village):
    session = enter(BUSY)
    neighbour = appoint(session, "周敏", village.qian, Role.GRID_OFFICER)
    places = [(village.zhao, village.yard), (village.qian, village.farm)]
    more = [add_enterprise(session, f"{n}号场", near.location, grid).id
            for grid, near in places for n in range(4)]  # fmt: skip
    session.commit()
    return neighbour, [village.yard.id, village.farm.id, *more]


def move_often(app, village, yards: list[UUID], seed: int) -> None:
    chance = Random(seed)
    grids = [village.zhao.id, village.qian.id]
    with app.app_context():
        for _ in range(15):
            try:
                with transaction(BUSY) as session:
                    stand_in_line(session)
                    wanted = chance.sample(yards, 2)
                    filed = select(Enterprise.id, Enterprise.grid_id)
                    rows = session.execute(filed.where(Enterprise.id.in_(wanted))).all()
                    there = {grids[0]: grids[1], grids[1]: grids[0]}
                    moves = [Move(id, grid, there[grid]) for id, grid in rows]
                    service.settle(session, moves, NOON)
                    session.execute(text("SELECT pg_sleep(:s)"), {"s": chance.random() / 200})
                    if chance.random() < 0.2:
                        raise InterruptedError
            except InterruptedError:
                continue


def visit_often(app, village) -> None:
    with app.app_context():
        for _ in range(15):
            with transaction(BUSY) as session:
                register(session, [village.visit()], by=actor(village.officer), now=NOON)


def wander_often(app, village, neighbour) -> None:
    """The officer of Qian is sent to Zhao and back; in the end they are in Qian."""
    with app.app_context():
        for n in range(1, 21):
            with transaction(BUSY) as session:
                duty = session.scalars(select(Duty).where(Duty.person_id == neighbour.id)).one()
                duty.seat = n + 1
                duty.subject_id = (village.qian if n % 2 == 0 else village.zhao).id
