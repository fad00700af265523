import pytest

from geo.tilemath import UNITS, is_tile, unit_deg, width_m


@pytest.mark.parametrize("address", [(0, 0, 0), (1, 1, 1), (22, 2**22 - 1, 0)])
def test_there_are_four_times_as_many_tiles_each_zoom(address) -> None:
    assert is_tile(*address)


@pytest.mark.parametrize("address", [(0, 1, 0), (0, 0, 1), (3, 8, 0), (23, 0, 0), (-1, 0, 0)])
def test_beyond_the_world_there_is_none(address) -> None:
    assert not is_tile(*address)


def test_a_tile_halves_with_each_zoom() -> None:
    assert width_m(1) == pytest.approx(20_037_508.34, abs=0.01)
    assert width_m(12) == 2 * width_m(13)
    assert unit_deg(0) * UNITS == 360
