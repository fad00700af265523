"""What a span of days adds up to for a town: numbers, the records behind each, exceptions.

Pure: the same facts give the same content, byte for byte, whenever it is worked out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from gridsvc.records import lateness
from gridsvc.weeks import Span, local_day

LATE_AFTER = timedelta(hours=24)  # a record that took longer to arrive is listed as late

CLOSED = ("closed", "looked_back")

NEEDS_WORD = ("not_reported", "overdue", "relapsed")


@dataclass(frozen=True, kw_only=True)
class GridFacts:
    """A level-3 grid of the town."""

    id: UUID
    code: str
    name: str

    @property
    def ref(self) -> dict[str, Any]:
        return {"id": str(self.id), "code": self.code, "name": self.name, "level": 3}


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """A field record: a patrol, a day close or an inspection."""

    kind: str
    id: UUID
    grid_id: UUID
    day: date
    occurred_at: datetime
    received_at: datetime
    problem: bool = False
    flags: tuple[str, ...] = ()
    gps_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """A step of an issue from one state to the next."""

    issue_id: UUID
    from_state: str
    to_state: str
    at: datetime


@dataclass(frozen=True)
class Course:
    """What the steps of an issue up to a moment come to; a relapse undoes what was done."""

    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    closures: tuple[datetime, ...] = ()
    relapsed_at: datetime | None = None


def course(steps: Iterable[StepFacts]) -> Course:
    """Return the course of an issue whose steps these are, in order."""
    now = Course()
    for step in steps:
        if step.to_state == "submitted":
            now = replace(now, submitted_at=step.at)
        elif step.to_state == "closed":
            now = replace(now, closed_at=step.at, closures=(*now.closures, step.at))
        elif step.from_state in CLOSED and step.to_state == "rectifying":
            now = replace(now, submitted_at=None, closed_at=None, relapsed_at=step.at)
    return now


@dataclass(frozen=True, kw_only=True)
class IssueFacts:
    """An issue as it stood at the end of a span, or now if that is earlier."""

    id: UUID
    number: str
    description: str
    category: str
    grid_id: UUID
    found_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    closed_at: datetime | None
    closures: tuple[datetime, ...] = ()
    relapsed_at: datetime | None

    @property
    def ref(self) -> dict[str, Any]:
        return {"id": str(self.id), "number": self.number, "description": self.description}


@dataclass(frozen=True, kw_only=True)
class VisitFacts:
    """A visit that was due within the span, and the inspection that made it."""

    enterprise_id: UUID
    name: str
    grid_id: UUID
    due_on: date
    made_by: UUID | None


@dataclass(frozen=True, kw_only=True)
class SpanFacts:
    """All that a summary of a span is worked out from."""

    span: Span
    as_of: datetime
    grids: Sequence[GridFacts]
    patrol_days: frozenset[date]  # on which grids are to be patrolled
    on_leave: frozenset[tuple[UUID, date]]  # grid and day, all its officers being off
    records: Sequence[RecordFacts]
    issues: Sequence[IssueFacts]
    visits: Sequence[VisitFacts]


@dataclass
class Number:
    """A number, what was due, and exactly the records that it counts."""

    made: int
    due: int | None = None
    records: list[dict[str, str]] = field(default_factory=list)

    @property
    def plain(self) -> dict[str, Any]:
        return {"made": self.made, "due": self.due, "records": self.records}


def content(facts: SpanFacts) -> dict[str, Any]:
    """Return the numbers of a span and its grids day by day, as JSON values."""
    return {
        "from": facts.span.first.isoformat(),
        "until": facts.span.last.isoformat(),
        "grids": [_grid_days(facts, grid) for grid in facts.grids],
        "numbers": {key: number.plain for key, number in numbers(facts).items()},
        "problems_by_category": dict(
            sorted(Counter(issue.category for issue in _found(facts)).items())
        ),
    }


def numbers(facts: SpanFacts) -> dict[str, Number]:
    """Return every number of the span by its key."""
    on_time = _due_to_close(facts)
    closed = [i for i in facts.issues if any(_within(facts, at) for at in i.closures)]
    visited = [visit for visit in facts.visits if visit.made_by]
    return {
        "patrol_days": _patrol_days(facts),
        "visits": Number(
            len(visited), len(facts.visits), [_of("inspection", v.made_by) for v in visited]
        ),
        "problems_found": _issues(_found(facts)),
        "closed_on_time": Number(
            sum(map(_is_on_time, on_time)),
            len(on_time),
            [_of("issue", i.id) for i in on_time if _is_on_time(i)],
        ),
        "issues_closed": _issues(closed),
        "overdue": _issues(overdue(facts)),
        "relapsed": _issues(relapsed(facts)),
    }


def exceptions(facts: SpanFacts) -> list[dict[str, Any]]:
    """Return what is unusual about the span, the worst first; nothing that is zero."""
    found = [
        _exception("not_reported", "bad", _not_reported(facts)),
        _exception("overdue", "bad", [_issue_line(facts, issue) for issue in overdue(facts)]),
        _exception("relapsed", "bad", [_issue_line(facts, issue) for issue in relapsed(facts)]),
        _exception("unvisited", "wait", _unvisited(facts)),
        _exception("late_records", "none", _late(facts)),
        _exception("flags", "none", _flags(facts)),
    ]
    return [exception for exception in found if exception["count"]]


def overdue(facts: SpanFacts) -> list[IssueFacts]:
    """Return the issues whose time ran out before the end of the span and that stay open."""
    end = min(facts.span.ends_at, facts.as_of)
    late = [issue for issue in facts.issues if issue.due_at and issue.due_at <= end]
    return [issue for issue in late if issue.closed_at is None or issue.closed_at > end]


def relapsed(facts: SpanFacts) -> list[IssueFacts]:
    """Return the issues that came back within the span."""
    return [issue for issue in facts.issues if _within(facts, issue.relapsed_at)]


def due_days(facts: SpanFacts, grid_id: UUID) -> list[date]:
    """Return the days on which a grid was to be patrolled, up to the day that is not over."""
    today = local_day(facts.as_of)
    days = [day for day in facts.span.days if day in facts.patrol_days and day < today]
    return [day for day in days if (grid_id, day) not in facts.on_leave]


def _patrol_days(facts: SpanFacts) -> Number:
    due = {(grid.id, day) for grid in facts.grids for day in due_days(facts, grid.id)}
    made = [r for r in _rounds(facts) if (r.grid_id, r.day) in due]
    return Number(len({(r.grid_id, r.day) for r in made}), len(due), list(map(_of_record, made)))


def _rounds(facts: SpanFacts) -> list[RecordFacts]:
    """A day counts as patrolled by a patrol or by a day close: zero is an answer."""
    return [record for record in facts.records if record.kind in {"patrol", "day_close"}]


def _grid_days(facts: SpanFacts, grid: GridFacts) -> dict[str, Any]:
    due = set(due_days(facts, grid.id))
    mine = [record for record in facts.records if record.grid_id == grid.id]
    days = [
        {
            "day": day.isoformat(),
            "due": day in due,
            "patrolled": any(r.day == day and r.kind == "patrol" for r in mine),
            "closed": any(r.day == day and r.kind == "day_close" for r in mine),
            "problems": sum(r.day == day and r.problem for r in mine),
            "on_leave": (grid.id, day) in facts.on_leave,
        }
        for day in facts.span.days
    ]
    return {"grid": grid.ref, "days": days}


def _not_reported(facts: SpanFacts) -> list[dict[str, Any]]:
    reported = {(record.grid_id, record.day) for record in _rounds(facts)}
    silent = {
        grid: [day for day in due_days(facts, grid.id) if (grid.id, day) not in reported]
        for grid in facts.grids
    }
    return [
        {"grid": grid.ref, "days": [day.isoformat() for day in days]}
        for grid, days in silent.items()
        if days
    ]


def _unvisited(facts: SpanFacts) -> list[dict[str, Any]]:
    names = {grid.id: grid.ref for grid in facts.grids}
    return [
        {
            "enterprise": {"id": str(visit.enterprise_id), "name": visit.name},
            "grid": names.get(visit.grid_id),
            "due_on": visit.due_on.isoformat(),
        }
        for visit in facts.visits
        if not visit.made_by
    ]


def _issue_line(facts: SpanFacts, issue: IssueFacts) -> dict[str, Any]:
    names = {grid.id: grid.ref for grid in facts.grids}
    end = min(facts.span.ends_at, facts.as_of)
    days = max((end - issue.due_at).days, 0) if issue.due_at else None
    return {"issue": issue.ref, "grid": names.get(issue.grid_id), "overdue_days": days}


def _late(facts: SpanFacts) -> list[dict[str, Any]]:
    late = [
        r for r in facts.records if lateness(r.occurred_at, r.received_at, r.gps_at) > LATE_AFTER
    ]
    return list(map(_of_record, late))


def _flags(facts: SpanFacts) -> list[dict[str, Any]]:
    counted = Counter(flag for record in facts.records for flag in record.flags)
    return [{"flag": flag, "count": count} for flag, count in sorted(counted.items())]


def _exception(key: str, severity: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "key": key,
        "severity": severity,
        "count": sum(map(_weight, items)),
        "items": items,
        "needs_word": key in NEEDS_WORD,
    }


def _weight(item: dict[str, Any]) -> int:
    """A silent grid counts by its days, a kind of flag by its flags, anything else once."""
    return len(item["days"]) if "days" in item else int(item.get("count", 1))


def _found(facts: SpanFacts) -> list[IssueFacts]:
    return [issue for issue in facts.issues if _within(facts, issue.found_at)]


def _due_to_close(facts: SpanFacts) -> list[IssueFacts]:
    return [issue for issue in facts.issues if _due_within(facts, issue.due_at)]


def _is_on_time(issue: IssueFacts) -> bool:
    """Closed, and rectified before its time ran out: acceptance may take a day longer."""
    done, due = issue.submitted_at, issue.due_at
    return bool(issue.closed_at and done and due and done <= due)


def _due_within(facts: SpanFacts, due_at: datetime | None) -> bool:
    """A due moment is the end of a day: midnight belongs to the day before."""
    return due_at is not None and facts.span.begins_at < due_at <= facts.span.ends_at


def _within(facts: SpanFacts, moment: datetime | None) -> bool:
    return moment is not None and facts.span.begins_at <= moment < facts.span.ends_at


def _issues(issues: Iterable[IssueFacts]) -> Number:
    records = [_of("issue", issue.id) for issue in issues]
    return Number(len(records), None, records)


def _of_record(record: RecordFacts) -> dict[str, str]:
    return _of(record.kind, record.id)


def _of(kind: str, id: UUID | None) -> dict[str, str]:
    return {"kind": kind, "id": str(id)}
