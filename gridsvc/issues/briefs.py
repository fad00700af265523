"""Issues as people read them: with the names behind the ids, and one of them whole."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from gridsvc.accountability.queries import holders
from gridsvc.accountability.rules import Role
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import chain
from gridsvc.issues.effects import is_overdue
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.queries import actions_of, with_after_photo
from gridsvc.issues.rules import closing_gates
from gridsvc.issues.workflow import Standing, allowed
from gridsvc.media.queries import missing, photos_of
from gridsvc.people.models import Person, Unit
from gridsvc.scoped import Scoped
from gridsvc.session import Session

T = TypeVar("T", bound=Scoped)


@dataclass(frozen=True)
class _Names:
    """What the ids in some issues mean."""

    grids: Mapping[UUID, Grid]  # with the parent of each
    enterprises: Mapping[UUID, Enterprise]
    units: Mapping[UUID, Unit]
    people: Mapping[UUID, Person]

    def town(self, grid_id: UUID) -> Grid | None:
        """The level-2 grid that a grid belongs to, or is."""
        grid = self.grids[grid_id]
        if grid.level == 3 and grid.parent_id:
            return self.grids[grid.parent_id]
        return grid if grid.level == 2 else None


def briefs(session: Session, issues: Sequence[Issue], now: datetime) -> list[dict[str, Any]]:
    """Return issues with the names of what they refer to: a fixed number of queries."""
    names = _names(session, issues)
    return [_brief(issue, names, now) for issue in issues]


def whole(session: Session, issue: Issue, who: Standing) -> dict[str, Any]:
    """Return one issue with all that happened to it, and what `who` can do about it now."""
    taken = actions_of(session, issue.id)
    photos = _photos(session, [issue.id, *(action.id for action in taken)])
    people = _by_id(session, Person, {action.sender_id for action in taken})
    shown = with_after_photo(session, [issue.id])
    return {
        "issue": briefs(session, [issue], who.at)[0],
        "actions": [
            _action(action) | {"person": people[action.sender_id], "photos": photos[action.id]}
            for action in taken
        ],
        "photos": photos[issue.id],
        "allowed": allowed(issue, who),
        "gates": [
            {"key": key, "met": met, "text_key": f"issue.gate.{key}"}
            for key, met in closing_gates(issue, has_after_photo=issue.id in shown).items()
        ],
        "responsible_then": _responsible(session, issue),
    }


def step(session: Session, action: IssueAction) -> dict[str, Any]:
    """Return one action with its person and its photos."""
    return _action(action) | {
        "person": session.get(Person, action.sender_id),
        "photos": _photos(session, [action.id])[action.id],
    }


def _brief(issue: Issue, names: _Names, now: datetime) -> dict[str, Any]:
    columns = {name: getattr(issue, name) for name in _COLUMNS}
    return columns | {
        "grid": names.grids[issue.grid_id],
        "town": names.town(issue.grid_id),
        "enterprise": names.enterprises.get(issue.enterprise_id) if issue.enterprise_id else None,
        "lead_unit": names.units.get(issue.lead_unit_id) if issue.lead_unit_id else None,
        "owner": names.people.get(issue.owner_id) if issue.owner_id else None,
        "found_by": names.people[issue.sender_id],
        "seen": [
            {
                "person": names.people[UUID(one["person_id"])],
                "at": datetime.fromisoformat(one["at"]),
            }
            for one in issue.seen
        ],
        "overdue": is_overdue(issue, now),
    }


_COLUMNS = (
    "id", "number", "source", "category", "severity", "description", "place", "location", "state",
    "version", "occurred_at", "due_at", "due_kinds", "relapses", "look_back_on", "requirement",
    "urgent", "inspection_id", "assigned_at", "submitted_at", "accepted_at", "closed_at",
    "looked_back_at",
)  # fmt: skip


def _names(session: Session, issues: Sequence[Issue]) -> _Names:
    people = {id for i in issues for id in (i.sender_id, i.owner_id) if id}
    people |= {UUID(one["person_id"]) for issue in issues for one in issue.seen}
    enterprises = {i.enterprise_id for i in issues if i.enterprise_id}
    units = {i.lead_unit_id for i in issues if i.lead_unit_id}
    return _Names(
        grids=_grids(session, {i.grid_id for i in issues}),
        enterprises=_by_id(session, Enterprise, enterprises),
        units=_by_id(session, Unit, units),
        people=_by_id(session, Person, people),
    )


def _by_id(session: Session, model: type[T], ids: set[UUID]) -> dict[UUID, T]:
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(ids)))}


def _grids(session: Session, ids: set[UUID]) -> dict[UUID, Grid]:
    child = aliased(Grid)
    parents = select(child.parent_id).where(child.id.in_(ids))
    found = select(Grid).where(or_(Grid.id.in_(ids), Grid.id.in_(parents)))
    return {grid.id: grid for grid in session.scalars(found)}


def _action(action: IssueAction) -> dict[str, Any]:
    names = ("id", "action", "from_state", "to_state", "note", "facts", "occurred_at")
    return {name: getattr(action, name) for name in names}


def _photos(session: Session, record_ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the photos that records declare, and of each whether its bytes are here."""
    names = ("sha256", "purpose", "source", "taken_at", "position", "accuracy_m", "original_sha256")
    absent = missing(session, record_ids)
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for photo in photos_of(session, record_ids):
        told = {name: getattr(photo, name) for name in names}
        arrived = photo.sha256 not in absent.get(photo.record_id, [])
        found[photo.record_id].append(told | {"arrived": arrived})
    return found


def _responsible(session: Session, issue: Issue) -> list[dict[str, Any]]:
    """Return who answered for the place when the issue was found, the county first.

    A grid without a head then is shown with nobody in that seat.
    """
    grids = chain(session, issue.grid_id)
    duties = holders(session, [grid.id for grid in grids], issue.occurred_at)
    return [held for grid in grids for held in _held(grid, duties)]


def _held(grid: Grid, duties: Sequence[Any]) -> list[dict[str, Any]]:
    held = [
        {
            "grid": grid,
            "role": duty.role,
            "seat": duty.seat,
            "person": duty.person,
            "from": duty.period.lower,
        }
        for duty in duties
        if duty.subject_id == grid.id
    ]
    if any(duty["role"] == Role.GRID_HEAD for duty in held):
        return held
    vacant = {"grid": grid, "role": Role.GRID_HEAD, "seat": 1, "person": None, "from": None}
    return [vacant, *held]
