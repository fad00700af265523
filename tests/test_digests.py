import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.digests import canonical

NUMBERS = st.integers() | st.floats() | st.floats(-1000, 1000)
TEXTS = st.text(st.characters()) | st.sampled_from(["", '\x00\x1f\x7f"\\/\b\f', "\u2028", "砂石"])
CONTENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda some: st.lists(some, max_size=4) | st.dictionaries(TEXTS, some, max_size=4),
)


def outcome(form, content: object) -> bytes | str:
    try:
        return form(content)
    except ValueError:
        return "has none"


@given(CONTENTS)
def test_the_canonical_form_is_that_of_rfc_8785(content: object) -> None:
    assert outcome(canonical, content) == outcome(rfc8785.dumps, content)


@pytest.mark.parametrize("exponent", range(-12, 25))
def test_so_are_numbers_where_the_exponent_begins(exponent: int) -> None:
    numbers = [sign * factor * 10.0**exponent for sign in (1, -1) for factor in (1, 1.5, 1.234567)]
    assert canonical(numbers) == rfc8785.dumps(numbers)
