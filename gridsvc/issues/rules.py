"""What a report and an action make of an issue. No session, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shapely import Point

from gridsvc.accountability.rules import Held, may
from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.inspections.rules import OutsideEveryGrid, no_duty_there, unknown_enterprise
from gridsvc.issues.effects import EFFECTS, ActionReport
from gridsvc.issues.models import Issue
from gridsvc.issues.workflow import CLOSED, STEPS, Standing, Transition, require_allowed, sees
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.records import Envelope, Row
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Numbers, in_force

CATEGORIES = (
    "air", "water", "noise", "solid_waste", "hazardous_waste", "dust", "fumes",
    "straw_burning", "livestock", "scattered", "procedure", "other",
)  # fmt: skip
SEVERITIES = ("minor", "ordinary", "serious")
SOURCES = ("patrol", "formal", "complaint", "superior", "remote_sensing", "look_back", "media")
RESULTS = ("ok", "problem")
GATES = ("submitted", "after_photo", "accepted_by_another")


class UnknownIssue(NotFound):
    """There is no such issue, or none that you may see."""


class UnknownAddressee(NotFound):
    """There is no such unit or person to assign the issue to."""


class MergeIntoClosed(Conflict):
    """An issue is merged into one that is still open."""


class StaleIssue(Conflict):
    """Somebody changed the issue since you read it."""


class MissingFacts(Refused):
    """The action does not tell all that it needs to."""


class GatesNotMet(Refused):
    """Something that closing needs is still missing."""


@dataclass(frozen=True, kw_only=True)
class IssueReport:
    """A problem, as a phone says it was found."""

    envelope: Envelope
    category: str
    severity: str
    description: str
    source: str = "patrol"
    enterprise_id: UUID | None = None
    inspection_id: UUID | None = None
    place: str | None = None
    position: Point | None = None  # EPSG:4326, longitude and latitude in degrees
    crs: str | None = None  # what the phone sent it in
    accuracy_m: float | None = None
    fixed_on_spot: bool = False
    urgent: bool = False
    photos: tuple[DeclaredPhoto, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """All that the rules need to know about the places, the people and what went before."""

    grids: Mapping[UUID, UUID]  # where each report was, by its id
    enterprises: Mapping[UUID, Enterprise]
    closed: Collection[Issue]  # the closed issues of these enterprises
    held: Mapping[UUID, Iterable[Held]]  # by each sender
    rule_sets: Iterable[RuleSet]
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """A transition that was judged: what it changes, and what of it the ledger keeps."""

    transition: Transition
    changes: Row
    facts: dict[str, Any]


def admit(report: IssueReport, known: Circumstances) -> Row:
    """Return the row of the ledger for a report, but for its number.

    Raises UnknownEnterprise, OutsideEveryGrid, NotYourGrid, NoRuleSet or MissingFacts.
    """
    envelope = report.envelope
    if report.enterprise_id and report.enterprise_id not in known.enterprises:
        raise unknown_enterprise(report.enterprise_id)
    grid_id = known.grids.get(envelope.id)
    if grid_id is None:
        raise OutsideEveryGrid("That place lay in no grid then.")
    row = envelope.row(known.received_at)
    at = row["occurred_at"]
    held = list(known.held[envelope.sender_id])
    if not may(held, "issue.report", grid_id, at):
        raise no_duty_there(held, grid_id, report.enterprise_id)
    recurs = recurrence(report, at, known)
    fixed = report.fixed_on_spot
    if fixed:
        _require_facts(STEPS["fix_on_spot"], report)
    return row | {
        **_found(report, known),
        "grid_id": grid_id,
        "state": STEPS["fix_on_spot"].to_state if fixed else "found",
        "submitted_at": at if fixed else None,
        "submitted_by_id": envelope.sender_id if fixed else None,
        "relapses": recurs["relapses"] if recurs else 0,
    }


def _found(report: IssueReport, known: Circumstances) -> Row:
    told = (
        "source", "category", "severity", "description", "enterprise_id", "inspection_id", "place",
        "urgent",
    )  # fmt: skip
    later = (
        "lead_unit_id", "owner_id", "requirement", "due_at", "assigned_at", "accepted_at",
        "closed_at", "look_back_on", "looked_back_at",
    )  # fmt: skip
    at_enterprise = known.enterprises[report.enterprise_id] if report.enterprise_id else None
    return {
        **{name: getattr(report, name) for name in told},
        **dict.fromkeys(later),
        "location": report.position or (at_enterprise and at_enterprise.location),
        "due_kinds": [],
        "seen": [],
        "version": 1,
    }


def recurrence(report: IssueReport, at: datetime, known: Circumstances) -> dict[str, Any] | None:
    """Return what makes a report a relapse (反弹), as facts, or None.

    It is one where the same category was closed at the same enterprise not long ago, or
    where the enterprise is a scattered polluter that was shut down.
    """
    numbers = Numbers.read(in_force(known.rule_sets, at).document)
    since = at - timedelta(days=numbers.relapse_within_days)
    earlier = [
        (issue.closed_at, issue)
        for issue in known.closed
        if (issue.enterprise_id, issue.category) == (report.enterprise_id, report.category)
        and issue.closed_at is not None
        and since <= issue.closed_at <= at
    ]
    if earlier:
        _, old = max(earlier, key=lambda closed: closed[0])
        return {"relapse_of": old.id, "number": old.number, "relapses": 1 + old.relapses}
    enterprise = known.enterprises.get(report.enterprise_id) if report.enterprise_id else None
    if enterprise and enterprise.is_scattered_polluter and enterprise.state == "closed":
        return {"relapse_of": None, "shut_down": enterprise.id, "relapses": 1}
    return None


def judge(
    issue: Issue,
    report: ActionReport,
    who: Standing,
    rule_sets: Iterable[RuleSet],
    gates: Mapping[str, bool],
) -> Step:
    """Return what an action does to an issue.

    Raises UnknownIssue for what is foreign, StaleIssue, TransitionNotAllowed,
    ActionNotYours, MissingFacts, DueInThePast, GatesNotMet or NoRuleSet.
    """
    if not sees(issue, who):
        raise UnknownIssue(f"There is no issue {report.issue_id}.")
    if report.version is not None and report.version != issue.version:
        raise StaleIssue("Read it again.", version=issue.version, state=issue.state)
    step = require_allowed(issue, who, report.action)
    _require_facts(step, report)
    unmet = [key for key in GATES if not gates[key]] if report.action == "close" else []
    if unmet:
        raise GatesNotMet("Closing needs more.", unmet=unmet)
    if (report.action, report.result) == ("look_back", "problem"):
        step = STEPS["relapse"]
    numbers = Numbers.read(in_force(rule_sets, who.at).document)
    effect = EFFECTS.get(step.action)
    changes = effect(issue, report, who.at, numbers) if effect else {}
    told = {name: getattr(report, name) for name in ("result", "into_id") if getattr(report, name)}
    kept = {name: changes[name] for name in KEPT if name in changes and changes[name] is not None}
    changes = {**changes, "state": step.to_state or issue.state}
    return Step(transition=step, changes=changes, facts=told | kept)


KEPT = ("lead_unit_id", "owner_id", "due_at", "due_kinds", "requirement", "look_back_on")


def _require_facts(step: Transition, report: IssueReport | ActionReport) -> None:
    missing = [need for need in step.needs if not _tells(report, need)]
    if missing:
        raise MissingFacts(f"{step.action} needs more.", missing=missing)


def _tells(report: Any, need: str) -> bool:
    if need.endswith("_photo"):
        return any(f"{photo.purpose}_photo" == need for photo in report.photos)
    if need == "addressee":
        return bool(report.unit_id or report.owner_id)
    told = getattr(report, need)
    return bool(told.strip() if isinstance(told, str) else told)


def closing_gates(issue: Issue, *, has_after_photo: bool) -> dict[str, bool]:
    """Return what closing (销号) needs, and whether it is there."""
    is_closed = issue.state in CLOSED
    return {
        "submitted": issue.submitted_at is not None,
        "after_photo": issue.submitted_at is not None and has_after_photo,
        "accepted_by_another": is_closed or issue.accepted_at is not None,
    }
