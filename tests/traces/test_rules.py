from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.rules import Held
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.traces.rules import (
    Place,
    Subject,
    Window,
    homes,
    missing_visits,
    read_until,
    responsibility,
)

TOWN = new_id()


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


SPRING = Window(begins=at(3, 1), ends=at(6, 1))


def a_duty(name: str, since, until, *, role: str = "grid_head", seat: int = 1) -> Duty:
    duty = Duty(
        id=new_id(), role=role, subject_kind="grid", subject_id=TOWN, seat=seat,
        period=Range(since, until),
    )  # fmt: skip
    duty.person = Person(name=name)
    return duty


def told(*duties: Duty, roles=("grid_head",), window: Window = SPRING, **bounds) -> list[tuple]:
    town = Subject(kind="grid", id=TOWN, name="镇", roles=roles, **bounds)
    periods = responsibility([town], duties, {}, window)
    return [(p["person"].name if p["person"] else None, p["since"], p["until"]) for p in periods]


def test_a_seat_without_a_holder_is_a_period_too() -> None:
    before, after = a_duty("甲", at(1, 1), at(3, 20)), a_duty("乙", at(4, 1), None)

    assert told(after, before) == [
        ("甲", at(1, 1), at(3, 20)), (None, at(3, 20), at(4, 1)), ("乙", at(4, 1), None),
    ]  # fmt: skip


def test_a_seat_that_was_never_held_is_vacant_for_the_whole_span() -> None:
    assert told() == [(None, SPRING.begins, SPRING.ends)]
    assert told(a_duty("甲", at(1, 1), at(2, 1)), a_duty("乙", at(7, 1), None)) == [
        (None, SPRING.begins, SPRING.ends)
    ]


def test_a_handover_leaves_no_gap() -> None:
    moment = at(4, 10)
    old, new = a_duty("甲", None, moment), a_duty("乙", moment, None)
    handover = Handover(ended_id=old.id, begun_id=new.id, at=moment, reason="调动")
    town = Subject(kind="grid", id=TOWN, name="镇", roles=["grid_head"])

    first, second = responsibility([town], [old, new], {new.id: handover}, SPRING)

    assert (first["until"], first["handover"]) == (moment, None)
    assert (second["since"], second["handover"]) == (moment, {"reason": "调动", "at": moment})


def test_each_seat_has_its_own_vacancies() -> None:
    two = a_duty("乙", at(5, 1), None, seat=2)

    assert told(a_duty("甲", None, None), two) == [
        ("甲", None, None), (None, SPRING.begins, at(5, 1)), ("乙", at(5, 1), None),
    ]  # fmt: skip


def test_a_role_without_seats_has_no_vacancy() -> None:
    officer = a_duty("丙", at(4, 1), at(5, 1), role="grid_officer")

    assert told(officer, roles=["grid_officer"]) == [("丙", at(4, 1), at(5, 1))]
    assert told(roles=["grid_officer"]) == []


def test_what_happens_after_the_end_does_not_show() -> None:
    leaves_later = a_duty("甲", None, at(7, 1))

    assert told(leaves_later) == [("甲", None, None)]


def test_a_grid_counts_only_while_the_thing_lay_in_it() -> None:
    here_since = at(4, 1)

    assert told(a_duty("甲", None, None), since=here_since) == [("甲", here_since, None)]
    assert told(a_duty("甲", None, None), until=here_since) == [("甲", None, here_since)]


def a_place(grid_id: UUID, level: int, code: str, since=None, until=None) -> Place:
    return Place(grid_id=grid_id, level=level, code=code, period=Range(since, until))


def test_a_new_boundary_moves_a_thing_from_its_day_on() -> None:
    old, new, town = new_id(), new_id(), new_id()
    places = [
        a_place(town, 2, "1"),
        a_place(old, 3, "11", None, at(4, 1)),
        a_place(new, 3, "12", at(4, 1)),
    ]

    assert homes(places, SPRING) == [(SPRING.begins, old), (at(4, 1), new)]


def test_on_a_border_the_lower_code_counts_and_a_hole_leaves_it_to_the_town() -> None:
    left, right, town = new_id(), new_id(), new_id()
    both = [a_place(right, 3, "12"), a_place(left, 3, "11"), a_place(town, 2, "1")]

    assert homes(both, SPRING) == [(SPRING.begins, left)]
    assert homes([a_place(left, 3, "11", at(4, 1)), both[2]], SPRING) == [
        (SPRING.begins, town), (at(4, 1), left),
    ]  # fmt: skip


def debts(*visited: date, seen_on=date(2026, 3, 2), last=date(2026, 3, 31)) -> list[tuple]:
    """The debts of a place that is due a week after each visit, as of the day after `last`."""
    made = [(day, new_id()) for day in visited]
    found = missing_visits(
        new_id(), seen_on, made, lambda day: day + timedelta(days=7),
        last=last, today=last + timedelta(days=1),
    )  # fmt: skip
    return [(debt.due_on.day, debt.until and debt.until.day, debt.owed_days) for debt in found]


def test_a_visit_on_its_day_or_before_is_not_missing() -> None:
    on_time = [date(2026, 3, day) for day in (9, 14, 21, 28)]

    assert debts(*on_time) == []


def test_a_visit_that_was_made_up_for_is_owed_until_then() -> None:
    assert debts(date(2026, 3, 12), date(2026, 3, 19), date(2026, 3, 26)) == [(9, 12, 3)]


def test_a_visit_that_was_never_made_is_owed_to_the_end() -> None:
    assert debts() == [(9, None, 23)]


def test_what_is_due_on_the_last_day_is_not_owed_before_that_day_is_over() -> None:
    assert debts(last=date(2026, 3, 9)) == [(9, None, 1)]
    assert debts(last=date(2026, 3, 8)) == []


def held(post: str, since, until, subject: UUID = TOWN) -> Held:
    role, _, level = post.partition("@")
    return Held(role, level, subject, Range(since, until))


NOW = at(6, 1)


@pytest.mark.parametrize(
    ("duties", "until"),
    [
        ([held("grid_head@2", at(1, 1), None)], NOW),
        ([held("grid_head@2", at(1, 1), at(4, 1))], at(4, 1)),
        (
            [held("grid_head@2", at(1, 1), at(4, 1)), held("grid_head@2", at(4, 9), at(5, 1))],
            at(5, 1),
        ),
        ([held("grid_head@2", at(7, 1), None)], None),
        ([held("grid_officer@3", at(1, 1), at(4, 1))], None),
        ([held("grid_head@2", at(1, 1), None, new_id())], None),
        ([], None),
    ],
)
def test_who_answered_for_a_grid_may_read_up_to_the_end_of_that(duties, until) -> None:
    assert read_until(duties, TOWN, NOW) == until
