from typing import Any

from gridsvc.dispatches.rules import effect, in_order, ranks

NOTHING = (0, 0)


def a_town(closed=NOTHING, patrolled=NOTHING, visited=NOTHING) -> dict[str, Any]:
    """The figures of a town, as (made, due)."""
    given = {"closed_on_time": closed, "patrol_days": patrolled, "visits": visited}
    return {key: {"made": made, "due": due} for key, (made, due) in given.items()}


def test_closing_on_time_counts_first_then_patrol_days_then_visits() -> None:
    closes_better = a_town((9, 10), (1, 10), (1, 10))
    patrols_better = a_town((8, 10), (10, 10), (1, 10))
    visits_better = a_town((8, 10), (9, 10), (10, 10))

    assert ranks([visits_better, patrols_better, closes_better]) == [3, 2, 1]


def test_shares_are_compared_not_counts() -> None:
    assert ranks([a_town((1, 2)), a_town((90, 100))]) == [2, 1]


def test_equal_towns_share_a_rank_and_the_next_is_skipped() -> None:
    equal = [a_town((1, 3), (5, 10), (1, 1)), a_town((2, 6), (1, 2), (7, 7))]

    assert ranks([*equal, a_town((0, 3), (5, 10), (1, 1))]) == [1, 1, 3]


def test_a_town_without_cases_is_ranked_by_the_rest() -> None:
    without_cases = a_town(NOTHING, (9, 10), (5, 10))

    assert ranks([a_town((8, 10)), without_cases, a_town((10, 10))]) == [3, 2, 1]


def test_towns_that_beat_each_other_in_a_ring_still_have_one_order() -> None:
    """Compared by what both have: one beats two, two beats three, and three beats one."""
    one = a_town(NOTHING, (90, 100), (5, 10))
    two = a_town((80, 100), (80, 100), (5, 10))
    three = a_town((70, 100), (95, 100), (5, 10))

    assert ranks([one, two, three]) == [1, 2, 3]
    assert ranks([three, two, one]) == [3, 2, 1]


def test_a_town_of_which_nothing_was_due_has_no_rank_and_stands_last() -> None:
    rows = [
        {"grid": {"code": "1"}, "numbers": a_town()},
        {"grid": {"code": "3"}, "numbers": a_town((1, 2))},
        {"grid": {"code": "2"}, "numbers": a_town((1, 2))},
    ]

    assert [(row["grid"]["code"], row["rank"]) for row in in_order(rows)] == [
        ("2", 1), ("3", 1), ("1", None),
    ]  # fmt: skip


def met(key: str, before: tuple[int, int | None], after: tuple[int, int | None] | None) -> Any:
    def figure(pair):
        return pair and {"made": pair[0], "due": pair[1]}

    return effect(key, figure(before), figure(after))["met"]


def test_an_order_met_its_aim_if_its_number_moved_the_right_way() -> None:
    assert met("visits", (5, 10), (6, 10)) is True
    assert met("visits", (5, 10), (5, 10)) is False
    assert met("overdue", (4, None), (3, None)) is True
    assert met("overdue", (4, None), (4, None)) is False
    assert met("relapsed", (1, None), (2, None)) is False


def test_where_there_is_nothing_better_staying_there_is_enough() -> None:
    assert met("patrol_days", (20, 20), (19, 19)) is True
    assert met("overdue", (0, None), (0, None)) is True


def test_without_a_value_nobody_can_say() -> None:
    assert met("closed_on_time", (1, 2), (0, 0)) is None
    assert met("closed_on_time", (0, 0), (1, 2)) is None
    assert met("closed_on_time", (1, 2), None) is None
    assert met("closed_on_time", (0, 0), (2, 2)) is True
