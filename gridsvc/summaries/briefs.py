"""The records behind a number, each in one line that a person understands."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select

from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import UNCORRECTED, corrections
from gridsvc.issues.models import Issue
from gridsvc.patrols.models import DayClose, Patrol
from gridsvc.people.models import Person
from gridsvc.session import Session

Ref = dict[str, str]  # {"kind", "id"}


def briefs(session: Session, refs: Sequence[Ref]) -> list[dict[str, Any]]:
    """Return a line for each of `refs`, in the same order."""
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for ref in refs:
        by_kind[ref["kind"]].append(UUID(ref["id"]))
    chains = corrections(session, by_kind.get("inspection", []))
    found = {
        (kind, row["id"]): {"kind": kind, **row, **chains.get(row["id"], UNCORRECTED)}
        for kind, ids in by_kind.items()
        for row in _rows(session, READ[kind](ids))
    }
    return [found[ref["kind"], UUID(ref["id"])] for ref in refs]


def _rows(session: Session, read: Select[Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "at": row.occurred_at,
            "received_at": row.received_at,
            "person": {"id": row.person_id, "name": row.person},
            "grid": {"id": row.grid_id, "name": row.grid},
            "title": row.title,
            "facts": {name: getattr(row, name) for name in FACTS if hasattr(row, name)},
        }
        for row in session.execute(read)
    ]


FACTS = ("result", "enterprise_id", "number", "state", "visits", "problems")


def _common(model: Any, *columns: Any) -> Select[Any]:
    """Select what every line has. Joins name the jurisdiction, as the keys do."""
    here = model.jurisdiction_id
    return (
        select(
            model.id, model.occurred_at, model.received_at,
            Person.id.label("person_id"), Person.name.label("person"),
            Grid.id.label("grid_id"), Grid.name.label("grid"), *columns,
        )
        .join(Person, and_(Person.jurisdiction_id == here, Person.id == model.sender_id))
        .join(Grid, and_(Grid.jurisdiction_id == here, Grid.id == model.grid_id))
    )  # fmt: skip


def _inspections(ids: Sequence[UUID]) -> Select[Any]:
    visited = and_(
        Enterprise.jurisdiction_id == Inspection.jurisdiction_id,
        Enterprise.id == Inspection.enterprise_id,
    )
    columns = (Enterprise.name.label("title"), Inspection.result, Inspection.enterprise_id)
    return _common(Inspection, *columns).join(Enterprise, visited).where(Inspection.id.in_(ids))


def _issues(ids: Sequence[UUID]) -> Select[Any]:
    columns = (Issue.description.label("title"), Issue.number, Issue.state)
    return _common(Issue, *columns).where(Issue.id.in_(ids))


def _patrols(ids: Sequence[UUID]) -> Select[Any]:
    return _common(Patrol, Grid.name.label("title")).where(Patrol.id.in_(ids))


def _day_closes(ids: Sequence[UUID]) -> Select[Any]:
    columns = (Grid.name.label("title"), DayClose.visits, DayClose.problems)
    return _common(DayClose, *columns).where(DayClose.id.in_(ids))


READ: dict[str, Callable[[Sequence[UUID]], Select[Any]]] = {
    "inspection": _inspections,
    "issue": _issues,
    "patrol": _patrols,
    "day_close": _day_closes,
}
