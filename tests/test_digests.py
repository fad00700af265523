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


@given(st.floats(1e-7, 1e22) | st.floats(-1e22, -1e-7))
def test_so_are_numbers_where_the_exponent_begins(number: float) -> None:
    assert canonical([number]) == rfc8785.dumps([number])
