"""The visits that were due in a trace and not made on their day, each with who owed it then."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from gridsvc.enterprises.models import Enterprise
from gridsvc.patrols.span import watchings
from gridsvc.patrols.watch import watch
from gridsvc.rules.rules import Duty
from gridsvc.session import Session
from gridsvc.traces.queries import Found
from gridsvc.traces.rules import INSTANT, Missing, missing_visits, owner_of
from gridsvc.weeks import Span, local_day

Debt = tuple[Enterprise, Duty, Missing]


def lane(session: Session, found: Found, span: Span) -> list[dict[str, Any]]:
    """Return the missing visits of the enterprises of a trace, the earliest due first.

    Of the days on which each was at work.
    """
    known = {one.id: one for one in found.enterprises}
    debts = [
        (known[debt.enterprise_id], duty, debt)
        for duty, debt in _missing(session, found, known, span)
    ]
    in_order = sorted(debts, key=lambda each: (each[2].due_on, each[0].code, each[1]))
    return [_debt(*each, *_owner(found, each[0], each[2])) for each in in_order]


def _missing(
    session: Session, found: Found, ids: Collection[UUID], span: Span
) -> list[tuple[Duty, Missing]]:
    if not ids:
        return []
    watched = watch(session, {one.grid_id for one in found.enterprises}, since=span.first)
    last, today = local_day(found.window.ends - INSTANT), local_day(found.window.ends)
    return [
        (duty, debt)
        for duty, each in watchings(session, watched, span)
        if each.one.id in ids
        for debt in missing_visits(
            each.one.id, each.seen_on, each.made, each.next_due, last=last, today=today
        )
    ]


def _owner(found: Found, one: Enterprise, debt: Missing) -> tuple[Any, bool]:
    """The grid of the moment; in the trace of a grid, the one that the enterprise is in now."""
    at = debt.owed_at
    if found.subject.enterprise is None:
        return owner_of(one.id, one.grid_id, at, found.duties)
    then = [grid_id for since, grid_id in found.lay if since <= at]
    return owner_of(one.id, then[-1] if then else found.lay[0][1], at, found.duties)


def _debt(
    one: Enterprise, duty: Duty, debt: Missing, owner: Any, is_vacant: bool
) -> dict[str, Any]:
    level, night = duty
    return {
        "enterprise": one,
        "level": level,
        "night": night,
        "due_on": debt.due_on,
        "until": debt.until,
        "owed_days": debt.owed_days,
        "owner": owner,
        "vacant": is_vacant,
    }
