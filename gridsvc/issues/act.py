"""Acting on problems: each step of an issue until it is closed and looked back at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.queries import held_by_each
from gridsvc.accountability.rules import Held
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_new
from gridsvc.errors import DomainError, Outcome
from gridsvc.issues.effects import ActionReport
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.queries import with_after_photo
from gridsvc.issues.rules import (
    MergeIntoClosed,
    Step,
    UnknownAddressee,
    UnknownIssue,
    closing_gates,
    judge,
)
from gridsvc.issues.workflow import OPEN, Standing, sees
from gridsvc.media import service as media
from gridsvc.people.models import Person, Unit
from gridsvc.records import firsts, outcomes
from gridsvc.rules.models import RuleSet
from gridsvc.session import Session
from gridsvc.synced import tick


@dataclass(frozen=True, kw_only=True)
class _Ledger:
    """The issues in question, locked, and what judging an action needs."""

    issues: Mapping[UUID, Issue]
    versions: Mapping[UUID, int]  # of the clocks, by grid
    held: Mapping[UUID, list[Held]]  # by each sender
    rule_sets: Sequence[RuleSet]
    now: datetime


def act(
    session: Session, reports: Sequence[ActionReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Take actions, each once however often it is sent, in the order in which they were made.

    Whoever comes second to the same issue is judged by what the first made of it. Returns
    an outcome for each report, in the order given: see records.outcomes, and rules.judge
    for the refusals.
    """
    in_order = sorted(firsts(reports), key=lambda report: report.envelope.id)
    ledger = _open(session, in_order, now)
    lines: dict[UUID, Act] = {}
    refusals: dict[UUID, DomainError] = {}
    with session.no_autoflush:  # an issue is written, stamped, when all is done to it
        for report in in_order:
            try:
                lines |= _take(session, ledger, report)
            except DomainError as refusal:
                refusals[report.envelope.id] = refusal
    audit.record(session, list(lines.values()), by=by, at=now)
    return outcomes(session, IssueAction, reports, set(lines), refusals)


def _open(session: Session, reports: Sequence[ActionReport], now: datetime) -> _Ledger:
    """Advance the clocks, then lock the issues in order of id."""
    named = {report.issue_id for report in reports}
    grids = session.scalars(select(Issue.grid_id).where(Issue.id.in_(named)))
    versions = tick(session, set(grids))
    wanted = named | {report.into_id for report in reports if report.into_id}
    locked = select(Issue).where(Issue.id.in_(wanted)).order_by(Issue.id).with_for_update()
    issues = session.scalars(locked.execution_options(populate_existing=True))
    return _Ledger(
        issues={issue.id: issue for issue in issues},
        versions=versions,
        held=held_by_each(session, {r.envelope.sender_id for r in reports}),
        rule_sets=session.scalars(select(RuleSet)).all(),
        now=now,
    )


def _take(session: Session, ledger: _Ledger, report: ActionReport) -> dict[UUID, Act]:
    """Take one action; return its line for the trail, or nothing if its id is used already."""
    envelope, issue = report.envelope, ledger.issues.get(report.issue_id)
    if issue is None or issue.grid_id not in ledger.versions:  # entered a moment ago
        raise UnknownIssue(f"There is no issue {report.issue_id}.")
    at = envelope.occurred_at(ledger.now)
    who = Standing(person_id=envelope.sender_id, held=ledger.held[envelope.sender_id], at=at)
    step = judge(issue, report, who, ledger.rule_sets, _gates(session, issue))
    _require_others(session, ledger, report, who)
    row = _row(issue, report, step, ledger)
    if not insert_new(session, IssueAction, [row]):
        return {}
    hashes = media.declare(session, "issue_action", [report], now=ledger.now)
    changes = _apply(issue, step, row["sync_version"])
    line = Act(
        deed=f"issue.{step.transition.action}",
        subject_kind="issue_action",
        subject_id=envelope.id,
        digest=envelope.digest,
        media=hashes.get(envelope.id, ()),
        changes={"issue_id": [None, issue.id], **changes},
    )
    return {envelope.id: line}


def _gates(session: Session, issue: Issue) -> dict[str, bool]:
    shown = with_after_photo(session, [issue.id])
    return closing_gates(issue, has_after_photo=issue.id in shown)


def _require_others(session: Session, ledger: _Ledger, report: ActionReport, who: Standing) -> None:
    """Raise unless the unit, the person or the other issue that an action names is there."""
    if report.action == "assign":
        if report.unit_id and session.get(Unit, report.unit_id) is None:
            raise UnknownAddressee("There is no such unit.", unit_id=report.unit_id)
        if report.owner_id and session.get(Person, report.owner_id) is None:
            raise UnknownAddressee("There is no such person.", owner_id=report.owner_id)
    if report.action == "merge" and report.into_id:
        into = ledger.issues.get(report.into_id)
        if into is None or into.id == report.issue_id or not sees(into, who):
            raise UnknownIssue(f"There is no other issue {report.into_id}.")
        if into.state not in OPEN:
            raise MergeIntoClosed(f"{into.number} is {into.state}.", state=into.state)


def _row(issue: Issue, report: ActionReport, step: Step, ledger: _Ledger) -> dict[str, Any]:
    return {
        **report.envelope.row(ledger.now),
        "grid_id": issue.grid_id,
        "sync_version": ledger.versions[issue.grid_id],
        "issue_id": issue.id,
        "action": step.transition.action,
        "from_state": issue.state,
        "to_state": step.changes["state"],
        "note": report.note,
        "facts": step.facts | ({"marks": list(marks)} if (marks := report.envelope.marks) else {}),
    }


def _apply(issue: Issue, step: Step, sync_version: int) -> dict[str, list[Any]]:
    """Change the issue; return what changed as {name: [before, after]}."""
    before = {name: getattr(issue, name) for name in step.changes}
    for name, value in step.changes.items():
        setattr(issue, name, value)
    if step.transition.to_state:  # to have seen it makes nobody's reading of it stale
        issue.version += 1
    issue.sync_version = sync_version
    return {
        name: [before[name], after] for name, after in step.changes.items() if before[name] != after
    }
