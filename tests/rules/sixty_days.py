"""Sixty days of a village, across the October holiday of 2026 and the workdays moved for it."""

from datetime import date, timedelta

from gridsvc.rules.presets import RULE_SETS
from tests.rules.oracle import DAY, Thing, World

FIRST = date(2026, 9, 10)
DAYS = [FIRST + DAY * n for n in range(60)]
CHANGE = DAYS[29]  # day 30: Friday 9 October, right after the holiday

# The State Council's notice: mid-autumn, the national holiday, and the two days worked for it.
OFF = [date(2026, 9, 25) + DAY * n for n in range(3)] + [
    date(2026, 10, 1) + DAY * n for n in range(7)
]
WORKED = [date(2026, 9, 20), date(2026, 10, 10)]
CALENDAR = dict.fromkeys(OFF, False) | dict.fromkeys(WORKED, True)

WORLDS = {
    name: World([(date.min, name, RULE_SETS[name])], CALENDAR)
    for name in ("sanhe", "chengde", "gridsvc")
} | {
    "change": World(
        [(date.min, "gridsvc", RULE_SETS["gridsvc"]), (CHANGE, "chengde", RULE_SETS["chengde"])],
        CALENDAR,
    )
}


def _every(first: date, *steps: int, level: int = 3) -> list[tuple[date, int, bool]]:
    days = [first]
    for step in steps:
        days.append(days[-1] + timedelta(days=step))
    return [(day, level, False) for day in days]


THINGS = [
    Thing("化工厂", "key", "industrial", date(2026, 9, 1), visits=[
        *_every(date(2026, 9, 9), 2, 3, 4, 2, 6, 2, 11, 1, 1, 4, 3, 3, 3, 9),
        (date(2026, 9, 16), 2, False), (date(2026, 10, 13), 2, False),
        (date(2026, 10, 21), 1, False),
    ]),
    Thing("砂石场", "general", "industrial", date(2026, 8, 20), visits=[
        *_every(date(2026, 9, 10), 7, 8, 16, 4, 10),
    ]),
    Thing("工地", "special", "construction_site", date(2026, 9, 16), visits=[
        *_every(date(2026, 9, 18), 1, 5, 6, 12, 7, 7),
        (date(2026, 10, 12), 3, True), (date(2026, 10, 22), 3, True),
    ], attention=[(date(2026, 9, 28), date(2026, 10, 23))]),
    Thing("河段", "general", "river_reach", date(2026, 6, 1), visits=[
        *_every(date(2026, 9, 11), 17, 10, 25),
    ]),
    Thing("养殖场", "key", "livestock_farm", date(2026, 6, 1), visits=[
        *_every(date(2026, 9, 14), 8, 17, 2, 20),
    ], exempt=[(date(2026, 9, 23), date(2026, 10, 8)), (date(2026, 10, 26), date(2026, 10, 28))]),
    Thing("从没去过的店", "general", "restaurant", date(2026, 9, 10)),
]  # fmt: skip
