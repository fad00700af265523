"""What the summaries of towns are worked out from, read for all of them at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from gridsvc.accountability.away import on_leave
from gridsvc.flags.queries import against
from gridsvc.grids.models import Grid
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import held_result
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.patrols.models import DayClose, Patrol
from gridsvc.patrols.span import VisitDue, visits_due
from gridsvc.records import FieldRecord
from gridsvc.rules.queries import calendar, numbers_at
from gridsvc.rules.rules import is_patrol_day
from gridsvc.session import Session
from gridsvc.summaries.rules import (
    Course,
    GridFacts,
    IssueFacts,
    RecordFacts,
    SpanFacts,
    StepFacts,
    VisitFacts,
    course,
)
from gridsvc.weeks import Span, local_day

Fact = TypeVar("Fact")

KINDS: dict[str, type[FieldRecord]] = {
    "patrol": Patrol,
    "day_close": DayClose,
    "inspection": Inspection,
}


def span_facts(session: Session, town_id: UUID, span: Span, as_of: datetime) -> SpanFacts:
    """Return what a town's summary of a span is worked out from, as it stands now."""
    return facts_of(session, [town_id], span, as_of)[town_id]


def facts_of(
    session: Session, town_ids: Collection[UUID], span: Span, as_of: datetime
) -> dict[UUID, SpanFacts]:
    """Return the facts of several towns, by town, in as many queries as those of one.

    Records belong to the grid of their own time, so a later boundary moves none of them.
    """
    villages = _villages(session, town_ids)
    town_of = {grid.id: town_id for town_id, grids in villages.items() for grid in grids}
    town_of |= {town_id: town_id for town_id in town_ids}
    days = patrol_days(session, span, as_of)
    off = on_leave(session, town_of, span)
    records = _by_town(
        _records(session, town_of, span, as_of), town_of, lambda record: record.grid_id
    )
    issues = _by_town(_issues(session, town_of, span), town_of, lambda issue: issue.grid_id)
    due = visits_due(session, town_of, span, as_of)
    visits = _by_town(map(_visit, due), town_of, lambda visit: visit.grid_id)
    return {
        town_id: SpanFacts(
            span=span,
            as_of=as_of,
            grids=[GridFacts(id=g.id, code=g.code, name=g.name) for g in villages[town_id]],
            patrol_days=days,
            on_leave=frozenset((id, day) for id, day in off if town_of[id] == town_id),
            records=records[town_id],
            issues=issues[town_id],
            visits=visits[town_id],
        )
        for town_id in town_ids
    }


def _villages(session: Session, town_ids: Collection[UUID]) -> dict[UUID, list[Grid]]:
    below = select(Grid).where(Grid.parent_id.in_(town_ids)).order_by(Grid.code)
    found: dict[UUID, list[Grid]] = {town_id: [] for town_id in town_ids}
    for grid in session.scalars(below):
        if grid.parent_id:
            found[grid.parent_id].append(grid)
    return found


def _by_town(
    facts: Iterable[Fact], town_of: Mapping[UUID, UUID], grid_of: Callable[[Fact], UUID]
) -> dict[UUID, list[Fact]]:
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[town_of[grid_of(fact)]].append(fact)
    return found


def patrol_days(session: Session, span: Span, as_of: datetime) -> frozenset[date]:
    """Return the days of a span on which grids are to be patrolled."""
    marked = calendar(session, span.first, span.last)
    numbers = numbers_at(session, min(span.begins_at, as_of))
    return frozenset(day for day in span.days if is_patrol_day(day, marked, numbers))


def _records(
    session: Session, grid_ids: Collection[UUID], span: Span, as_of: datetime
) -> list[RecordFacts]:
    flags = against(session, grid_ids, span.begins_at, span.ends_at, as_of)
    return [
        _record(kind, row, flags)
        for kind, model in KINDS.items()
        for row in _rows(session, model, grid_ids, span, as_of)
    ]


