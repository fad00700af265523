from datetime import UTC, date, datetime

import pytest

from gridsvc.grids.rules import PastBoundaries, begins, difference, faults, uncovered
from gridsvc.grids.schemas import read_drawing
from tests.factories.drawings import a_county, a_feature, drawing_text, patch

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai


def drawn(features):
    drawing = read_drawing(drawing_text(features))
    assert drawing.faults == []
    return drawing.grids


def told(features, standing=None) -> list[tuple[int, str]]:
    return [(fault.line, fault.reason) for fault in faults(drawn(features), standing or {})]


def test_a_sound_county_has_no_faults() -> None:
    assert told(a_county()) == []
    assert uncovered(drawn(a_county()), {}) == []


def test_a_code_twice_is_told_of_both() -> None:
    found = told([*a_county(), a_feature("111", 3, patch(0, 0), "11")])

    assert found == [(3, "111 stands 2 times in the file"), (5, "111 stands 2 times in the file")]


def test_an_unknown_parent_is_named() -> None:
    found = told(a_county(_112=a_feature("112", 3, patch(1, 0), "99")))

    assert found == [(4, "112 has the parent 99, which is neither in the file nor known")]


def test_what_hangs_on_an_unreadable_feature_is_not_judged() -> None:
    grids = drawn(a_county(_11=None))

    assert faults(grids, {}, spoilt={"11"}) == []
    assert len(faults(grids, {})) == 2


def test_no_level_is_jumped() -> None:
    [(number, reason)] = told(a_county(_112=a_feature("112", 3, patch(1, 0), "1")))

    assert (number, "a level is jumped" in reason) == (4, True)


@pytest.mark.parametrize(("level", "parent"), [(1, "11"), (2, None)])
def test_all_but_the_root_have_a_parent(level, parent) -> None:
    found = told(a_county(_112=a_feature("112", level, patch(1, 0), parent)))

    assert any("must have a parent" in reason for _, reason in found)


def test_there_is_one_root() -> None:
    found = told([*a_county(), a_feature("2", 1, patch(5, 5))])

    assert [number for number, _ in found] == [1, 5]


def test_a_child_stays_inside_its_parent() -> None:
    [(number, reason)] = told(a_county(_112=a_feature("112", 3, patch(1, 0, 1.5), "11")))

    assert number == 4
    assert "112 lies outside its parent 11 with 1," in reason  # square metres
    assert "at 122.045000 41.210000" in reason


def test_siblings_do_not_overlap() -> None:
    found = told(a_county(_112=a_feature("112", 3, patch(0.5, 0, 1.5), "11")))

    assert [number for number, _ in found] == [3, 4]
    assert "111 overlaps its neighbour 112" in found[0][1]


def test_an_overlay_may_lie_over_villages() -> None:
    park = a_feature("11P", 3, patch(0.5, 0.2, 1, 0.5), "11", kind="park")

    assert told([*a_county(), park]) == []


def test_a_gap_is_no_fault_but_told() -> None:
    grids = drawn(a_county(_112=a_feature("112", 3, patch(1, 0, 0.5), "11")))

    assert faults(grids, {}) == []
    [gap] = uncovered(grids, {})
    assert (gap.line, "none of the grids in 11 covers" in gap.reason) == (2, True)


def test_the_first_boundaries_are_in_force_since_ever_or_from_any_day() -> None:
    assert begins(None, NOW, is_first=True) is None
    assert begins(date(2020, 1, 1), NOW, is_first=True) == datetime(2019, 12, 31, 16, tzinfo=UTC)


def test_later_ones_begin_tomorrow_or_from_now_on_or_later() -> None:
    assert begins(None, NOW, is_first=False) == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert begins(date(2026, 3, 2), NOW, is_first=False) == NOW
    assert begins(date(2026, 4, 1), NOW, is_first=False) == datetime(2026, 3, 31, 16, tzinfo=UTC)


def test_the_past_is_not_redrawn() -> None:
    with pytest.raises(PastBoundaries):
        begins(date(2026, 3, 1), NOW, is_first=False)


def test_everything_is_new_at_first() -> None:
    assert len(difference(drawn(a_county()), {}).new) == 4
