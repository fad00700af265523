"""The visits that a span of days asked for, and which of them were made."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import moment_of
from gridsvc.inspections.models import Inspection
from gridsvc.patrols.due import due_on
from gridsvc.patrols.owed import last_visit
from gridsvc.rules.queries import calendar, numbers_at
from gridsvc.session import Session
from gridsvc.weeks import Span, local_day

Visit = tuple[date, UUID]  # the local day, and the inspection


@dataclass(frozen=True)
class VisitDue:
    """A visit that was due, and the inspection that made it, early, in time or late."""

    enterprise_id: UUID
    name: str
    grid_id: UUID
    due_on: date
    made_by: UUID | None


def visits_due(
    session: Session, grid_ids: Collection[UUID], span: Span, as_of: datetime
) -> list[VisitDue]:
    """Return the visits that were due in a span, or owed since before it, by enterprise.

    The rules that count are those in force when the span begins. A visit of today that has
    not been made is not missing yet.
    """
    active = select(
        Enterprise.id, Enterprise.name, Enterprise.grid_id, Enterprise.supervision_class,
        last_visit(span.begins_at).label("seen_at"),
    ).where(Enterprise.grid_id.in_(grid_ids), Enterprise.state == "active")  # fmt: skip
    watched = session.execute(active.order_by(Enterprise.code)).all()
    made = _made(session, [one.id for one in watched], span)
    numbers = numbers_at(session, min(span.begins_at, as_of))
    first = min((_seen_on(one) for one in watched), default=span.first)
    marked = calendar(session, first, span.last)

    def next_due(every_days: int) -> Callable[[date], date]:
        return lambda seen_on: due_on(seen_on, every_days, numbers, marked)

    return [
        VisitDue(one.id, one.name, one.grid_id, day, made_by)
        for one in watched
        for day, made_by in dues(
            _seen_on(one),
            made[one.id],
            next_due(numbers.visit_every_days[one.supervision_class]),
            last=span.last,
            today=local_day(as_of),
        )
    ]


def dues(
    seen_on: date,
    made: Sequence[Visit],
    next_due: Callable[[date], date],
    *,
    last: date,
    today: date,
) -> Iterator[tuple[date, UUID | None]]:
    """Yield the due days up to `last`, each with the visit of the span that made it, or None.

    `seen_on` is the day of the last visit before the span, `made` those in it, in order.
    """
    for day, inspection_id in made:
        due_day = next_due(seen_on)
        if due_day <= last and day > seen_on:
            yield due_day, inspection_id
        seen_on = max(seen_on, day)
    due_day = next_due(seen_on)
    if due_day <= last and due_day < today:
        yield due_day, None


def _made(
    session: Session, enterprise_ids: Collection[UUID], span: Span
) -> dict[UUID, list[Visit]]:
    """Return the visits of the span by enterprise. A correction is none."""
    visits = select(Inspection.enterprise_id, Inspection.occurred_at, Inspection.id).where(
        Inspection.enterprise_id.in_(enterprise_ids),
        Inspection.occurred_at >= span.begins_at,
        Inspection.occurred_at < span.ends_at,
        Inspection.corrects_id.is_(None),
    )
    found: dict[UUID, list[Visit]] = defaultdict(list)
    for enterprise_id, at, id in session.execute(visits.order_by(Inspection.occurred_at)):
        found[enterprise_id].append((local_day(at), id))
    return found


def _seen_on(one: Any) -> date:
    return local_day(one.seen_at or moment_of(one.id))
