"""What waits for somebody, and what waits for others. No session, no clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from gridsvc.accountability.rules import PERMISSION, Held, scope
from gridsvc.issues.models import Issue
from gridsvc.issues.workflow import OPEN, has_seen
from gridsvc.rules.rules import Numbers
from gridsvc.weeks import midnight, week_span

DAY = timedelta(days=1)

# The step that takes an issue on, and the deed that it asks for.
NEXT = {
    "found": "issue.assign",
    "assigned": "issue.rectify",
    "rectifying": "issue.rectify",
    "submitted": "issue.accept",
    "accepted": "issue.close",
    "closed": "issue.look_back",
}


@dataclass(frozen=True)
class Reader:
    """Somebody, and where their duties allow which deed now."""

    person_id: UUID
    scopes: Mapping[str, Collection[UUID]]

    @classmethod
    def of(cls, person_id: UUID, held: Sequence[Held], at: datetime) -> "Reader":
        return cls(person_id, {deed: scope(held, deed, at) for deed in PERMISSION})

    def may(self, deed: str, *subjects: UUID | None) -> bool:
        return any(subject in self.scopes[deed] for subject in subjects if subject)


def waits_for(issue: Issue, reader: Reader) -> bool:
    """Say whether the next step of an issue is for somebody to take.

    Rectifying is for its owner, or for the unit where nobody took it on yet: whoever else
    may do it is not waited for. Who submitted does not accept.
    """
    deed = NEXT[issue.state]
    if deed == "issue.rectify":
        if issue.owner_id:
            return issue.owner_id == reader.person_id
        return reader.may(deed, issue.lead_unit_id)
    if deed == "issue.accept" and issue.submitted_by_id == reader.person_id:
        return False
    return reader.may(deed, issue.grid_id, issue.enterprise_id, issue.lead_unit_id)


def awaits_sight(issue: Issue, reader: Reader) -> bool:
    """Say whether an urgent report (紧急上报) still waits for somebody to say they saw it."""
    if not issue.urgent or issue.state not in OPEN or has_seen(issue, reader.person_id):
        return False
    return reader.may("issue.acknowledge", issue.grid_id)


def is_theirs(issue: Issue, reader: Reader) -> bool:
    """Say whether somebody wants to know how an issue goes on: they found it, own it or gave it."""
    part_in_it = reader.person_id in (issue.sender_id, issue.owner_id)
    return part_in_it or reader.may("issue.assign", issue.grid_id)


def summary_due_at(week: str, numbers: Numbers) -> datetime:
    """Return the end of the day by which a week is to be signed, exclusive."""
    monday_after = week_span(week).last + DAY
    return midnight(monday_after + timedelta(days=numbers.summary_due_weekday) + DAY)


def by_deadline(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what waits: urgent reports, then by deadline; what has none comes last."""
    return sorted(
        items,
        key=lambda item: (
            not item.get("urgent"),
            item["due_at"] is None,
            item["due_at"].timestamp() if item["due_at"] else 0.0,
            str(item["id"]),
        ),
    )


def week_so_far(
    towns: Mapping[Any, Sequence[UUID]],
    days: Sequence[date],
    patrol_days: Collection[date],
    on_leave: Collection[tuple[UUID, date]],
    patrolled: Collection[tuple[UUID, date]],
) -> list[dict[str, Any]]:
    """Return, for each town, how many of its grids were due and patrolled on each day."""
    return [
        {"grid": town, "days": [_day(day, grids, patrol_days, on_leave, patrolled) for day in days]}
        for town, grids in towns.items()
    ]


def _day(
    day: date,
    grid_ids: Sequence[UUID],
    patrol_days: Collection[date],
    on_leave: Collection[tuple[UUID, date]],
    patrolled: Collection[tuple[UUID, date]],
) -> dict[str, Any]:
    due = [id for id in grid_ids if day in patrol_days and (id, day) not in on_leave]
    return {
        "day": day,
        "due": len(due),
        "patrolled": sum((id, day) in patrolled for id in due),
    }
