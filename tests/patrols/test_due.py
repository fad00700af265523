from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridsvc.ids import new_id
from gridsvc.patrols.due import DAY, Watched, due, due_on
from gridsvc.rules.presets import RULE_SETS
from gridsvc.rules.rules import CLASSES, Numbers, is_patrol_day

NUMBERS = Numbers.read(RULE_SETS["gridsvc"])  # key 3, special 7, general 14 days
MONDAY = date(2026, 3, 30)
HOLIDAY, WORKED_SATURDAY = date(2026, 4, 6), date(2026, 4, 11)
CALENDAR = {date(2026, 4, 4): False, date(2026, 4, 5): False, HOLIDAY: False, WORKED_SATURDAY: True}

PLACES = {"key": new_id(), "special": new_id(), "general": new_id()}
SEEN = {  # by class: first a registration, then visits
    "key": [date(2026, 3, 27), date(2026, 3, 31), date(2026, 4, 7), date(2026, 4, 10)],
    "special": [date(2026, 3, 29), date(2026, 4, 8)],
    "general": [date(2026, 3, 28)],
}

# Two weeks by hand, day by day from Monday 30 March: days owed, by class.
BY_HAND = [
    {"key": 0},
    {"key": 1},  # visited
    {},
    {},
    {"key": 0},
    {"key": 1},  # Saturday, a holiday: owed, but nothing becomes due
    {"key": 2},  # Sunday: the special one's seventh day
    {"key": 3},  # Monday is a holiday
    {"key": 4, "special": 0},  # the first patrol day after; key visited
    {"special": 1},  # visited
    {},
    {"key": 0},  # visited
    {"general": 0},  # a Saturday that is worked
    {"general": 1},
]

days = st.dates(date(2026, 1, 1), date(2026, 6, 30))
calendars = st.dictionaries(days, st.booleans(), max_size=60)


def listed(day: date) -> dict[str, int]:
    watched = [
        Watched(id, kind, max(seen for seen in SEEN[kind] if seen < day))
        for kind, id in PLACES.items()
    ]
    names = {id: kind for kind, id in PLACES.items()}
    return {names[one.id]: one.owed_days for one in due(watched, day, NUMBERS, CALENDAR)}


def test_two_weeks_worked_out_by_rule_agree_with_those_worked_out_by_hand() -> None:
    assert [listed(MONDAY + n * DAY) for n in range(14)] == BY_HAND


def test_the_longest_owed_comes_first() -> None:
    watched = [Watched(new_id(), "key", MONDAY - n * DAY) for n in (5, 30, 12)]

    assert [one.owed_days for one in due(watched, MONDAY, NUMBERS, {})] == [27, 7, 0]


@given(st.sampled_from(CLASSES), days, days, calendars)
def test_nothing_but_a_visit_takes_an_enterprise_off_the_list(
    supervision_class: str, seen_on: date, day: date, calendar: dict[date, bool]
) -> None:
    unvisited = [Watched(new_id(), supervision_class, seen_on)]
    today, tomorrow = (due(unvisited, when, NUMBERS, calendar) for when in (day, day + DAY))

    if today:
        assert tomorrow[0].due_on == today[0].due_on
        assert tomorrow[0].owed_days == today[0].owed_days + 1


@given(st.sampled_from(CLASSES), days, calendars)
def test_a_visit_is_due_on_the_first_patrol_day_that_is_late_enough(
    supervision_class: str, seen_on: date, calendar: dict[date, bool]
) -> None:
    every_days = NUMBERS.visit_every_days[supervision_class]
    day = due_on(seen_on, every_days, NUMBERS, calendar)

    earliest = seen_on + timedelta(days=every_days)
    between = [earliest + n * DAY for n in range((day - earliest).days)]
    assert is_patrol_day(day, calendar, NUMBERS)
    assert not any(is_patrol_day(one, calendar, NUMBERS) for one in between)
