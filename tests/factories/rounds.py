"""Days of field work that are in the log: patrols, closes, visits, issues."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gridsvc.grids.models import Grid
from gridsvc.ids import new_id
from gridsvc.inspections.service import register
from gridsvc.issues.models import Issue
from gridsvc.patrols.models import DayClose, Patrol
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.synced import enter
from gridsvc.weeks import local_day
from tests.factories.inspections import an_envelope
from tests.factories.village import Village, actor


def add_patrol(session: Session, officer: Person, grid: Grid, at: datetime) -> UUID:
    row = an_envelope(officer, {}, made_at=at).row(at) | {"grid_id": grid.id}
    enter(session, Patrol, [row])
    return row["id"]


def add_day_close(
    session: Session, officer: Person, grid: Grid, at: datetime, **changes: Any
) -> UUID:
    row = day_close_row(officer, grid, at) | changes
    enter(session, DayClose, [row])
    return row["id"]


def day_close_row(officer: Person, grid: Grid, at: datetime) -> dict[str, Any]:
    return an_envelope(officer, {}, made_at=at).row(at) | {
        "grid_id": grid.id,
        "day": local_day(at),
        "visits": 0,
        "problems": 0,
        "remark": None,
        "unvisited": [],
    }


def add_visit(session: Session, village: Village, at: datetime, **changes: Any) -> UUID:
    """The officer looks at the yard at a moment, and the record arrives at once."""
    report = village.visit(made_at=at, **changes)
    register(session, [report], by=actor(village.officer), now=at)
    return report.envelope.id


def add_issue(session: Session, village: Village, at: datetime, **changes: Any) -> Issue:
    """Dust at the yard, found by the officer at a moment."""
    row = an_envelope(village.officer, {}, made_at=at).row(at) | {
        "grid_id": village.zhao.id,
        "number": str(new_id()),
        "source": "patrol",
        "category": "dust",
        "severity": "ordinary",
        "description": "料堆没盖",
        "enterprise_id": village.yard.id,
        "inspection_id": None,
        "place": None,
        "location": None,
        "state": "found",
        "version": 1,
        "lead_unit_id": None,
        "owner_id": None,
        "requirement": None,
        "due_kinds": [],
        "due_at": at + timedelta(days=7),
        "assigned_at": None,
        "submitted_at": None,
        "submitted_by_id": None,
        "accepted_at": None,
        "closed_at": None,
        "look_back_on": None,
        "looked_back_at": None,
        "relapses": 0,
    }
    enter(session, Issue, [row | changes])
    return session.get_one(Issue, (session.jurisdiction_id, row["id"]))
