from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.ids import id_at, moment_of, new_id


@given(st.floats(0, 7e9))
def test_an_id_tells_when_it_was_made(unix_s: float) -> None:
    moment = datetime.fromtimestamp(unix_s, UTC)
    assert abs(moment_of(id_at(moment)) - moment) <= timedelta(milliseconds=1)


def test_a_new_id_was_made_just_now() -> None:
    assert abs(moment_of(new_id()) - datetime.now(UTC)) < timedelta(seconds=1)


def test_an_id_of_chance_tells_nothing() -> None:
    with pytest.raises(ValueError, match="does not say"):
        moment_of(UUID("936da01f-9abd-4d9d-80c7-02af85c822a8"))
