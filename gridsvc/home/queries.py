"""What somebody's first page is made of."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from gridsvc.accountability.away import on_leave
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.dispatches.pages import order_items
from gridsvc.dispatches.queries import orders
from gridsvc.edits.queries import count_conflicts
from gridsvc.grids.models import Grid
from gridsvc.handovers.queries import waiting_for
from gridsvc.home.rules import (
    NEXT,
    Reader,
    awaits_sight,
    by_deadline,
    is_theirs,
    summary_due_at,
    waits_for,
    week_so_far,
)
from gridsvc.issues.briefs import briefs
from gridsvc.issues.effects import end_of
from gridsvc.issues.models import Issue
from gridsvc.issues.queries import Scope
from gridsvc.issues.workflow import OPEN
from gridsvc.patrols.models import DayClose, Patrol
from gridsvc.rules.queries import numbers_at
from gridsvc.session import Session
from gridsvc.summaries.facts import patrol_days
from gridsvc.summaries.models import WeeklySummary
from gridsvc.sync.queries import count_aside
from gridsvc.weeks import Span, local_day, month_of, week_of, week_span

MOST = 200  # items in a list; the counts tell of all

Item = dict[str, Any]


def home(session: Session, reader: Reader, now: datetime) -> dict[str, Any]:
    """Return what waits for somebody, by deadline; what of theirs waits for others; the week."""
    ledger = _open_issues(session, reader, now)
    unseen = [issue for issue in ledger if awaits_sight(issue, reader)]
    rest = [issue for issue in ledger if issue not in unseen]
    mine = [issue for issue in rest if waits_for(issue, reader)]
    others = [
        issue
        for issue in rest
        if issue.state in OPEN and not waits_for(issue, reader) and is_theirs(issue, reader)
    ]
    waiting = by_deadline(
        [
            *_unseen(session, unseen, now),
            *_issues(session, mine, now),
            *_weeks_to_sign(session, reader, now),
            *_weeks_to_accept(session, reader),
            *_orders(session, reader),
            *_months(session, reader, now),
            *_aside(session, reader),
            *_conflicts(session, reader),
            *_handovers(session, reader, now),
        ]
    )
    watched = by_deadline(_issues(session, others, now))
    return {
        "waiting": waiting[:MOST],
        "others": watched[:MOST],
        "counts": {"waiting": len(waiting), "others": len(watched)},
        "week_so_far": _week(session, reader, now),
        "as_of": now,
    }


def _open_issues(session: Session, reader: Reader, now: datetime) -> Sequence[Issue]:
    """Return the issues somebody sees of which a next step is wanted, by deadline."""
    within = Scope(person_id=reader.person_id, subject_ids=reader.scopes["issue.read"]).condition
    look_back = and_(Issue.state == "closed", Issue.look_back_on <= local_day(now))
    wanted = select(Issue).where(within, or_(Issue.state.in_(OPEN), look_back))
    return session.scalars(wanted.order_by(Issue.due_at.nulls_last(), Issue.id)).all()


def _issues(session: Session, found: Sequence[Issue], now: datetime) -> list[Item]:
    """In a look-back the deadline is the day that was set for it."""
    look_back = {issue.id: issue.look_back_on for issue in found if issue.state == "closed"}
    return [
        {
            "kind": "issue",
            "deed": NEXT[brief["state"]],
            **{name: brief[name] for name in SHOWN},
            "title": brief["description"],
            "found_at": brief["occurred_at"],
            "due_at": _due_at(brief, look_back.get(brief["id"])),
        }
        for brief in briefs(session, found, now)
    ]


SHOWN = (
    "id", "number", "state", "grid", "town", "enterprise", "owner", "lead_unit", "overdue",
    "urgent", "seen", "found_by",
)  # fmt: skip


def _unseen(session: Session, found: Sequence[Issue], now: datetime) -> list[Item]:
    """Urgent reports that somebody has not seen yet. Their clock runs from the report on."""
    return [item | {"deed": "issue.acknowledge"} for item in _issues(session, found, now)]


def _due_at(brief: Item, look_back_on: Any) -> datetime | None:
    due_at: datetime | None = end_of(look_back_on) if look_back_on else brief["due_at"]
    return due_at


def _weeks_to_sign(session: Session, reader: Reader, now: datetime) -> Iterator[Item]:
    """Yield the weeks that are over and not signed, those that were returned among them."""
    rows = _summaries(session, reader.scopes["summary.sign"], ["draft", "returned"])
    running = week_of(local_day(now))
    numbers = numbers_at(session, now) if rows else None
    for summary, grid in rows:
        if summary.week < running and numbers:
            due_at = summary_due_at(summary.week, numbers)
            yield _week_item("summary.sign", summary, grid) | {
                "due_at": due_at,
                "overdue": due_at <= now,
                "reason": summary.returned_reason,
            }


def _weeks_to_accept(session: Session, reader: Reader) -> Iterator[Item]:
    for summary, grid in _summaries(session, reader.scopes["summary.accept"], ["signed"]):
        yield _week_item("summary.accept", summary, grid)


def _summaries(
    session: Session, grid_ids: Collection[UUID], states: Sequence[str]
) -> Sequence[Any]:
    found = (
        select(WeeklySummary, Grid)
        .join(
            Grid,
            and_(
                Grid.jurisdiction_id == WeeklySummary.jurisdiction_id,
                Grid.id == WeeklySummary.grid_id,
            ),
        )
        .where(WeeklySummary.grid_id.in_(grid_ids), WeeklySummary.state.in_(states))
    )
    return session.execute(found.order_by(WeeklySummary.week, Grid.code)).all()


def _week_item(deed: str, summary: WeeklySummary, grid: Grid) -> Item:
    return {
        "kind": "weekly_summary",
        "deed": deed,
        "id": summary.id,
        "week": summary.week,
        "grid": grid,
        "state": summary.state,
        "due_at": None,
    }


def _orders(session: Session, reader: Reader) -> list[Item]:
    given = orders(session, addressee_ids=reader.scopes["order.reply"], is_open=True)
    return [
        {
            "kind": "dispatch_order",
            "deed": "order.reply",
            "id": item["id"],
            "number": item["number"],
            "title": item["requirement"],
            "grid": item["addressee"],
            "month": item["month"],
            "state": "open",
            "due_at": end_of(item["due_on"]),
        }
        for item in order_items(session, given)
    ]


def _months(session: Session, reader: Reader, now: datetime) -> list[Item]:
    """Return the months that are over and not signed. No rule gives them a deadline."""
    found = select(MonthlyDispatch).where(
        MonthlyDispatch.grid_id.in_(reader.scopes["dispatch.sign"]),
        MonthlyDispatch.state == "draft",
        MonthlyDispatch.month < month_of(local_day(now)),
    )
    return [
        {
            "kind": "monthly_dispatch",
            "deed": "dispatch.sign",
            "id": row.id,
            "month": row.month,
            "state": row.state,
            "due_at": None,
        }
        for row in session.scalars(found.order_by(MonthlyDispatch.month))
    ]


def _aside(session: Session, reader: Reader) -> list[Item]:
    """Return how many records were kept aside, in one item."""
    seen = reader.scopes["quarantine.read"]
    count = count_aside(session, seen) if seen else 0
    item = {"kind": "quarantined", "deed": "quarantine.read", "id": None, "state": "kept"}
    return [{**item, "count": count, "due_at": None}] if count else []


def _conflicts(session: Session, reader: Reader) -> list[Item]:
    """Return how many changes met others and want a choice, in one item."""
    count = count_conflicts(session, reader.scopes["conflict.settle"])
    item = {"kind": "conflict", "deed": "conflict.settle", "id": None, "state": "hard"}
    return [{**item, "count": count, "due_at": None}] if count else []


def _handovers(session: Session, reader: Reader, now: datetime) -> list[Item]:
    """Return the duties that were handed over to somebody and wait to be accepted."""
    return [
        {
            "kind": "handover",
            "deed": "handover.accept",
            "id": one["id"],
            "title": one["reason"],
            "role": one["role"],
            "subject": one["subject"],
            "person": one["from_person"],
            "duty_id": one["begun_id"],
            "state": "waiting",
            "due_at": one["at"],
        }
        for one in waiting_for(session, reader.person_id, now)
    ]


def _week(session: Session, reader: Reader, now: datetime) -> Item:
    """Return the running week of the towns that somebody sees, up to today."""
    today = local_day(now)
    week = week_of(today)
    span = Span(week_span(week).first, today)
    towns = _towns(session, reader.scopes["field.read"])
    grid_ids = [id for ids in towns.values() for id in ids]
    if not grid_ids:
        return {"week": week, "towns": []}
    return {
        "week": week,
        "towns": week_so_far(
            towns,
            span.days,
            patrol_days(session, span, now),
            on_leave(session, grid_ids, span),
            _patrolled(session, grid_ids, span),
        ),
    }


def _towns(session: Session, seen: Collection[UUID]) -> dict[Grid, list[UUID]]:
    """Return the towns of which somebody sees level-3 grids, with those grids."""
    found = select(Grid).where(or_(Grid.id.in_(seen), Grid.level == 2)).order_by(Grid.code)
    grids = {grid.id: grid for grid in session.scalars(found)}
    towns: dict[Grid, list[UUID]] = defaultdict(list)
    for grid in grids.values():
        if grid.level == 3 and grid.kind == "territorial" and grid.parent_id:
            towns[grids[grid.parent_id]].append(grid.id)
    return dict(towns)


def _patrolled(session: Session, grid_ids: Collection[UUID], span: Span) -> set[tuple[UUID, Any]]:
    """Return the grids and days with a patrol or a day close: zero is an answer."""
    walked = select(Patrol.grid_id, Patrol.occurred_at).where(
        Patrol.grid_id.in_(grid_ids),
        Patrol.occurred_at >= span.begins_at,
        Patrol.occurred_at < span.ends_at,
    )
    closed = select(DayClose.grid_id, DayClose.day).where(
        DayClose.grid_id.in_(grid_ids), DayClose.day.between(span.first, span.last)
    )
    rounds = {(grid_id, local_day(at)) for grid_id, at in session.execute(walked)}
    return rounds | {(grid_id, day) for grid_id, day in session.execute(closed)}
