"""Due visits and coverage debt: what due.py works out from few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ScalarSelect, select

from gridsvc.accountability.models import Duty as Post
from gridsvc.accountability.queries import holders
from gridsvc.accountability.rules import Role
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import held_result
from gridsvc.marks.queries import whose_turn
from gridsvc.patrols.due import DAY, INSTANT, Due, Rulebook, Seen, Watched, period_of
from gridsvc.patrols.watch import Watch, last_visit, seen_before, watch
from gridsvc.people.models import Person
from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.rules.queries import checklists
from gridsvc.rules.rules import Duty, checklist_for, in_force
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight

__all__ = ["Ask", "asks", "coverage_debt", "due_visits", "last_visit", "outlook", "told"]


@dataclass(frozen=True)
class Ask:
    """A visit that somebody's duty asks for: due on a day, owed from the day after."""

    one: Watched
    duty: Duty
    due: Due
    owed_days: int  # 0: due today


class Visited(NamedTuple):
    at: datetime | None
    result: str | None


Known = tuple[Duty, Watched, Seen]


def outlook(session: Session, watched: Watch, before: datetime) -> list[Known]:
    """Return every object of every duty, with when it was seen last before a moment."""
    found = []
    for duty in watched.duties:
        seen = seen_before(session, watched, duty, before)
        found += [(duty, one, seen[one.id][0]) for one in watched.asked(duty)]
    return found


def asks(book: Rulebook, known: Iterable[Known], day: date) -> list[Ask]:
    """Return the visits due on a day or owed since before it, the longest owed first."""
    found = []
    for duty, one, seen in known:
        if due := book.due_by(duty, one, seen, day):
            found.append(Ask(one, duty, due, (day - due.day).days))
    return sorted(found, key=lambda ask: (ask.due.day, ask.one.id, ask.duty))


def coming(book: Rulebook, known: Iterable[Known], day: date) -> list[Ask]:
    """Return the visits that the week or half-month of a day asks for later on."""
    found = []
    for duty, one, seen in known:
        due = book.due_after(duty, one, seen)
        is_later = due is not None and due.day > day and due.rule.is_by_period
        if due and is_later and due.day <= period_of(day, due.rule.per)[1]:
            found.append(Ask(one, duty, due, (day - due.day).days))
    return sorted(found, key=lambda ask: (ask.due.day, ask.one.id, ask.duty))


def due_visits(session: Session, grid_ids: Collection[UUID], day: date) -> dict[str, Any]:
    """Return the visits due in grids on a day, the longest owed first, made ones included.

    One item for each enterprise, with all that is asked for there. Raises NoRuleSet for a
    day that ended before the first rule set.
    """
    end = midnight(day + DAY)
    rule_sets = session.scalars(select(RuleSet)).all()
    in_force(rule_sets, end - INSTANT)
    watched = watch(session, grid_ids, since=day).on(day)
    found = asks(watched.book, outlook(session, watched, midnight(day)), day)
    evening = outlook(session, watched, end)
    left = {(ask.one.id, ask.duty) for ask in asks(watched.book, evening, day)}
    by_object: dict[UUID, list[Ask]] = defaultdict(list)
    for ask in found:
        by_object[ask.one.id].append(ask)
    known, lists = _enterprises(session, by_object, end), checklists(session)
    items = [_item(asked, known[id], left, watched, lists, day) for id, asked in by_object.items()]
    visited = sum(item["visited_today"] for item in items)
    return {
        "date": day,
        "is_patrol_day": watched.book.is_patrol_day(day),
        "items": items,
        "visited": visited,
        "left": len(items) - visited,
        "coming": [_coming(ask, watched) for ask in coming(watched.book, evening, day)],
        "rule_set": watched.book.judging(day).name,
    }


def coverage_debt(
    session: Session, grid_ids: Collection[UUID], at: datetime
) -> list[dict[str, Any]]:
    """Return the visits that grids owed at a moment, each with who owed it.

    What is due on the day itself is not owed before that day is over. Raises NoRuleSet for a
    moment before the first rule set.
    """
    in_force(session.scalars(select(RuleSet)).all(), at)
    day = local_day(at)
    watched = watch(session, grid_ids, since=day).on(day)
    found = asks(watched.book, outlook(session, watched, at + INSTANT), day)
    return told(session, watched, [ask for ask in found if ask.owed_days > 0], at)


def told(
    session: Session, watched: Watch, owed: Sequence[Ask], at: datetime
) -> list[dict[str, Any]]:
    """Return asks with their enterprise, their grid, and who answers for them at a moment.

    The responsible person of the enterprise; if that seat is vacant, the head of the grid
    whose duty it is. The officer is told only where a turn names one.
    """
    rows = _with_grids(session, watched, [ask.one for ask in owed], local_day(at))
    above = _grids_above(session, {grid.id for _, grid in rows.values()})
    subjects = {enterprise.id for enterprise, _ in rows.values()}
    subjects |= {grid.id for line in above.values() for grid in line}
    answers = _answers(holders(session, subjects, at))
    turns = whose_turn(session, [grid.id for _, grid in rows.values()], at)
    return [_debt(ask, rows[ask.one.id], above, answers, turns, watched) for ask in owed]


