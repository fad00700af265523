"""Searching the trail, with the names behind its ids."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, select

from gridsvc.accountability.models import Duty, Handover, Leave
from gridsvc.audit.models import AuditEntry
from gridsvc.disclosures.rules import shown
from gridsvc.dispatches.models import DispatchOrder, MonthlyDispatch
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import BoundarySet, Grid
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.people.models import Account, Device, Person, Unit
from gridsvc.session import Session
from gridsvc.summaries.models import WeeklySummary

Names = Mapping[UUID, str]

NAMED: dict[str, Any] = {
    "person": Person.name,
    "account": Account.login,
    "device": Device.name,
    "grid": Grid.name,
    "boundary_set": BoundarySet.name,
    "enterprise": Enterprise.name,
    "unit": Unit.name,
    "issue": Issue.number,
    "weekly_summary": WeeklySummary.week,
    "monthly_dispatch": MonthlyDispatch.month,
    "dispatch_order": DispatchOrder.number,
}

# What has no name of its own is called after whom or what it belongs to.
BELONGING: dict[str, tuple[Any, Any, str]] = {
    "duty": (Duty.id, Duty.person_id, "person"),
    "leave": (Leave.id, Leave.person_id, "person"),
    "issue_action": (IssueAction.id, IssueAction.issue_id, "issue"),
}


def search(
    session: Session,
    *,
    subject: UUID | None = None,
    person: UUID | None = None,
    deed: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return a page of the trail, the latest line first, and where the next begins."""
    entry = AuditEntry
    asked: list[ColumnElement[bool] | None] = [
        entry.subject_id == subject if subject else None,
        entry.person_id == person if person else None,
        entry.deed == deed if deed else None,
        entry.at >= since if since else None,
        entry.at < until if until else None,
        entry.seq < after if after else None,
    ]
    found = select(entry).where(*(condition for condition in asked if condition is not None))
    rows = session.scalars(found.order_by(entry.seq.desc()).limit(limit + 1)).all()
    more = rows[limit - 1].seq if len(rows) > limit else None
    return {"items": lines(session, rows[:limit]), "next": more}


def lines(session: Session, entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Return lines of the trail as people read them: a fixed number of queries."""
    people = _names(session, "person", [entry.person_id for entry in entries])
    subjects = _subjects(session, entries)
    return [_line(entry, people, subjects) for entry in entries]


def _line(entry: AuditEntry, people: Names, subjects: Names) -> dict[str, Any]:
    told = orjson.loads(entry.text)
    kind, _, name = entry.actor.partition(":")
    return {
        "seq": entry.seq,
        "at": entry.at,
        "device_at": told.get("device_at"),
        "actor": {
            "kind": kind,
            "id": entry.person_id,
            "name": people.get(entry.person_id) if entry.person_id else name,
        },
        "deed": entry.deed,
        "subject": {
            "kind": entry.subject_kind,
            "id": entry.subject_id,
            "name": subjects.get(entry.subject_id),
        },
        "changes": shown(told.get("changes")),
        "digest": told.get("digest"),
        "media": told.get("media", []),
        "device_id": told.get("device_id"),
        "request_id": told.get("request_id"),
        "hash": entry.hash,
    }


def _subjects(session: Session, entries: Iterable[AuditEntry]) -> dict[UUID, str]:
    """Return the names of what lines are about, as far as it has any."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for entry in entries:
        wanted[entry.subject_kind].add(entry.subject_id)
    found: dict[UUID, str] = {}
    for kind, ids in wanted.items():
        if kind == "handover":
            found |= _handovers(session, ids)
        elif kind in BELONGING:
            own, other, to = BELONGING[kind]
            found |= _by_way(session, ids, own, other, to)
        else:
            found |= _names(session, kind, ids)
    return found


def _names(session: Session, kind: str, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    wanted = {id for id in ids if id}
    if kind not in NAMED or not wanted:
        return {}
    name = NAMED[kind]
    rows = session.execute(select(name.class_.id, name).where(name.class_.id.in_(wanted)))
    return {id: str(called) for id, called in rows}


def _by_way(
    session: Session, ids: Collection[UUID], own: Any, other: Any, kind: str
) -> dict[UUID, str]:
    ways = {id: to for id, to in session.execute(select(own, other).where(own.in_(ids)))}
    names = _names(session, kind, ways.values())
    return {id: names[to] for id, to in ways.items() if to in names}


def _handovers(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """A handover is called after who gave and who took."""
    rows = session.execute(
        select(Handover.id, Handover.ended_id, Handover.begun_id).where(Handover.id.in_(ids))
    ).all()
    duties = {id for row in rows for id in (row.ended_id, row.begun_id)}
    people = _by_way(session, duties, Duty.id, Duty.person_id, "person")
    return {row.id: f"{people[row.ended_id]} → {people[row.begun_id]}" for row in rows}
