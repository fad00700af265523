from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.rules import Held
from gridsvc.home.rules import Reader, by_deadline, summary_due_at, waits_for, week_so_far
from gridsvc.ids import new_id
from gridsvc.issues.models import Issue

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ME, SOMEBODY, ZHAO, BUREAU = (new_id() for _ in range(4))


def an_issue(state: str, **changes) -> Issue:
    usual = {"grid_id": ZHAO, "state": state, "sender_id": SOMEBODY}
    return Issue(**usual | changes)


def holding(*posts: str) -> Reader:
    """Somebody who holds posts for Zhao, or for the bureau."""
    held = []
    for post in posts:
        role, _, level = post.partition("@")
        held.append(Held(role, level, BUREAU if level == "unit" else ZHAO, Range(None, None)))
    return Reader.of(ME, held, NOW)


@pytest.mark.parametrize(
    ("state", "posts"),
    [
        ("found", {"grid_head@2", "dispatcher@1"}),
        ("submitted", {"grid_head@3", "grid_head@2", "enforcement_officer@1"}),
        ("accepted", {"grid_head@2", "dispatcher@1"}),
        ("closed", {"grid_officer@3", "grid_head@3", "grid_head@2", "enforcement_officer@1"}),
        ("rectifying", set()),
    ],
)
def test_a_step_waits_for_those_who_may_take_it(state: str, posts: set[str]) -> None:
    everybody = {
        "grid_officer@3", "grid_head@3", "grid_head@2", "dispatcher@1", "grid_head@1",
        "enforcement_officer@1",
    }  # fmt: skip
    assert {post for post in everybody if waits_for(an_issue(state), holding(post))} == posts


def test_rectifying_waits_for_its_owner_alone() -> None:
    assert waits_for(an_issue("rectifying", owner_id=ME), holding())
    assert not waits_for(an_issue("rectifying", owner_id=SOMEBODY), holding("grid_head@2"))


def test_what_a_unit_was_given_waits_for_its_liaison_until_somebody_takes_it_on() -> None:
    given = an_issue("assigned", lead_unit_id=BUREAU)

    assert waits_for(given, holding("dept_liaison@unit"))
    given.owner_id = SOMEBODY
    assert not waits_for(given, holding("dept_liaison@unit"))


def test_who_submitted_does_not_accept() -> None:
    assert not waits_for(an_issue("submitted", submitted_by_id=ME), holding("grid_head@2"))


def test_the_most_urgent_comes_first_and_what_has_no_deadline_last() -> None:
    moments = [None, datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)]

    found = by_deadline({"id": n, "due_at": moment} for n, moment in enumerate(moments))

    assert [item["id"] for item in found] == [2, 1, 0]


def test_a_week_is_to_be_signed_by_the_end_of_the_named_day_after_it() -> None:
    monday = summary_due_at("2026-W09", SimpleNamespace(summary_due_weekday=0))
    assert monday == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # midnight after Monday, 2 March
    friday = summary_due_at("2026-W09", SimpleNamespace(summary_due_weekday=4))
    assert friday == datetime(2026, 3, 6, 16, 0, tzinfo=UTC)


def test_a_day_counts_the_grids_that_were_due_and_those_patrolled() -> None:
    a, b, c = new_id(), new_id(), new_id()
    monday, sunday = date(2026, 3, 2), date(2026, 3, 8)

    [town] = week_so_far(
        {"town": [a, b, c]}, [monday, sunday], {monday}, {(c, monday)},
        {(a, monday), (c, monday), (b, sunday)},
    )  # fmt: skip

    assert [(day["due"], day["patrolled"]) for day in town["days"]] == [(2, 1), (0, 0)]
