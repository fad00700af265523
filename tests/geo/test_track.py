import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from geo.track import duration_s, gaps, track_m

NOTHING = np.empty((0, 3))
WALK = np.array([[122.05, 41.24, 0.0], [122.05, 41.25, 60.0], [122.06, 41.25, 300.0]])


def test_a_track_is_as_long_as_its_legs() -> None:
    assert track_m(WALK) == approx(1110.6 + 837.9, abs=1)


def test_there_and_back_is_twice_the_way() -> None:
    assert track_m(np.vstack([WALK, WALK[::-1]])) == approx(2 * track_m(WALK))


def test_nothing_and_a_single_fix_have_no_length_no_duration_and_no_gap() -> None:
    for fixes in (NOTHING, WALK[:1]):
        assert (track_m(fixes), duration_s(fixes), gaps(fixes, 1.0)) == (0.0, 0.0, [])


def test_a_gap_is_a_stretch_that_is_longer_than_allowed() -> None:
    assert gaps(WALK, 120.0) == [(60.0, 300.0)]
    assert gaps(WALK, 240.0) == []


@given(st.lists(st.floats(0, 1e9), min_size=2, unique=True), st.floats(1, 1e8))
def test_gaps_never_last_longer_than_the_track(moments: list[float], allowed_s: float) -> None:
    fixes = np.array([[122.0, 41.0, at] for at in sorted(moments)])
    missing_s = sum(until - since for since, until in gaps(fixes, allowed_s))
    assert missing_s <= duration_s(fixes) * (1 + 1e-9)
