"""Reading what a summary is worked out from, and summaries themselves."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from gridsvc.accountability.models import Duty, Leave
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import below
from gridsvc.inspections.models import Inspection
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.patrols.models import DayClose, Patrol
from gridsvc.patrols.span import visits_due
from gridsvc.records import FieldRecord
from gridsvc.rules.queries import calendar, numbers_at
from gridsvc.rules.rules import is_patrol_day
from gridsvc.session import Session
from gridsvc.summaries.models import WeeklySignature, WeeklySummary
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

KINDS: dict[str, type[FieldRecord]] = {
    "patrol": Patrol,
    "day_close": DayClose,
    "inspection": Inspection,
}


def span_facts(session: Session, town_id: UUID, span: Span, as_of: datetime) -> SpanFacts:
    """Return what a town's summary of a span is worked out from, as it stands now.

    Records belong to the grid of their own time, so a later boundary moves none of them.
    """
    villages = below(session, town_id)
    grid_ids = [town_id, *(grid.id for grid in villages)]
    return SpanFacts(
        span=span,
        as_of=as_of,
        grids=[GridFacts(id=grid.id, code=grid.code, name=grid.name) for grid in villages],
        patrol_days=patrol_days(session, span, as_of),
        on_leave=on_leave(session, grid_ids, span),
        records=_records(session, grid_ids, span),
        issues=_issues(session, grid_ids, span),
        visits=_visits(session, grid_ids, span, as_of),
    )


def patrol_days(session: Session, span: Span, as_of: datetime) -> frozenset[date]:
    """Return the days of a span on which grids are to be patrolled."""
    marked = calendar(session, span.first, span.last)
    numbers = numbers_at(session, min(span.begins_at, as_of))
    return frozenset(day for day in span.days if is_patrol_day(day, marked, numbers))


def on_leave(
    session: Session, grid_ids: Collection[UUID], span: Span
) -> frozenset[tuple[UUID, date]]:
    """Return the grids and days on which every officer was off and nobody stood in."""
    officers = _officers(session, grid_ids, span)
    people = {duty.person_id for duty in officers}
    taken = select(Leave).where(
        Leave.person_id.in_(people),
        Leave.substitute_id.is_(None),
        Leave.first_day <= span.last,
        Leave.last_day >= span.first,
    )
    leaves = session.scalars(taken).all()
    return frozenset(
        (grid_id, day)
        for grid_id in grid_ids
        for day in span.days
        if _all_off(grid_id, day, officers, leaves)
    )


def _officers(session: Session, grid_ids: Collection[UUID], span: Span) -> Sequence[Duty]:
    period = func.tstzrange(span.begins_at, span.ends_at)
    held = select(Duty).where(
        Duty.subject_id.in_(grid_ids), Duty.role == "grid_officer", Duty.period.op("&&")(period)
    )
    return session.scalars(held).all()


def _all_off(grid_id: UUID, day: date, officers: Sequence[Duty], leaves: Sequence[Leave]) -> bool:
    noon = Span(day, day).begins_at + timedelta(hours=12)
    there = {d.person_id for d in officers if d.subject_id == grid_id and noon in d.period}
    off = {leave.person_id for leave in leaves if leave.first_day <= day <= leave.last_day}
    return bool(there) and there <= off


def _records(session: Session, grid_ids: Collection[UUID], span: Span) -> list[RecordFacts]:
    return [
        _record(kind, row)
        for kind, model in KINDS.items()
        for row in _rows(session, model, grid_ids, span)
    ]


def _rows(
    session: Session, model: type[FieldRecord], grid_ids: Collection[UUID], span: Span
) -> Sequence[Any]:
    columns = [model.id, model.grid_id, model.occurred_at, model.received_at]
    within = [model.occurred_at >= span.begins_at, model.occurred_at < span.ends_at]
    if model is Inspection:
        columns += [Inspection.result, Inspection.flags]
    if model is DayClose:
        columns += [DayClose.day]
        within = [DayClose.day >= span.first, DayClose.day <= span.last]
    found = select(*columns).where(model.grid_id.in_(grid_ids), *within)
    return session.execute(found.order_by(model.id)).all()


def _record(kind: str, row: Any) -> RecordFacts:
    return RecordFacts(
        kind=kind,
        id=row.id,
        grid_id=row.grid_id,
        day=row.day if kind == "day_close" else local_day(row.occurred_at),
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        problem=kind == "inspection" and row.result == "problem",
        flags=tuple(flag["kind"] for flag in row.flags) if kind == "inspection" else (),
    )


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


def _visits(
    session: Session, grid_ids: Collection[UUID], span: Span, as_of: datetime
) -> list[VisitFacts]:
    return [
        VisitFacts(
            enterprise_id=visit.enterprise_id,
            name=visit.name,
            grid_id=visit.grid_id,
            due_on=visit.due_on,
            made_by=visit.made_by,
        )
        for visit in visits_due(session, grid_ids, span, as_of)
    ]


def towns(session: Session) -> Sequence[Grid]:
    """Return the level-2 grids, in order of code."""
    return session.scalars(select(Grid).where(Grid.level == 2).order_by(Grid.code)).all()


def first_record_on(session: Session) -> date | None:
    """Return the local day of the jurisdiction's first field record."""
    firsts = [session.scalar(select(func.min(model.occurred_at))) for model in KINDS.values()]
    return min((local_day(first) for first in firsts if first), default=None)


def last_signatures(session: Session, summary_ids: Collection[UUID]) -> dict[UUID, WeeklySignature]:
    """Return the latest signature of each summary that was ever signed."""
    signature = WeeklySignature
    latest = (
        select(signature)
        .ext(distinct_on(signature.summary_id))
        .where(signature.summary_id.in_(summary_ids))
        .order_by(signature.summary_id, signature.signed_at.desc())
    )
    return {row.summary_id: row for row in session.scalars(latest)}


def listed(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    week: str | None = None,
    state: str | None = None,
    limit: int = 200,
) -> Sequence[WeeklySummary]:
    """Return the summaries of `grid_ids`, the latest week first."""
    found = select(WeeklySummary).where(WeeklySummary.grid_id.in_(grid_ids))
    if week:
        found = found.where(WeeklySummary.week == week)
    if state:
        found = found.where(WeeklySummary.state == state)
    in_order = found.order_by(WeeklySummary.week.desc(), WeeklySummary.grid_id)
    return session.scalars(in_order.limit(limit)).all()
