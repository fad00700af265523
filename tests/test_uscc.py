import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridsvc.uscc import ALPHABET, check_digit, is_valid

VALID = "91350100M000100Y43"  # the worked example that goes with the standard

CHARACTER = st.sampled_from(ALPHABET)
FIRST17 = st.tuples(
    st.text(CHARACTER, min_size=2, max_size=2),
    st.text(st.sampled_from("0123456789"), min_size=6, max_size=6),
    st.text(CHARACTER, min_size=9, max_size=9),
).map("".join)


def test_the_published_example_is_valid() -> None:
    assert is_valid(VALID)


def test_a_code_may_begin_with_a_letter() -> None:
    first17 = "N2211122MF0123456"
    assert is_valid(first17 + check_digit(first17))


@given(FIRST17)
def test_a_code_with_its_check_digit_is_valid(first17: str) -> None:
    assert is_valid(first17 + check_digit(first17))


@given(FIRST17, st.integers(8, 17), CHARACTER)
def test_one_wrong_character_is_noticed(first17: str, place: int, other: str) -> None:
    code = first17 + check_digit(first17)
    assume(code[place] != other)
    assert not is_valid(code[:place] + other + code[place + 1 :])


@given(FIRST17, st.integers(8, 16))
def test_two_neighbours_that_changed_places_are_noticed(first17: str, place: int) -> None:
    code = first17 + check_digit(first17)
    assume(code[place] != code[place + 1])
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert not is_valid(swapped)


@pytest.mark.parametrize(
    "code",
    ["", VALID[:-1], VALID + "0", VALID.lower(), "91350100M000100Y4O", "9135010\u0660M000100Y43"],
)
def test_what_is_not_spelled_like_a_code_is_not_one(code: str) -> None:
    assert not is_valid(code)
