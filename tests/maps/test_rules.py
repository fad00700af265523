from uuid import uuid4

import pytest

from gridsvc.maps.rules import GridState, together

GRID = uuid4()


def a_state(overdue=0, due_soon=0, reported_today=True, rest_day=False) -> GridState:
    return GridState(
        grid_id=GRID,
        overdue=overdue,
        due_soon=due_soon,
        reported_today=reported_today,
        rest_day=rest_day,
    )


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "ok"),
        ({"reported_today": False}, "none"),
        ({"reported_today": False, "rest_day": True}, "ok"),
        ({"due_soon": 1, "reported_today": False}, "wait"),
        ({"overdue": 1, "due_soon": 1}, "bad"),
        ({"overdue": 1, "rest_day": True}, "bad"),
    ],
)
def test_the_worst_of_what_is_open_is_the_state(facts, state) -> None:
    assert a_state(**facts).state == state


def test_a_town_stands_no_better_than_its_worst_village() -> None:
    villages = [a_state(), a_state(reported_today=False), a_state(due_soon=2)]

    town = together(GRID, a_state(overdue=0, due_soon=1, reported_today=False), villages)

    assert (town.state, town.overdue, town.due_soon) == ("wait", 0, 3)
    assert not town.reported_today


def test_a_town_reported_if_each_of_its_villages_did() -> None:
    assert together(GRID, a_state(reported_today=False), [a_state(), a_state()]).state == "ok"


def test_a_town_without_villages_stands_for_itself() -> None:
    assert together(GRID, a_state(reported_today=False), []).state == "none"
