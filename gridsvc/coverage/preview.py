"""What a rule set would change if it were put in force: told before, changing nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.grids.models import Grid
from gridsvc.ids import new_id
from gridsvc.patrols.due import Due, Rulebook, Seen, Watched
from gridsvc.patrols.owed import Ask, told
from gridsvc.patrols.watch import Watch, rulebook, seen_before, watch
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Duty, checked, judges_from
from gridsvc.rules.service import NewRules, from_now_on
from gridsvc.session import Session
from gridsvc.weeks import local_day

WEEKS = 4
AHEAD = timedelta(weeks=WEEKS)
SHOWN = 200
VILLAGE = 3


@dataclass
class Counts:
    """How it stands on the first day, and what is asked for in the four weeks from it on."""

    due: int = 0  # on the first day itself
    owed: int = 0  # since before it
    asked: int = 0  # visits in four weeks, each made on the day it is due


@dataclass
class Side:
    """One set of rules: those that count, or those that are proposed."""

    book: Rulebook
    asks: dict[tuple[UUID, Duty], Ask] = field(default_factory=dict)
    by_class: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    by_town: dict[UUID, Counts] = field(default_factory=lambda: defaultdict(Counts))

    def add(self, one: Watched, town_id: UUID, ask: Ask | None, asked: int) -> None:
        for counts in (self.by_class[one.supervision_class], self.by_town[town_id]):
            counts.asked += asked
            counts.due += ask is not None and ask.owed_days == 0
            counts.owed += ask is not None and ask.owed_days > 0
        if ask:
            self.asks[one.id, ask.duty] = ask


def preview(session: Session, wanted: NewRules, now: datetime) -> dict[str, Any]:
    """Return what would be due, and owed, under a rule set that is not in force.

    Up to its first day every visit is taken to be made when it is due; what is owed now is
    taken to be owed still. Raises BadRuleSet, BeginsInThePast.
    """
    checked(wanted.document)
    proposed = RuleSet(
        id=new_id(), name=wanted.name, document=dict(wanted.document),
        in_force_from=from_now_on(wanted.since, now),
    )  # fmt: skip
    first = judges_from(proposed)
    grids = {grid.id: grid for grid in session.scalars(select(Grid))}
    before, after = Side(rulebook(session)), Side(rulebook(session, proposed))
    watched = replace(watch(session, list(grids), before.book), beside=(after.book,))
    _fill(session, watched, before, after, first, now)
    came = [ask for key, ask in after.asks.items() if key not in before.asks]
    went = [ask for key, ask in before.asks.items() if key not in after.asks]
    return {
        "name": wanted.name,
        "in_force_from": proposed.in_force_from,
        "first_day": first,
        "weeks": WEEKS,
        "objects": len(watched.objects),
        "later": _later(session, proposed),
        "by_class": _lines(before.by_class, after.by_class),
        "by_grid": [
            line | {"grid": grids[line["key"]]} for line in _lines(before.by_town, after.by_town)
        ],
        "owners": _owners(session, watched, before, after, now),
        "becomes_due": _listed(session, watched, after.book, came, now),
        "no_longer_due": _listed(session, watched, before.book, went, now),
        "as_of": now,
    }


def _fill(
    session: Session, watched: Watch, before: Side, after: Side, first: date, now: datetime
) -> None:
    towns = _towns(session)
    for duty in watched.duties:
        seen = seen_before(session, watched, duty, now)
        for one in watched.asked(duty):
            last = _until(before.book, duty, one, seen[one.id][0], local_day(now), first)
            for side in (before, after):
                ask = _ask(side.book, duty, one, last, first)
                asked = _asked(side.book, duty, one, last, first)
                side.add(one, towns[watched.places[one.id].grid_id], ask, asked)


def _towns(session: Session) -> dict[UUID, UUID]:
    """Return the town of each grid; a town, and what lies in none, is its own."""
    grids = session.execute(select(Grid.id, Grid.level, Grid.parent_id))
    return {
        id: parent_id if level == VILLAGE and parent_id else id for id, level, parent_id in grids
    }


def _until(book: Rulebook, duty: Duty, one: Watched, seen: Seen, today: date, first: date) -> Seen:
    """Return when an object will have been seen last before `first`, if visits are made."""
    due = book.due_after(duty, one, seen)
    while due and today <= due.day < first:
        seen = seen.visited(due.day)
        due = book.due_after(duty, one, seen)
    return seen


def _ask(book: Rulebook, duty: Duty, one: Watched, seen: Seen, day: date) -> Ask | None:
    due = book.due_by(duty, one, seen, day)
    return Ask(one, duty, due, (day - due.day).days) if due else None


def _asked(book: Rulebook, duty: Duty, one: Watched, seen: Seen, first: date) -> int:
    """Return how many visits are asked for in the weeks from `first` on; what is owed is one."""
    count, end = 0, first + AHEAD
    due: Due | None = book.due_after(duty, one, seen)
    while due and due.day < end:
        count += 1
        seen = seen.visited(max(due.day, first))
        due = book.due_after(duty, one, seen)
    return count


def _lines(before: Mapping[Any, Counts], after: Mapping[Any, Counts]) -> list[dict[str, Any]]:
    return [
        {"key": key, "before": before.get(key, Counts()), "after": after.get(key, Counts())}
        for key in sorted({*before, *after}, key=str)
    ]


def _later(session: Session, proposed: RuleSet) -> list[dict[str, Any]]:
    """Return the rule sets that are to begin after the proposed one, and so end it."""
    begin = select(RuleSet).where(RuleSet.in_force_from >= proposed.in_force_from)
    found = session.scalars(begin.order_by(RuleSet.in_force_from))
    return [{"name": one.name, "in_force_from": one.in_force_from} for one in found]


def _listed(
    session: Session, watched: Watch, book: Rulebook, asks: Iterable[Ask], now: datetime
) -> dict[str, Any]:
    in_order = sorted(asks, key=lambda ask: (ask.due.day, watched.places[ask.one.id].code))
    items = _told(session, watched, book, in_order[:SHOWN], now)
    return {"count": len(in_order), "items": items}


def _told(
    session: Session, watched: Watch, book: Rulebook, asks: Sequence[Ask], now: datetime
) -> list[dict[str, Any]]:
    return told(session, replace(watched, book=book), asks, now)


def _owners(
    session: Session, watched: Watch, before: Side, after: Side, now: datetime
) -> list[dict[str, Any]]:
    """Return for how many visits, due or owed on the first day, who would answer."""
    counted: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    people: dict[Any, Any] = {}
    for side, asks in enumerate((before, after)):
        for debt in _told(session, watched, asks.book, list(asks.asks.values()), now):
            key = (debt["vacant"], debt["owner"].id if debt["owner"] else None)
            people[key] = debt["owner"]
            counted[key][side] += 1
    rows = [
        {"owner": people[key], "vacant": key[0], "before": was, "after": is_}
        for key, (was, is_) in counted.items()
    ]
    return sorted(rows, key=lambda row: (-abs(row["after"] - row["before"]), -row["after"]))
