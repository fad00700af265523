from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from gridsvc.actor import person, system
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.digests import digest
from gridsvc.dispatches import pages
from gridsvc.dispatches.models import DispatchOrder, MonthlyDispatch
from gridsvc.dispatches.orders import (
    AlreadyReplied,
    NotATown,
    OrderDueInThePast,
    UnknownOrder,
    Wanted,
    issue,
    reply,
)
from gridsvc.dispatches.service import (
    DispatchChanged,
    DispatchSigned,
    MonthNotOver,
    UnknownDispatch,
    content,
    plan,
    sign,
    write_minutes,
)
from gridsvc.errors import DomainError
from gridsvc.ids import new_id
from gridsvc.records import IdTaken
from gridsvc.session import transaction
from gridsvc.weeks import month_span
from tests.conftest import BUSY, together
from tests.conftest import enter as enter_jurisdiction
from tests.factories.grids import add_grid
from tests.factories.inspections import NOON
from tests.factories.rounds import add_issue, add_patrol, add_visit

MARCH = month_span("2026-03")
AFTERWARDS = MARCH.ends_at + timedelta(hours=9)  # 1 April, 9 in the morning
ROBOT = system("test")


def a_march(session, village) -> MonthlyDispatch:
    """Zhao is patrolled on the first two workdays, the yard visited; one issue is overdue."""
    for day in range(2):
        add_patrol(session, village.officer, village.zhao, NOON + timedelta(days=day))
    add_visit(session, village, NOON)
    add_issue(session, village, NOON)
    plan(session, by=ROBOT, now=AFTERWARDS)
    return of_month(session, "2026-03")


def of_month(session, month: str) -> MonthlyDispatch:
    return session.scalars(select(MonthlyDispatch).where(MonthlyDispatch.month == month)).one()


@pytest.fixture
def march(session, village) -> MonthlyDispatch:
    return a_march(session, village)


def sign_as(session, somebody, dispatch, *, now=AFTERWARDS, version=None) -> MonthlyDispatch:
    return sign(
        session, dispatch.id, version=version or dispatch.version, signer_id=somebody.id,
        by=person(somebody.id), now=now,
    )  # fmt: skip


def an_order(village, dispatch, **changes) -> Wanted:
    usual = {
        "id": new_id(),
        "dispatch_id": dispatch.id,
        "addressee_id": village.town.id,
        "requirement": "四月底前补齐巡查",
        "measured_by": "patrol_days",
        "due_on": date(2026, 4, 20),
    }
    return Wanted(**usual | changes)


@pytest.fixture
def give(session, village):
    def _give(wanted: Wanted, *, now=AFTERWARDS):
        who = village.dispatcher
        return issue(session, wanted, issuer_id=who.id, by=person(who.id), now=now)

    return _give


@pytest.fixture
def answer(session, village):
    def _answer(order_id, text="已补齐"):
        who = village.head
        return reply(session, order_id, text, replier_id=who.id, by=person(who.id), now=AFTERWARDS)

    return _answer


def test_months_are_planned_once_each_from_the_first_record_to_the_running_one(
    session, village
) -> None:
    add_patrol(session, village.officer, village.zhao, NOON - timedelta(days=31))

    assert plan(session, by=ROBOT, now=NOON) == 3
    assert plan(session, by=ROBOT, now=NOON) == 0
    months = session.scalars(select(MonthlyDispatch.month).order_by(MonthlyDispatch.month)).all()
    assert months == ["2026-01", "2026-02", "2026-03"]
    planned = select(func.count()).where(AuditEntry.deed == "dispatch.make")
    assert session.scalar(planned) == 3


def test_the_month_ranks_towns_and_names_what_is_overdue(session, village, march) -> None:
    found = content(session, march, now=AFTERWARDS)

    [row] = found["ranking"]
    assert (row["grid"]["name"], row["rank"], row["previous_rank"]) == ("吴家镇", 1, None)
    patrol_days = row["numbers"]["patrol_days"]
    assert (patrol_days["made"], patrol_days["due"]) == (2, 44)  # 22 workdays in two villages
    assert len(patrol_days["records"]) == 2
    assert row["weeks_signed"] == {"made": 0, "due": 5}
    [late] = found["overdue"]
    assert (late["description"], late["grid"]["name"], late["town"]["name"]) == (
        "料堆没盖", "赵家村", "吴家镇",
    )  # fmt: skip


def test_it_tells_where_a_town_stood_the_month_before(session, village, march) -> None:
    plan(session, by=ROBOT, now=AFTERWARDS)
    april = of_month(session, "2026-04")
    add_grid(session, "新镇", level=2, parent=village.county)  # nothing is due there

    ranking = content(session, april, now=AFTERWARDS + timedelta(days=20))["ranking"]

    assert [(row["grid"]["name"], row["rank"], row["previous_rank"]) for row in ranking] == [
        ("吴家镇", 1, 1), ("新镇", None, None),
    ]  # fmt: skip


def test_a_signature_freezes_the_month(session, village, march) -> None:
    before = content(session, march, now=AFTERWARDS)
    sign_as(session, village.leader, march)
    add_patrol(session, village.officer, village.zhao, NOON + timedelta(days=2))

    assert content(session, march, now=AFTERWARDS + timedelta(days=9)) == before
    assert march.snapshot_digest == digest(march.snapshot.encode())
    assert (march.state, march.signed_by_id, march.signed_at) == (
        "signed", village.leader.id, AFTERWARDS,
    )  # fmt: skip
    line = session.scalars(select(AuditEntry).where(AuditEntry.deed == "dispatch.sign")).one()
    assert march.snapshot_digest in line.text
    assert verify(session) is None


