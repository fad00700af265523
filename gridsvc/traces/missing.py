"""The visits that were due in a trace and not made on their day, each with who owed it then."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import moment_of
from gridsvc.patrols.due import due_on
from gridsvc.patrols.span import Visit
from gridsvc.rules.models import RuleSet
from gridsvc.rules.queries import calendar
from gridsvc.rules.rules import Numbers
from gridsvc.session import Session
from gridsvc.traces.queries import Found, seen_before
from gridsvc.traces.rules import INSTANT, Missing, missing_visits, owner_of
from gridsvc.weeks import Span, local_day, midnight


def lane(session: Session, found: Found, span: Span) -> list[dict[str, Any]]:
    """Return the missing visits of the active enterprises of a trace, the earliest due first."""
    active = [one for one in found.enterprises if one.state == "active"]
    if not active:
        return []
    before = seen_before(session, active, found.window.begins)
    seen_on = {one.id: local_day(before[one.id] or moment_of(one.id)) for one in active}
    marked = calendar(session, min(seen_on.values()), span.last)
    numbers = _numbers_by_day(session.scalars(select(RuleSet)).all())
    made = _made(found)
    debts = [
        (one, debt)
        for one in active
        for debt in missing_visits(
            one.id,
            seen_on[one.id],
            made[one.id],
            partial(_next_due, one.supervision_class, numbers, marked),
            last=local_day(found.window.ends - INSTANT),
            today=local_day(found.window.ends),
        )
    ]
    in_order = sorted(debts, key=lambda pair: (pair[1].due_on, pair[0].code))
    return [_debt(one, debt, *_owner(found, one, debt.owed_at)) for one, debt in in_order]


def _numbers_by_day(rule_sets: Sequence[RuleSet]) -> Callable[[date], Numbers]:
    """Return a function from a day to the numbers in force when it begins, or the first ones."""
    in_order = sorted(rule_sets, key=lambda rule_set: rule_set.in_force_from)
    read = [(one.in_force_from, Numbers.read(one.document)) for one in in_order]

    def numbers(day: date) -> Numbers:
        begun = [numbers for since, numbers in read if since <= midnight(day)]
        return begun[-1] if begun else read[0][1]

    return numbers


def _next_due(
    of_class: str,
    numbers: Callable[[date], Numbers],
    marked: Mapping[date, bool],
    seen_on: date,
) -> date:
    in_force = numbers(seen_on)
    return due_on(seen_on, in_force.visit_every_days[of_class], in_force, marked)


def _made(found: Found) -> dict[UUID, list[Visit]]:
    """Return the visits by enterprise. A correction is none."""
    made: dict[UUID, list[Visit]] = defaultdict(list)
    for visit, _, place in found.visits:
        if visit.corrects_id is None:
            made[place.id].append((local_day(visit.occurred_at), visit.id))
    return made


def _owner(found: Found, one: Enterprise, at: datetime) -> tuple[Any, bool]:
    """The grid of the moment; in the trace of a grid, the one that the enterprise is in now."""
    if found.subject.enterprise is None:
        return owner_of(one.id, one.grid_id, at, found.duties)
    then = [grid_id for since, grid_id in found.lay if since <= at]
    return owner_of(one.id, then[-1] if then else found.lay[0][1], at, found.duties)


def _debt(one: Enterprise, debt: Missing, owner: Any, is_vacant: bool) -> dict[str, Any]:
    return {
        "enterprise": one,
        "due_on": debt.due_on,
        "until": debt.until,
        "owed_days": debt.owed_days,
        "owner": owner,
        "vacant": is_vacant,
    }