def _enterprises(
    session: Session, ids: Iterable[UUID], before: datetime
) -> dict[UUID, tuple[Enterprise, Visited]]:
    wanted = select(Enterprise, last_visit(before), _last_result(before))
    rows = session.execute(wanted.where(Enterprise.id.in_(list(ids))))
    return {enterprise.id: (enterprise, Visited(at, result)) for enterprise, at, result in rows}


def _last_result(before: datetime) -> ScalarSelect[Any]:
    """What is held of the last visit of an enterprise, be it by a correction."""
    entries = select(held_result()).where(
        Inspection.jurisdiction_id == Enterprise.jurisdiction_id,
        Inspection.enterprise_id == Enterprise.id,
        Inspection.kind == "patrol",
        Inspection.occurred_at < before,
        Inspection.corrects_id.is_(None),
    )
    newest = entries.order_by(Inspection.occurred_at.desc()).limit(1)
    return newest.correlate(Enterprise).scalar_subquery()


def _item(
    asked: Sequence[Ask],
    known: tuple[Enterprise, Visited],
    left: Collection[tuple[UUID, Duty]],
    watched: Watch,
    lists: Iterable[Checklist],
    day: date,
) -> dict[str, Any]:
    (enterprise, visited), end = known, midnight(day + DAY) - INSTANT
    first = asked[0]
    _, kind = first.one.on(day)
    checklist = checklist_for(lists, kind, end) or checklist_for(lists, "other", end)
    open_ones = [ask for ask in asked if (enterprise.id, ask.duty) in left]
    return {
        "enterprise": enterprise,
        "due_on": first.due.day,
        "owed_days": first.owed_days,
        "last_visit_at": visited.at,
        "last_result": visited.result,
        "visited_today": not open_ones,
        "attention": any(since <= day <= until for since, until in first.one.attention),
        "asks": [_ask(ask, watched) | {"made": ask not in open_ones} for ask in asked],
        "checklist_id": checklist.id if checklist else None,
    }


def _coming(ask: Ask, watched: Watch) -> dict[str, Any]:
    place = watched.places[ask.one.id]
    enterprise = {"id": ask.one.id, "code": place.code, "name": place.name}
    return _ask(ask, watched) | {"enterprise": enterprise}


def _ask(ask: Ask, watched: Watch) -> dict[str, Any]:
    judge = watched.book.named(ask.due.rule_set_id)
    level, night = ask.duty
    return {
        "level": level,
        "night": night,
        "due_on": ask.due.day,
        "owed_days": ask.owed_days,
        "rule_set": {"id": judge.id, "name": judge.name},
    }


def _with_grids(
    session: Session, watched: Watch, objects: Collection[Watched], day: date
) -> dict[UUID, tuple[Enterprise, Grid]]:
    """Return enterprises with the grid that each lay in on a day."""
    lay = {one.id: watched.grid_on(one, day) for one in objects}
    found = session.scalars(select(Enterprise).where(Enterprise.id.in_(list(lay))))
    grids = session.scalars(select(Grid).where(Grid.id.in_(set(lay.values()))))
    by_id = {grid.id: grid for grid in grids}
    return {enterprise.id: (enterprise, by_id[lay[enterprise.id]]) for enterprise in found}


def _grids_above(session: Session, grid_ids: Collection[UUID]) -> dict[UUID, list[Grid]]:
    """Return each grid with those above it, itself first."""
    every = {grid.id: grid for grid in session.scalars(select(Grid))} if grid_ids else {}

    def line(grid: Grid | None) -> list[Grid]:
        if grid is None:
            return []
        return [grid, *line(every.get(grid.parent_id) if grid.parent_id else None)]

    return {id: line(every[id]) for id in grid_ids}


def _answers(posts: Iterable[Post]) -> dict[tuple[UUID, str], Person]:
    return {(post.subject_id, post.role): post.person for post in posts if post.seat == 1}


def _debt(
    ask: Ask,
    filed: tuple[Enterprise, Grid],
    above: Mapping[UUID, Sequence[Grid]],
    answers: Mapping[tuple[UUID, str], Person],
    turns: Mapping[tuple[UUID, bool], Person],
    watched: Watch,
) -> dict[str, Any]:
    enterprise, own = filed
    level, night = ask.duty
    grid = next((grid for grid in above[own.id] if grid.level <= level), own)
    responsible = answers.get((enterprise.id, Role.RESPONSIBLE_PERSON))
    turn = turns.get((enterprise.id, night)) or turns.get((own.id, night))
    return _ask(ask, watched) | {
        "what": "visit",
        "enterprise": enterprise,
        "grid": grid,
        "owed_since": ask.due.day,
        "owner": responsible or answers.get((grid.id, Role.GRID_HEAD)),
        "vacant": responsible is None,
        "officer": turn if level == 3 else None,
    }