def _rows(
    session: Session,
    model: type[FieldRecord],
    grid_ids: Collection[UUID],
    span: Span,
    as_of: datetime,
) -> Sequence[Any]:
    columns: list[Any] = [model.id, model.grid_id, model.occurred_at, model.received_at]
    within = [model.occurred_at >= span.begins_at, model.occurred_at < span.ends_at]
    if model is Inspection:
        held = held_result(as_of).label("result")
        columns += [held, Inspection.gps_at, Inspection.corrects_id]
        within += [Inspection.kind == "patrol"]
    if model is DayClose:
        columns += [DayClose.day]
        within = [DayClose.day >= span.first, DayClose.day <= span.last]
    found = select(*columns).where(model.grid_id.in_(grid_ids), *within)
    return session.execute(found.order_by(model.id)).all()


def _record(kind: str, row: Any, flags: Mapping[UUID, tuple[str, ...]]) -> RecordFacts:
    return RecordFacts(
        kind=kind,
        id=row.id,
        grid_id=row.grid_id,
        day=row.day if kind == "day_close" else local_day(row.occurred_at),
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        problem=kind == "inspection" and row.corrects_id is None and row.result == "problem",
        flags=flags.get(row.id, ()),
        gps_at=row.gps_at if kind == "inspection" else None,
    )


def corrected_later(session: Session, town_id: UUID, span: Span, after: datetime) -> Sequence[UUID]:
    """Return the corrections of a span's visits that arrived after a moment, made later on."""
    first, grid = aliased(Inspection), aliased(Grid)
    found = (
        select(Inspection.id)
        .join(first, and_(first.jurisdiction_id == Inspection.jurisdiction_id,
                          first.id == Inspection.first_id))
        .join(grid, and_(grid.jurisdiction_id == first.jurisdiction_id, grid.id == first.grid_id))
        .where(
            Inspection.received_at > after, Inspection.occurred_at >= span.ends_at,
            first.occurred_at >= span.begins_at, first.occurred_at < span.ends_at,
            or_(grid.id == town_id, grid.parent_id == town_id),
        )
    )  # fmt: skip
    return session.scalars(found.order_by(Inspection.id)).all()


def _issues(session: Session, grid_ids: Collection[UUID], span: Span) -> list[IssueFacts]:
    """Return the issues that matter to a span: found, due or closed in it, or still open."""
    matters = or_(
        Issue.closed_at.is_(None), Issue.closed_at >= span.begins_at, Issue.due_at > span.begins_at
    )
    found = select(Issue).where(
        Issue.grid_id.in_(grid_ids),
        Issue.occurred_at < span.ends_at,
        Issue.state.not_in(["void", "merged"]),
        matters,
    )
    issues = session.scalars(found.order_by(Issue.id)).all()
    steps = _steps(session, [issue.id for issue in issues], span)
    return [_issue(issue, course(steps[issue.id])) for issue in issues]


def _issue(issue: Issue, so_far: Course) -> IssueFacts:
    """A new issue that repeats a closed one is a relapse on the day it was found."""
    again_at = issue.occurred_at if issue.relapses and not so_far.relapsed_at else None
    return IssueFacts(
        id=issue.id,
        number=issue.number,
        description=issue.description,
        category=issue.category,
        grid_id=issue.grid_id,
        found_at=issue.occurred_at,
        due_at=issue.due_at,
        submitted_at=so_far.submitted_at,
        closed_at=so_far.closed_at,
        closures=so_far.closures,
        relapsed_at=so_far.relapsed_at or again_at,
    )


def _steps(
    session: Session, issue_ids: Collection[UUID], span: Span
) -> dict[UUID, list[StepFacts]]:
    """Return the steps of issues before the end of a span, in the order they took effect."""
    action = IssueAction
    taken = select(action.issue_id, action.from_state, action.to_state, action.occurred_at).where(
        action.issue_id.in_(issue_ids), action.occurred_at < span.ends_at
    )
    found: dict[UUID, list[StepFacts]] = defaultdict(list)
    for issue_id, from_state, to_state, at in session.execute(
        taken.order_by(action.sync_version, action.id)
    ):
        step = StepFacts(issue_id=issue_id, from_state=from_state, to_state=to_state, at=at)
        found[issue_id].append(step)
    return found


def _visit(due: VisitDue) -> VisitFacts:
    return VisitFacts(
        enterprise_id=due.enterprise_id,
        name=due.name,
        grid_id=due.grid_id,
        due_on=due.due_on,
        made_by=due.made_by,
    )
