"""Entering problems in the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc import numbers
from gridsvc.accountability.queries import held_by_each
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_new
from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import Outcome
from gridsvc.grids.queries import grids_at
from gridsvc.ids import new_id
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.rules import Circumstances, IssueReport, admit, recurrence
from gridsvc.issues.workflow import CLOSED, STEPS
from gridsvc.media import service as media
from gridsvc.records import Row, acts, firsts, judged, outcomes
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import local_day
from gridsvc.session import Session
from gridsvc.synced import tick


def report(
    session: Session, reports: Sequence[IssueReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter problems in the ledger, each once however often its phone sends it.

    What was fixed on the spot is entered as submitted; what was closed not long ago, as a
    relapse. Either leaves an action that says so. Returns an outcome for each report, in
    order: see records.outcomes, and rules.admit for the refusals.
    """
    known = _circumstances(session, reports, now)
    rows, refusals = judged(firsts(reports), partial(admit, known=known))
    entered, steps = _enter(session, reports, rows, known, now)
    new = [report for report in firsts(reports) if report.envelope.id in entered]
    hashes = media.declare(session, "issue", new, now=now)
    lines = acts("issue", "issue.report", rows, entered, hashes)
    audit.record(session, lines + [_line(step) for step in steps], by=by, at=now)
    return outcomes(session, Issue, reports, entered, refusals)


def _enter(
    session: Session,
    reports: Sequence[IssueReport],
    rows: Sequence[Row],
    known: Circumstances,
    now: datetime,
) -> tuple[set[UUID], list[Row]]:
    """Return the ids that went in, and the actions that followed at once.

    The clocks come first: who waits for them sees what the other entered, and draws no
    number for it.
    """
    versions = tick(session, {row["grid_id"] for row in rows})
    new = [row | {"sync_version": versions[row["grid_id"]]} for row in _free(session, rows)]
    entered = insert_new(session, Issue, _numbered(session, new, now))
    told = {report.envelope.id: report for report in firsts(reports)}
    steps = [
        step
        for row in new
        if row["id"] in entered
        for step in _first_steps(row, told[row["id"]], known)
    ]
    insert_new(session, IssueAction, steps)
    return entered, steps


def _free(session: Session, rows: Sequence[Row]) -> list[Row]:
    taken = select(Issue.id).where(Issue.id.in_({row["id"] for row in rows}))
    used = set(session.scalars(taken)) if rows else set()
    return [row for row in rows if row["id"] not in used]


def _numbered(session: Session, rows: Sequence[Row], now: datetime) -> list[Row]:
    """Number rows in the order in which the problems were found, in the book of this year."""
    if not rows:
        return []
    in_order = sorted(rows, key=lambda row: (row["occurred_at"], row["id"]))
    year = local_day(now).year
    serials = numbers.draw(session, f"issue-{year}", len(in_order))
    return [
        row | {"number": f"{year}-{serial:04}"}
        for row, serial in zip(in_order, serials, strict=True)
    ]


def _first_steps(row: Row, report: IssueReport, known: Circumstances) -> list[Row]:
    steps = []
    if facts := recurrence(report, row["occurred_at"], known):
        steps.append(("recur", facts))
    if report.fixed_on_spot:
        steps.append(("fix_on_spot", {}))
    ids = sorted(new_id() for _ in steps)  # in this order they are replayed
    return [_step(id, row, action, facts) for id, (action, facts) in zip(ids, steps, strict=True)]


def _step(id: UUID, row: Row, action: str, facts: dict[str, Any]) -> Row:
    shared = {name: row[name] for name in _SHARED}
    return shared | {
        "id": id,
        "issue_id": row["id"],
        "action": action,
        "from_state": "found",
        "to_state": STEPS[action].to_state or "found",
        "note": "",
        "facts": facts,
    }


_SHARED = (
    "grid_id", "sync_version", "sender_id", "device_id", "made_at", "clock_offset_s",
    "occurred_at", "received_at", "digest", "body",
)  # fmt: skip


def _line(step: Row) -> Act:
    return Act(
        deed=f"issue.{step['action']}",
        subject_kind="issue_action",
        subject_id=step["id"],
        digest=step["digest"],
        changes={
            "issue_id": [None, step["issue_id"]],
            "state": [step["from_state"], step["to_state"]],
            **{name: [None, fact] for name, fact in step["facts"].items()},
        },
    )


def _circumstances(
    session: Session, reports: Sequence[IssueReport], now: datetime
) -> Circumstances:
    """Read what the rules need: a fixed number of queries, however many reports there are."""
    named = {report.enterprise_id for report in reports if report.enterprise_id}
    found = session.scalars(select(Enterprise).where(Enterprise.id.in_(named)))
    enterprises = {enterprise.id: enterprise for enterprise in found}
    closed = select(Issue).where(Issue.enterprise_id.in_(named), Issue.state.in_(CLOSED))
    return Circumstances(
        grids=_grids(session, reports, enterprises, now),
        enterprises=enterprises,
        closed=session.scalars(closed).all(),
        held=held_by_each(session, {r.envelope.sender_id for r in reports}),
        rule_sets=session.scalars(select(RuleSet)).all(),
        received_at=now,
    )


def _grids(
    session: Session,
    reports: Iterable[IssueReport],
    enterprises: Mapping[UUID, Enterprise],
    now: datetime,
) -> dict[UUID, UUID]:
    """Where each problem was: at its enterprise if it names one, else where the phone was."""
    wanted = {}
    for report in reports:
        enterprise = enterprises.get(report.enterprise_id) if report.enterprise_id else None
        point = enterprise.location if enterprise else report.position
        if point is not None:
            wanted[report.envelope.id] = (point, report.envelope.occurred_at(now))
    return grids_at(session, wanted)
