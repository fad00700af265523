"""Entering edits, each field merged with what stands; and settling what could not be merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from gridsvc.accountability.queries import held_by_each
from gridsvc.accountability.rules import Held, may, saw
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.edits.models import FieldEdit
from gridsvc.edits.rules import (
    EDITABLE,
    ConflictSettled,
    EditReport,
    NotYoursToEdit,
    UnknownConflict,
    check,
    chosen,
    merge,
)
from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import DomainError, Outcome
from gridsvc.inspections.rules import unknown_enterprise
from gridsvc.issues.models import Issue
from gridsvc.issues.rules import UnknownIssue
from gridsvc.issues.workflow import Standing, sees
from gridsvc.records import Row, firsts, outcomes
from gridsvc.session import Session
from gridsvc.synced import stamp, tick

Subject = Issue | Enterprise
MODELS: dict[str, type[Issue] | type[Enterprise]] = {"issue": Issue, "enterprise": Enterprise}


@dataclass(frozen=True, kw_only=True)
class _Open:
    """What is to be changed, locked, and what judging a change needs."""

    subjects: Mapping[tuple[str, UUID], Subject]
    versions: Mapping[UUID, int]
    held: Mapping[UUID, list[Held]]
    now: datetime


def edit(
    session: Session, reports: Sequence[EditReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter edits, each once however often it is sent, in the order in which they were made.

    Each field that nobody else changed takes its new value; the others wait for a person, see
    rules.merge. Returns an outcome for each report: see records.outcomes, and _judge for the
    refusals.
    """
    in_order = sorted(firsts(reports), key=lambda report: report.envelope.id)
    known = _open(session, in_order, now)
    used = _used(session, in_order)
    rows: list[Row] = []
    lines: dict[UUID, Act] = {}
    refusals: dict[UUID, DomainError] = {}
    with session.no_autoflush:  # a subject is written, stamped, when all is done to it
        for report in in_order:
            id = report.envelope.id
            try:
                subject = _judge(report, known)
            except DomainError as refusal:
                refusals[id] = refusal
                continue
            if id not in used:
                row, lines[id] = _take(session, report, subject, known)
                rows.append(row)
    insert_all(session, FieldEdit, rows)
    audit.record(session, list(lines.values()), by=by, at=now)
    return outcomes(session, FieldEdit, reports, set(lines), refusals)


def settle(
    session: Session, edit_id: UUID, choices: Mapping[str, str], *, by: Actor, now: datetime
) -> FieldEdit:
    """Settle a conflict: {field: "theirs", which stands, or "to", which was sent}, for each.

    Raises UnknownConflict, ConflictSettled or ChoicesMissing.
    """
    found = session.get(FieldEdit, edit_id)
    if found is None or not found.overlaps:
        raise UnknownConflict(f"There is no conflict {edit_id}.")
    model = MODELS[found.subject_kind]
    lies_in = select(model.grid_id).where(model.id == found.subject_id)
    versions = tick(session, {session.scalars(lies_in).one(), found.grid_id})
    subject: Subject = session.scalars(_locked(model).where(model.id == found.subject_id)).one()
    session.refresh(found, with_for_update=True)
    if found.state != "hard":
        raise ConflictSettled("It is settled.", choices=found.choices)
    values = chosen(found.overlaps, choices)
    line = _line("edit.settle", found.id, None, subject, values)
    _apply(session, subject, values, versions)
    stamp(session, found, versions)
    found.state, found.choices = "settled", dict(choices)
    found.settled_at, found.settled_by_id = now, by.person_id
    audit.record(session, [line], by=by, at=now)
    return found


