"""Edits that met others."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from gridsvc.edits.models import FieldEdit
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.issues.models import Issue
from gridsvc.people.models import Person
from gridsvc.session import Session

Item = dict[str, Any]


def conflicts(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    state: str,
    limit: int,
    after: UUID | None = None,
) -> dict[str, Any]:
    """Return a page of the edits in `grid_ids` that met others, the latest first."""
    here = FieldEdit.jurisdiction_id
    found = (
        select(FieldEdit, Person, Grid)
        .join(Person, (Person.jurisdiction_id == here) & (Person.id == FieldEdit.sender_id))
        .join(Grid, (Grid.jurisdiction_id == here) & (Grid.id == FieldEdit.grid_id))
        .where(FieldEdit.grid_id.in_(grid_ids), FieldEdit.state == state)
    )
    if after:
        found = found.where(FieldEdit.id < after)
    rows = session.execute(found.order_by(FieldEdit.id.desc()).limit(limit + 1)).all()
    subjects = _subjects(session, [edit for edit, _, _ in rows])
    items = [
        conflict_item(edit, subjects[edit.subject_id], person, grid)
        for edit, person, grid in rows[:limit]
    ]
    return {"items": items, "next": str(rows[limit - 1][0].id) if len(rows) > limit else None}


def count_conflicts(session: Session, grid_ids: Collection[UUID]) -> int:
    """Return how many edits in `grid_ids` wait for a choice."""
    counted = select(func.count()).select_from(FieldEdit)
    return (
        session.scalar(counted.where(FieldEdit.grid_id.in_(grid_ids), FieldEdit.state == "hard"))
        or 0
    )


def conflict_item(edit: FieldEdit, subject: Issue | Enterprise, sender: Person, grid: Grid) -> Item:
    """Return an edit for whoever chooses: each field as read, as it stands now, and as sent."""
    name = subject.number if isinstance(subject, Issue) else subject.name
    return {
        "id": edit.id,
        "state": edit.state,
        "subject": {"id": subject.id, "kind": edit.subject_kind, "name": name},
        "grid": grid,
        "sender": sender,
        "made_at": edit.occurred_at,
        "received_at": edit.received_at,
        "applied": edit.applied,
        "overlaps": [
            {
                "field": field,
                "read": told["from"],
                "stands": getattr(subject, field),
                "sent": told["to"],
            }
            for field, told in sorted(edit.overlaps.items())
        ],
        "settled_at": edit.settled_at,
    }


def edits_by(session: Session, person_id: UUID, *, limit: int) -> list[Item]:
    """Return somebody's latest edits, the latest first, and what came of each."""
    theirs = select(FieldEdit).where(FieldEdit.sender_id == person_id)
    found = session.scalars(theirs.order_by(FieldEdit.id.desc()).limit(limit))
    return [own_item(edit) for edit in found]


def own_item(edit: FieldEdit) -> Item:
    """Return an edit for whoever made it: each field in conflict as it stood when they met."""
    return {
        "id": edit.id,
        "subject_id": edit.subject_id,
        "state": edit.state,
        "applied": edit.applied,
        "overlaps": [
            {
                "field": field,
                "read": told["from"],
                "stands": told["theirs"],
                "sent": told["to"],
                "choice": edit.choices.get(field),
            }
            for field, told in sorted(edit.overlaps.items())
        ],
        "settled_at": edit.settled_at,
    }


def conflict(session: Session, edit: FieldEdit) -> Item:
    """Return one conflict."""
    subject = _subjects(session, [edit])[edit.subject_id]
    sender = session.get_one(Person, (session.jurisdiction_id, edit.sender_id))
    grid = session.get_one(Grid, (session.jurisdiction_id, edit.grid_id))
    return conflict_item(edit, subject, sender, grid)


def _subjects(session: Session, edits: Iterable[FieldEdit]) -> dict[UUID, Issue | Enterprise]:
    ids = {edit.subject_id for edit in edits}
    issues = session.scalars(select(Issue).where(Issue.id.in_(ids)))
    enterprises = session.scalars(select(Enterprise).where(Enterprise.id.in_(ids)))
    return {subject.id: subject for subject in (*issues, *enterprises)}