def test_a_month_that_is_not_over_cannot_be_signed(session, village, march) -> None:
    with pytest.raises(MonthNotOver):
        sign_as(session, village.leader, march, now=MARCH.ends_at - timedelta(seconds=1))


def test_who_has_not_read_the_latest_cannot_sign(session, village, march) -> None:
    write_minutes(session, march.id, version=1, minutes="会议纪要", by=ROBOT, now=AFTERWARDS)

    with pytest.raises(DispatchChanged) as refused:
        sign_as(session, village.leader, march, version=1)
    assert refused.value.facts["version"] == 2


def test_what_is_signed_takes_no_minutes_and_no_second_signature(session, village, march) -> None:
    sign_as(session, village.leader, march)

    with pytest.raises(DispatchSigned):
        sign_as(session, village.leader, march)
    with pytest.raises(DispatchSigned):
        write_minutes(session, march.id, version=2, minutes="改", by=ROBOT, now=AFTERWARDS)


def test_there_is_nothing_to_sign_where_there_is_no_dispatch(session, village) -> None:
    with pytest.raises(UnknownDispatch):
        sign(session, new_id(), version=1, signer_id=village.leader.id, by=ROBOT, now=AFTERWARDS)


def test_two_who_sign_at_once_make_one_signature(app, busy) -> None:
    session = enter_jurisdiction(BUSY)
    march = a_march(session, busy)
    session.commit()
    ready, outcomes = Barrier(2), []

    def try_to_sign(somebody) -> None:
        with app.app_context():
            ready.wait()
            try:
                with transaction(BUSY) as mine:
                    sign_as(mine, somebody, march, version=1)
                outcomes.append("signed")
            except DomainError as refusal:
                outcomes.append(type(refusal).__name__)

    together([Thread(target=try_to_sign, args=(who,)) for who in (busy.leader, busy.head)])

    assert sorted(outcomes) == ["DispatchSigned", "signed"]
    signing = select(func.count()).where(AuditEntry.deed == "dispatch.sign")
    assert session.scalar(signing) == 1
    session.rollback()


def test_an_order_has_a_number_and_knows_what_it_is_measured_by(village, march, give) -> None:
    first, is_new = give(an_order(village, march))
    second, _ = give(an_order(village, march))

    assert is_new
    assert (first.number, second.number) == ("2026-001", "2026-002")
    assert first.before == {"made": 2, "due": 44}


def test_an_order_of_a_signed_month_is_measured_by_what_was_signed(
    session, village, march, give
) -> None:
    sign_as(session, village.leader, march)
    add_patrol(session, village.officer, village.zhao, NOON + timedelta(days=2))

    assert give(an_order(village, march))[0].before == {"made": 2, "due": 44}


def test_an_order_given_twice_is_one(session, village, march, give) -> None:
    wanted = an_order(village, march)
    first, again = give(wanted), give(wanted)

    assert (again[0].number, again[1]) == (first[0].number, False)
    assert session.scalar(select(func.count()).select_from(DispatchOrder)) == 1
    with pytest.raises(IdTaken):
        give(an_order(village, march, id=wanted.id, requirement="别的"))


def test_an_order_goes_to_a_town_and_its_time_is_to_come(village, march, give) -> None:
    with pytest.raises(NotATown):
        give(an_order(village, march, addressee_id=village.zhao.id))
    with pytest.raises(NotATown):
        give(an_order(village, march, addressee_id=new_id()))
    with pytest.raises(OrderDueInThePast):
        give(an_order(village, march, due_on=date(2026, 3, 31)))
    assert give(an_order(village, march, due_on=date(2026, 4, 1)))[1]


def test_an_order_is_answered_once(village, march, give, answer) -> None:
    order, _ = give(an_order(village, march))

    assert (answer(order.id).reply, order.replied_by_id) == ("已补齐", village.head.id)
    with pytest.raises(AlreadyReplied):
        answer(order.id, "再答一次")
    with pytest.raises(UnknownOrder):
        answer(new_id())


def test_the_next_month_shows_what_an_order_changed(session, village, march, give) -> None:
    give(an_order(village, march))
    for day in range(5):
        at = AFTERWARDS + timedelta(days=day)
        add_patrol(session, village.officer, village.zhao, at)
    april = of_month(session, "2026-04")
    seen = {village.county.id, village.town.id, village.zhao.id}

    page = pages.page(session, april, seen, now=AFTERWARDS + timedelta(days=6))

    [order] = page["previous_orders"]
    assert order["effect"]["before"] == {"made": 2, "due": 44}
    assert order["effect"]["after"]["made"] == 3  # of five days, two are a weekend's
    assert order["effect"]["met"] is True
    assert page["orders"] == []


def test_towns_see_the_whole_ranking_but_the_issues_and_orders_of_their_own(
    session, village, march, give
) -> None:
    give(an_order(village, march))
    other = add_grid(session, "别镇", level=2, parent=village.county)

    page = pages.page(session, march, {other.id}, now=AFTERWARDS)

    assert len(page["ranking"]) == 2
    assert (page["overdue"], page["relapsed"], page["orders"]) == ([], [], [])