def _open(session: Session, reports: Sequence[EditReport], now: datetime) -> _Open:
    """Advance the clocks, then lock the things to change, in order of id."""
    named = {
        kind: {report.subject_id for report in reports if report.subject_kind == kind}
        for kind in MODELS
    }
    grids: set[UUID] = set()
    for kind, ids in named.items():
        if ids:
            grids |= set(session.scalars(select(MODELS[kind].grid_id).where(_is(kind, ids))))
    versions = tick(session, grids)
    subjects: dict[tuple[str, UUID], Subject] = {}
    for kind, ids in sorted(named.items()):
        if ids:
            locked = session.scalars(_locked(MODELS[kind]).where(_is(kind, ids)))
            subjects |= {(kind, subject.id): subject for subject in locked}
    held = held_by_each(session, {report.envelope.sender_id for report in reports})
    return _Open(subjects=subjects, versions=versions, held=held, now=now)


def _is(kind: str, ids: set[UUID]) -> Any:
    return MODELS[kind].id.in_(ids)


def _locked(model: type[Any]) -> Select[Any]:
    rows = select(model).order_by(model.id).with_for_update()
    return rows.execution_options(populate_existing=True)


def _used(session: Session, reports: Sequence[EditReport]) -> set[UUID]:
    ids = {report.envelope.id for report in reports}
    return set(session.scalars(select(FieldEdit.id).where(FieldEdit.id.in_(ids))))


def _judge(report: EditReport, known: _Open) -> Subject:
    """Return what a report may change.

    Raises UnknownIssue or UnknownEnterprise for what is foreign, NotYoursToEdit or NotEditable.
    """
    subject = known.subjects.get((report.subject_kind, report.subject_id))
    sender_id, at = report.envelope.sender_id, report.envelope.occurred_at(known.now)
    held = known.held[sender_id]
    if subject is None or subject.grid_id not in known.versions:  # moved a moment ago
        raise _unseen(report)
    if not may(held, "fact.edit", subject.grid_id, at):
        who = Standing(person_id=sender_id, held=held, at=at)
        is_seen = (
            sees(subject, who)
            if isinstance(subject, Issue)
            else saw(held, "enterprise.read", subject.grid_id, subject.id)
        )
        if not is_seen:
            raise _unseen(report)
        raise NotYoursToEdit("You held no duty there at that time.")
    check(report)
    return subject


def _unseen(report: EditReport) -> DomainError:
    if report.subject_kind == "issue":
        return UnknownIssue(f"There is no issue {report.subject_id}.")
    return unknown_enterprise(report.subject_id)


def _take(session: Session, report: EditReport, subject: Subject, known: _Open) -> tuple[Row, Act]:
    """Merge one edit into its subject; return the row to keep of it, and its line."""
    current = {name: getattr(subject, name) for name in EDITABLE[report.subject_kind]}
    merged = merge(report, current, subject.version)
    envelope = report.envelope
    line = _line("edit.enter", envelope.id, envelope.digest, subject, merged.applied)
    _apply(session, subject, merged.applied, known.versions)
    row = envelope.row(known.now) | {
        "grid_id": subject.grid_id,
        "sync_version": known.versions[subject.grid_id],
        "subject_kind": report.subject_kind,
        "subject_id": subject.id,
        "base_version": report.base_version,
        "changes": {name: dict(change) for name, change in report.changes.items()},
        "applied": sorted(merged.applied),
        "overlaps": merged.overlaps,
        "state": merged.state,
        "choices": {},
    }
    return row, line


def _apply(
    session: Session, subject: Subject, values: Mapping[str, Any], versions: Mapping[UUID, int]
) -> None:
    if values:
        stamp(session, subject, versions)
        for name, value in values.items():
            setattr(subject, name, value)
        subject.version += 1


def _line(
    deed: str, id: UUID, digest: str | None, subject: Subject, values: Mapping[str, Any]
) -> Act:
    """Return the line of a change that is about to be made."""
    changes = {name: [getattr(subject, name), value] for name, value in values.items()}
    named = {f"{subject.__tablename__}_id": [None, subject.id]}
    return Act(
        deed=deed, subject_kind="edit", subject_id=id, digest=digest, changes=named | changes
    )
