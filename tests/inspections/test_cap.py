"""Which formal inspections count against the cap of a year: by the year in Shanghai."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

import pytest

from gridsvc.inspections.formal import Entry, beyond, made, tally
from gridsvc.weeks import LOCAL

YARD, FARM = UUID(int=1), UUID(int=2)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=LOCAL).astimezone(UTC)  # 2025-12-31T16:00Z
SECOND = timedelta(seconds=1)


def entry(n: int, at: datetime, **told) -> Entry:
    usual = {"enterprise_id": YARD, "first_id": None, "exempt_reason": None}
    return Entry(id=UUID(int=100 + n), occurred_at=at, **usual | told)


def test_the_year_turns_at_midnight_in_shanghai() -> None:
    inspections = made([entry(1, NEW_YEAR - SECOND), entry(2, NEW_YEAR)])

    assert tally(inspections, 2025) == (1, 0)
    assert tally(inspections, 2026) == (1, 0)
    assert list(beyond(inspections, lambda at: 1)) == []


def test_in_the_last_hours_of_the_year_in_greenwich_the_new_one_counts() -> None:
    """New Year's morning in Shanghai is still the old year's evening in UTC."""
    morning = [entry(n, NEW_YEAR + timedelta(hours=n)) for n in range(3)]

    assert [number for _, number, _ in beyond(made(morning), lambda at: 1)] == [2, 3]
    assert tally(made(morning), 2025) == (0, 0)


def test_a_correction_after_new_year_belongs_to_the_year_of_the_inspection() -> None:
    first = entry(1, NEW_YEAR - timedelta(days=3))
    correction = entry(2, NEW_YEAR + timedelta(days=3), first_id=first.id,
                       exempt_reason="complaint")  # fmt: skip

    inspections = made([first, correction])

    assert tally(inspections, 2025) == (0, 1)
    assert tally(inspections, 2026) == (0, 0)


def test_each_is_judged_by_the_cap_of_its_own_moment() -> None:
    june = NEW_YEAR + timedelta(days=160)
    inspections = made([entry(n, NEW_YEAR + timedelta(days=80 * n)) for n in range(4)])

    found = list(beyond(inspections, lambda at: 1 if at < june else 3))

    assert [(number, cap) for _, number, cap in found] == [(2, 1), (4, 3)]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_order_the_same_are_beyond_and_no_more_than_the_cap_are_within(
    seed: int,
) -> None:
    draw = Random(seed)
    entries = list(_log(draw))
    cap = draw.randint(0, 4)
    within = made(entries)
    over = {one.id for one, _, _ in beyond(within, lambda at: cap)}
    draw.shuffle(entries)

    assert {one.id for one, _, _ in beyond(made(entries), lambda at: cap)} == over
    firsts = [one for one in entries if one.first_id is None]
    assert {one.id for one in within} == {one.id for one in firsts}
    for place in (YARD, FARM):
        for year in (2025, 2026, 2027):
            here = [one for one in within if (one.enterprise_id, one.year) == (place, year)]
            counted, exempt = tally(here, year)
            assert counted + exempt == len(here)
            assert len(over & {one.id for one in here}) == max(0, counted - cap)
            assert not over & {one.id for one in here if one.exempt_reason}


def _log(draw: Random):
    """Yield inspections around two New Years, some of them corrected, some twice."""
    for n in range(draw.randint(1, 14)):
        at = NEW_YEAR + timedelta(days=draw.choice((0, 365)), hours=draw.uniform(-200, 200))
        first = Entry(uuid5(YARD, f"{n}"), draw.choice((YARD, FARM)), at, None, _reason(draw))
        yield first
        for again in range(draw.choice((0, 0, 1, 2))):
            at += timedelta(days=draw.uniform(0.01, 9))
            yield Entry(uuid5(YARD, f"{n}/{again}"), first.enterprise_id, at, first.id,
                        _reason(draw))  # fmt: skip


def _reason(draw: Random) -> str | None:
    return draw.choice((None, None, "complaint"))
