from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.leave import OnLeaveAlready, OwnSubstitute, record_leave
from gridsvc.accountability.models import Handover
from gridsvc.accountability.queries import held_by, holder, leaves
from gridsvc.accountability.rules import Role, may
from gridsvc.accountability.service import (
    BackDated,
    BadDays,
    Dated,
    HeldAlready,
    NotHeldThen,
    Post,
    ReasonMissing,
    SeatTaken,
    UnfitRole,
    UnknownDuty,
    UnknownPerson,
    appoint,
    end_duty,
)
from gridsvc.audit.service import lines_about, verify
from gridsvc.handovers.service import hand_over
from gridsvc.ids import new_id
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import NOON
from tests.factories.village import actor

A_DAY = timedelta(days=1)
A_WEEK = timedelta(weeks=1)


@pytest.fixture
def wang(session, village):
    return add_person(session, "王磊")


@pytest.fixture
def zhou(session, village):
    return add_person(session, "周敏")


@pytest.fixture
def by(village):
    return {"by": actor(village.leader), "now": NOON}


@pytest.fixture
def headship(village) -> Post:
    return Post(Role.GRID_HEAD, "grid", village.zhao.id)


@pytest.fixture
def duty(session, village, wang, headship, by):
    """Wang is head of the village from NOON on."""
    return appoint(session, headship, wang.id, since=Dated(NOON), **by)


def head(session, village, at) -> str | None:
    duty = holder(session, Role.GRID_HEAD, village.zhao.id, at)
    return duty and duty.person.name


def test_an_appointment_begins_a_duty_and_is_in_the_trail(session, village, duty) -> None:
    assert head(session, village, NOON - timedelta(microseconds=1)) is None
    assert head(session, village, NOON) == "王磊"
    [line] = lines_about(session, [duty.id])
    assert (line.deed, line.actor) == ("duty.begin", f"person:{village.leader.id}")
    assert verify(session) is None


def test_it_may_begin_and_end_later(session, village, wang, headship, by) -> None:
    appoint(session, headship, wang.id, since=Dated(NOON + A_DAY), until=NOON + A_WEEK, **by)

    assert [head(session, village, NOON + A_DAY * n) for n in (0, 1, 6, 7)] == [
        None, "王磊", "王磊", None,
    ]  # fmt: skip


def test_a_taken_seat_names_its_holder(session, village, duty, headship, zhou, wang, by) -> None:
    with pytest.raises(SeatTaken) as refusal:
        appoint(session, headship, zhou.id, since=Dated(NOON + A_WEEK), **by)

    assert refusal.value.facts["holder"] == {"id": str(wang.id), "name": "王磊"}


def test_another_seat_is_free(session, village, duty, zhou, by) -> None:
    post = Post(Role.GRID_HEAD, "grid", village.zhao.id, seat=2)

    assert appoint(session, post, zhou.id, since=Dated(NOON), **by).seat == 2


def test_nobody_holds_a_duty_twice(session, village, duty, wang, by) -> None:
    with pytest.raises(HeldAlready):
        appoint(
            session, Post(Role.GRID_HEAD, "grid", village.zhao.id, seat=2), wang.id,
            since=Dated(NOON), **by,
        )  # fmt: skip


def test_a_role_fits_its_subject(session, village, wang, by) -> None:
    with pytest.raises(UnfitRole):
        appoint(
            session,
            Post(Role.GRID_HEAD, "unit", village.bureau.id),
            wang.id,
            since=Dated(NOON),
            **by,
        )


def test_nobody_is_appointed_who_is_not_there(session, headship, by) -> None:
    with pytest.raises(UnknownPerson):
        appoint(session, headship, new_id(), since=Dated(NOON), **by)


def test_nothing_begins_ends_or_passes_on_in_the_past(session, duty, headship, zhou, by) -> None:
    past = NOON - timedelta(microseconds=1)
    with pytest.raises(BackDated):
        appoint(session, headship, zhou.id, since=Dated(past), **by)
    with pytest.raises(BackDated):
        end_duty(session, duty.id, at=Dated(past), **by)
    with pytest.raises(BackDated):
        hand_over(session, duty.id, zhou.id, at=Dated(past, "r"), **by)


def test_the_past_may_be_entered_by_whom_it_is_said_with_a_reason(
    session, village, duty, zhou, by
) -> None:
    then, later = NOON + A_DAY, {"by": by["by"], "now": NOON + A_WEEK}
    with pytest.raises(ReasonMissing):
        end_duty(session, duty.id, at=Dated(then, " ", may_be_past=True), **later)

    done = hand_over(session, duty.id, zhou.id, at=Dated(then, "补录", may_be_past=True), **later)

    assert head(session, village, then) == "周敏"
    assert done.handover.recorded_at - done.handover.at == 6 * A_DAY
    assert (done.earlier.end_recorded_at, done.later.recorded_at) == (NOON + A_WEEK,) * 2


def test_nothing_ends_before_it_begins(session, wang, headship, by) -> None:
    with pytest.raises(BadDays):
        appoint(session, headship, wang.id, since=Dated(NOON + A_DAY), until=NOON, **by)


