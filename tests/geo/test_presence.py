import numpy as np
from pytest import approx
from shapely import MultiPolygon, box

from geo.coverage import covered_share
from geo.presence import apart_m, longest_possible_s, where_at
from geo.track import METRES_PER_DEGREE, during, fastest, legs, stops, trace

EAST = METRES_PER_DEGREE * np.cos(np.radians(41.24))
UNKNOWN = np.nan


def track(*metres_east: float, every_s: float = 10.0) -> np.ndarray:
    return np.array([[122.05 + m / EAST, 41.24, n * every_s] for n, m in enumerate(metres_east)])


def later(fixes: np.ndarray, seconds: float) -> np.ndarray:
    return fixes + np.array([0, 0, seconds])


def errors(fixes: np.ndarray, metres: float = 5.0) -> np.ndarray:
    return np.full(len(fixes), metres)


def possible_s(fixes: np.ndarray, at_m: float) -> float:
    place = (122.05 + at_m / EAST, 41.24)
    return longest_possible_s(fixes, errors(fixes), place, radius_m=100, gap_s=120)


def test_somebody_who_drives_past_was_there_for_seconds() -> None:
    past = track(*range(-1000, 1001, 100))
    assert possible_s(past, 0) == approx(40, abs=1)
    assert possible_s(past, 5000) == 0


def test_a_gap_may_have_been_spent_there() -> None:
    halted = np.vstack([track(0, 100, 200), later(track(300, 400), 1000)])
    assert possible_s(halted, 250) > 900


def test_a_jump_between_high_walls_is_no_speed_and_a_move_to_another_site_is() -> None:
    walk = track(*[n * 10.0 for n in range(40)])
    jump = walk.copy()
    jump[20:22, 0] += 2000 / EAST
    moved = walk.copy()
    moved[20:, 0] += 2000 / EAST

    def worst(fixes: np.ndarray) -> object:
        return fastest(fixes, errors(fixes), limit_mps=45, slack_m=200, worst_m=150)

    assert worst(walk) is None
    assert worst(jump) is None
    assert worst(moved) is not None


def test_a_phone_that_repeats_its_last_fix_has_been_on_its_way() -> None:
    tunnel = track(*[n * 10.0 for n in range(20)], *[190.0] * 20, *[3000 + n for n in range(20)])
    assert fastest(tunnel, errors(tunnel), limit_mps=45, slack_m=200, worst_m=150) is None


def test_where_no_fix_is_near_nobody_knows_where_somebody_was() -> None:
    fixes = np.vstack([track(0, 10), later(track(20), 500)])
    known, unknown, after = where_at(fixes, np.array([5.0, 250.0, 900.0]), 60)
    assert known[0] == approx(122.05 + 5 / EAST)
    assert np.isnan(unknown).all()
    assert np.isnan(after).all()


def test_two_tracks_are_compared_where_both_tell() -> None:
    one = track(*range(0, 1000, 10))
    assert apart_m(one, one + np.array([50 / EAST, 0, 0]), 60).max() == approx(50, rel=0.01)
    assert len(apart_m(one, later(one, 86400), 60)) == 0


def test_standing_still_is_a_stop_and_a_pause_lies_within_its_stretch() -> None:
    fixes = track(
        *[n * 30.0 for n in range(10)], *[300.0] * 30, *[300 + n * 30.0 for n in range(10)]
    )
    [(since, until)] = stops(fixes, 180, 120)
    assert (since, until) == (approx(100, abs=30), approx(400, abs=30))
    assert during(fixes, [(0, 20)]).sum() == 3


def test_the_same_track_is_known_again_whatever_its_times() -> None:
    one = track(*np.random.default_rng(1).uniform(0, 3000, 500))
    other = track(*np.random.default_rng(2).uniform(0, 3000, 500))
    assert trace(one) == trace(later(one, 604800))
    assert not set(trace(one)) & set(trace(other))


def test_half_of_a_grid_is_seen_from_a_way_along_its_edge() -> None:
    width, height = 1000 / EAST, 200 / METRES_PER_DEGREE
    area = MultiPolygon([box(122.05, 41.24, 122.05 + width, 41.24 + height)])
    along = track(*range(0, 1001, 50))
    assert covered_share(legs(along, 120), area, 100) == approx(0.5, abs=0.02)
    assert covered_share([], area, 100) == 0
