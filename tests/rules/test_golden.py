"""Due and overdue lists of sixty days under three rule sets, and under a change on day 30.

The files in golden/ are written by the slow oracle beside them, never by the product:
`python -m tests.rules.golden_files` after the rules themselves were changed on purpose.
"""

import csv
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.ids import new_id
from gridsvc.patrols.due import DAY, Rulebook, Seen, Watched
from gridsvc.rules.models import RuleSet
from gridsvc.rules.presets import RULE_SETS
from gridsvc.weeks import midnight
from tests.rules.oracle import Thing, World
from tests.rules.sixty_days import CALENDAR, CHANGE, DAYS, THINGS, WORLDS

GOLDEN = Path(__file__).with_name("golden")
HEADER = ("day", "weekday", "patrol_day", "object", "duty", "state", "due_on", "owed_days", "rules")
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
DUTIES = {
    (3, False): "village", (3, True): "village by night", (2, False): "town", (1, False): "county",
}  # fmt: skip

Line = tuple[str, ...]


def book_of(world: World) -> Rulebook:
    """The rule sets of a world as the product reads them."""
    rule_sets = [
        RuleSet(
            id=new_id(), name=name, document=document,
            in_force_from=midnight(max(since, date(2000, 1, 1))),
        )
        for since, name, document in world.rule_sets
    ]  # fmt: skip
    return Rulebook(rule_sets, world.marked)


def watched(thing: Thing) -> Watched:
    return Watched(
        new_id(), thing.supervision_class, thing.kind, thing.registered_on,
        tuple(thing.attention), tuple(thing.exempt),
    )  # fmt: skip


def seen_by(thing: Thing, duty: tuple[int, bool], before: date) -> Seen:
    level, night = duty
    seen = Seen(thing.registered_on)
    exempt = [(last, "exempt") for first, last in thing.exempt if last < before and last > seen.day]
    visits = [
        (day, "visit")
        for day, by, at_night in thing.visits
        if day < before and by <= level and (at_night or not night)
    ]
    for day, what in sorted(exempt + visits):
        seen = seen.visited(day) if what == "visit" else Seen(day)
    return seen


def lines(name: str, due_of) -> Iterator[Line]:
    """The lines of one file. `due_of(thing, duty, day)` says since when a visit is due."""
    world = WORLDS[name]
    for day in DAYS:
        _, rules, document = world.judging(day)
        about = (str(day), WEEKDAYS[day.weekday()])
        about += ("yes" if world.is_patrol_day(day, document) else "no",)
        for thing in THINGS:
            for duty in world.duties():
                due = due_of(thing, duty, day)
                if due is not None:
                    state = "due" if due == day else "overdue"
                    told = (DUTIES[duty], state, str(due), str((day - due).days), rules)
                    yield (*about, thing.name, *told)


def by_oracle(name: str) -> Iterator[Line]:
    world = WORLDS[name]
    since = {
        (thing.name, duty): world.owed_since(thing, duty, DAYS[-1])
        for thing in THINGS
        for duty in world.duties()
    }
    return lines(name, lambda thing, duty, day: since[thing.name, duty].get(day))


def by_product(name: str) -> Iterator[Line]:
    book = book_of(WORLDS[name])
    objects = {thing.name: watched(thing) for thing in THINGS}

    def due_of(thing: Thing, duty: tuple[int, bool], day: date) -> date | None:
        due = book.due_by(duty, objects[thing.name], seen_by(thing, duty, day), day)
        return due.day if due else None

    return lines(name, due_of)


def golden(name: str) -> list[Line]:
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == HEADER
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("name", WORLDS)
def test_sixty_days_are_as_they_were_written_down(name: str) -> None:
    assert list(by_product(name)) == golden(name)


@pytest.mark.parametrize("name", WORLDS)
def test_what_was_written_down_is_what_the_words_say(name: str) -> None:
    assert list(by_oracle(name)) == golden(name)


def test_a_change_on_day_30_leaves_days_1_to_29_as_they_were() -> None:
    before, after = golden("gridsvc"), golden("change")

    def early(rows: list[Line]) -> list[Line]:
        return [row for row in rows if row[0] < str(CHANGE)]

    assert early(after) == early(before)
    assert {row[-1] for row in after if row[0] >= str(CHANGE)} == {"chengde"}
    assert [row for row in after if row[0] >= str(CHANGE)] != [
        (*row[:-1], "chengde") for row in before if row[0] >= str(CHANGE)
    ]


def test_what_was_owed_before_a_change_is_owed_after_it_and_nothing_new_is_owed_at_once() -> None:
    owed = {row[3:5] for row in golden("change") if row[0] == str(CHANGE - DAY)}
    then = {row[3:5]: row for row in golden("change") if row[0] == str(CHANGE)}
    fresh = [row for key, row in then.items() if key not in owed]

    assert owed <= set(then)
    assert fresh
    assert {row[5] for row in fresh} == {"due"}


def test_the_sixty_days_have_what_they_are_for() -> None:
    days = {row[0]: row[2] for row in golden("sanhe")}
    assert (days["2026-10-02"], days["2026-10-10"], days["2026-09-20"]) == ("no", "yes", "yes")
    assert {row[4] for row in golden("chengde")} == {"village", "town", "county"}
    assert "village by night" in {row[4] for row in golden("gridsvc")}
    assert not [row for row in golden("sanhe") if row[5] == "due" and row[2] == "no"]


days = st.dates(date(2026, 9, 1), date(2026, 11, 5))
spans = st.tuples(days, st.integers(0, 12)).map(lambda s: (s[0], s[0] + DAY * s[1]))
rules = st.fixed_dictionaries(
    {"level": st.sampled_from([1, 2, 3])},
    optional={
        "night": st.booleans(), "attention": st.booleans(),
        "classes": st.sampled_from([["key"], ["key", "general"]]),
    },
).flatmap(
    lambda rule: st.one_of(
        st.integers(1, 9).map(lambda n: rule | {"every_days": n}),
        st.tuples(st.integers(1, 3), st.sampled_from(["week", "half_month"])).map(
            lambda often: rule | {"times": often[0], "per": often[1]}
        ),
        st.just(rule | {"times": 1, "per": "day"}),
    )
)  # fmt: skip
documents = st.tuples(st.lists(rules, min_size=1, max_size=4), st.booleans()).map(
    lambda told: RULE_SETS["gridsvc"] | {"visits": told[0], "patrol_on_workdays_only": told[1]}
)
visits = st.lists(
    st.tuples(days, st.sampled_from([1, 2, 3]), st.booleans()), max_size=14
).map(sorted)  # fmt: skip


@settings(max_examples=1000 if os.environ.get("PROVE") else 40, deadline=None)
@given(documents, documents, days, visits, st.lists(spans, max_size=2), st.lists(spans, max_size=2))
def test_whatever_the_rules_and_the_visits_the_fast_way_is_the_slow_way(
    first, second, change, made, attention, exempt
) -> None:
    world = World([(date.min, "a", first), (change, "b", second)], CALENDAR)
    thing = Thing("x", "key", "other", date(2026, 9, 1), made, attention, disjoint(exempt))
    book, one = book_of(world), watched(thing)

    for duty in world.duties():
        since = world.owed_since(thing, duty, DAYS[-1])
        for day in DAYS:
            due = book.due_by(duty, one, seen_by(thing, duty, day), day)
            assert (due.day if due else None) == since.get(day)


def disjoint(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Marks of one kind never overlap: the second would be refused."""
    in_order = sorted(spans)
    return [
        span
        for n, span in enumerate(in_order)
        if not any(span[0] <= other[1] for other in in_order[:n])
    ]
