"""What each action changes of an issue, and by when it wants it done. No session, no clock."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from gridsvc.errors import Refused
from gridsvc.issues.models import Issue
from gridsvc.issues.workflow import OPEN
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.records import Envelope, Row
from gridsvc.rules.rules import LOCAL, Numbers, local_day

DUE_KINDS = ("immediate", "fixed_term", "long_term")  # 立行立改, 限期整改, 长期坚持


class DueInThePast(Refused):
    """The last day of a deadline cannot be over already."""


@dataclass(frozen=True, kw_only=True)
class ActionReport:
    """What somebody says they did to an issue. `version` is the one they had read, if any."""

    envelope: Envelope
    issue_id: UUID
    action: str
    version: int | None = None
    note: str = ""
    unit_id: UUID | None = None
    owner_id: UUID | None = None
    due_on: date | None = None  # the last day, included
    due_kinds: tuple[str, ...] = ("fixed_term",)
    requirement: str | None = None
    look_back_on: date | None = None
    result: str | None = None
    into_id: UUID | None = None
    photos: tuple[DeclaredPhoto, ...] = ()


Effect = Callable[[Issue, ActionReport, datetime, Numbers], Row]


def _assign(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    return {
        "lead_unit_id": report.unit_id,
        "owner_id": report.owner_id,
        "requirement": report.requirement,
        "due_kinds": [kind for kind in DUE_KINDS if kind in report.due_kinds],
        "due_at": due_at(report.due_on, report.due_kinds, issue.severity, at, numbers),
        "assigned_at": at,
    }


def _take_on(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    """Where a unit alone was named, whoever takes it on becomes its owner."""
    return {} if issue.owner_id else {"owner_id": report.envelope.sender_id}


def _give_back(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    given = ("lead_unit_id", "owner_id", "requirement", "due_at", "assigned_at")
    return dict.fromkeys(given) | {"due_kinds": []}


def _submit(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    return {"submitted_at": at, "submitted_by_id": report.envelope.sender_id}


def _accept(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    return {"accepted_at": at}


def _reject(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    return {"submitted_at": None, "submitted_by_id": None}


def _close(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    today = local_day(at)
    if report.look_back_on and report.look_back_on < today:
        raise DueInThePast("The day to look back is over.", look_back_on=report.look_back_on)
    by_rule = today + timedelta(days=numbers.look_back_after_days)
    return {"closed_at": at, "look_back_on": report.look_back_on or by_rule}


def _look_back(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    return {"looked_back_at": at}


def _relapse(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    """Begin another round: what the last one achieved stays in its actions alone."""
    achieved = (
        "submitted_at", "submitted_by_id", "accepted_at", "closed_at", "look_back_on",
        "looked_back_at",
    )  # fmt: skip
    return dict.fromkeys(achieved) | {
        "relapses": issue.relapses + 1,
        "due_at": due_at(report.due_on, ("fixed_term",), issue.severity, at, numbers),
    }


def _acknowledge(issue: Issue, report: ActionReport, at: datetime, numbers: Numbers) -> Row:
    seen = {"person_id": str(report.envelope.sender_id), "at": at.isoformat()}
    return {"seen": [*issue.seen, seen]}


EFFECTS: dict[str, Effect] = {
    "assign": _assign,
    "take_on": _take_on,
    "return": _give_back,
    "submit": _submit,
    "accept": _accept,
    "reject": _reject,
    "close": _close,
    "look_back": _look_back,
    "relapse": _relapse,
    "acknowledge": _acknowledge,
}


def due_at(
    due_on: date | None, kinds: Collection[str], severity: str, at: datetime, numbers: Numbers
) -> datetime | None:
    """Return the end of the last day of a deadline, exclusive: as given, or by rule.

    What is to be kept up for good (long_term alone) has none. Raises DueInThePast.
    """
    today = local_day(at)
    if due_on and due_on < today:
        raise DueInThePast("The last day is over.", due_on=due_on)
    if due_on:
        return end_of(due_on)
    if "immediate" in kinds:
        return end_of(today)
    if "fixed_term" in kinds:
        return end_of(today + timedelta(days=numbers.rectify_within_days[severity]))
    return None


def end_of(day: date) -> datetime:
    """Return the end of a local day: the first moment of the next."""
    return datetime.combine(day + timedelta(days=1), time(), LOCAL).astimezone(UTC)


def is_overdue(issue: Issue, now: datetime) -> bool:
    """Say whether an issue that is still open has passed its deadline."""
    return issue.state in OPEN and issue.due_at is not None and issue.due_at <= now