def test_an_end_leaves_a_visible_vacancy_and_all_that_was(session, village, duty, wang, by) -> None:
    end_duty(session, duty.id, at=Dated(NOON + A_DAY), **by)

    assert head(session, village, NOON + A_DAY) is None
    assert head(session, village, NOON) == "王磊"
    held = held_by(session, wang.id)
    assert may(held, "day.close", village.zhao.id, NOON)
    assert not may(held, "day.close", village.zhao.id, NOON + A_DAY)
    assert [line.deed for line in lines_about(session, [duty.id])] == ["duty.begin", "duty.end"]


def test_a_duty_ends_once(session, duty, by) -> None:
    end_duty(session, duty.id, at=Dated(NOON + A_DAY), **by)

    with pytest.raises(NotHeldThen):
        end_duty(session, duty.id, at=Dated(NOON + A_WEEK), **by)


def test_what_only_begins_cannot_end_at_once(session, duty, by) -> None:
    with pytest.raises(NotHeldThen):
        end_duty(session, duty.id, at=Dated(NOON), **by)


def test_an_unknown_duty_is_named(session, village, by, zhou) -> None:
    with pytest.raises(UnknownDuty):
        hand_over(session, new_id(), zhou.id, at=Dated(NOON, "r"), **by)


def test_a_handover_ends_and_begins_in_one_act(session, village, duty, zhou, by) -> None:
    earlier, later, *_ = hand_over(session, duty.id, zhou.id, at=Dated(NOON + A_DAY, "调任"), **by)

    assert head(session, village, NOON + A_DAY - timedelta(microseconds=1)) == "王磊"
    assert head(session, village, NOON + A_DAY) == "周敏"
    assert (earlier.period, later.period) == (Range(NOON, NOON + A_DAY), Range(NOON + A_DAY, None))
    [act] = session.scalars(select(Handover))
    assert (act.ended_id, act.begun_id, act.reason) == (earlier.id, later.id, "调任")
    lines = lines_about(session, [duty.id, later.id, act.id])
    assert [line.deed for line in lines][1:] == ["duty.end", "duty.begin", "duty.hand_over"]
    assert verify(session) is None


def test_the_rest_of_the_term_goes_along(session, village, wang, zhou, headship, by) -> None:
    duty = appoint(session, headship, wang.id, since=Dated(NOON), until=NOON + A_WEEK, **by)

    hand_over(session, duty.id, zhou.id, at=Dated(NOON + A_DAY, "r"), **by)

    assert head(session, village, NOON + A_WEEK) is None


def test_who_comes_second_hears_who_holds_it_now(session, village, duty, zhou, by) -> None:
    hand_over(session, duty.id, zhou.id, at=Dated(NOON + A_DAY, "r"), **by)

    with pytest.raises(SeatTaken) as refusal:
        hand_over(session, duty.id, village.deputy.id, at=Dated(NOON + A_WEEK, "r"), **by)

    assert refusal.value.facts["holder"]["name"] == "周敏"


def test_a_successor_already_named_is_not_pushed_aside(
    session, village, duty, wang, zhou, headship, by
) -> None:
    end_duty(session, duty.id, at=Dated(NOON + A_WEEK), **by)
    appoint(session, headship, zhou.id, since=Dated(NOON + A_WEEK), **by)

    hand_over(session, duty.id, village.deputy.id, at=Dated(NOON + A_DAY, "r"), **by)

    assert [head(session, village, NOON + A_DAY * n) for n in (0, 1, 7)] == ["王磊", "陈静", "周敏"]


def test_nobody_hands_over_to_themselves(session, duty, wang, by) -> None:
    with pytest.raises(HeldAlready):
        hand_over(session, duty.id, wang.id, at=Dated(NOON + A_DAY, "r"), **by)


def test_a_post_without_seats_is_handed_over_too(session, village, zhou, by) -> None:
    duty = add_duty(session, village.officer, village.qian, since=NOON - A_WEEK)

    later = hand_over(session, duty.id, zhou.id, at=Dated(NOON, "r"), **by).later

    assert (later.role, later.person_id) == (Role.GRID_OFFICER, zhou.id)


def test_leave_is_recorded_with_its_substitute(session, village, wang, zhou, by) -> None:
    first, last = date(2026, 3, 2), date(2026, 3, 4)

    leave = record_leave(
        session, wang.id, substitute_id=zhou.id, first_day=first, last_day=last, reason="病假", **by
    )

    assert leaves(session, last, date(2026, 12, 31)) == [leave]
    assert leaves(session, date(2026, 1, 1), first, [wang.id]) == [leave]
    assert leaves(session, last + A_DAY, date(2026, 12, 31)) == []
    assert leaves(session, first, last, [zhou.id]) == []
    assert [line.deed for line in lines_about(session, [leave.id])] == ["leave.record"]


def test_a_day_is_off_once(session, wang, by) -> None:
    days = {"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 4), "reason": "病假"}
    record_leave(session, wang.id, **days, **by)

    with pytest.raises(OnLeaveAlready):
        record_leave(session, wang.id, **days | {"first_day": date(2026, 3, 4)}, **by)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"last_day": date(2026, 3, 1)}, BadDays),
        ({"substitute_id": "self"}, OwnSubstitute),
        ({"substitute_id": new_id()}, UnknownPerson),
    ],
)
def test_odd_leave_is_refused(session, wang, by, changes, refusal) -> None:
    if changes.get("substitute_id") == "self":
        changes = {"substitute_id": wang.id}
    days = {"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 4), "reason": "病假"}

    with pytest.raises(refusal):
        record_leave(session, wang.id, **days | changes, **by)
