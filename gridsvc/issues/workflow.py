"""The states of an issue, and what leads from one to the next. No session, no clock.

TRANSITIONS is the whole of it. `deed` is the permission of accountability.rules that a step
asks for, and `needs` what its report must tell. The steps without a deed are nobody's to
ask for: they follow from how an issue was found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gridsvc.accountability.rules import Held, may
from gridsvc.errors import Conflict, Forbidden
from gridsvc.issues.models import Issue

OPEN = ("found", "assigned", "rectifying", "submitted", "accepted")
CLOSED = ("closed", "looked_back")
STATES = (*OPEN, *CLOSED, "void")

RETURN_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Transition:
    """One step that an issue can take; without a `to_state` it stays where it is."""

    action: str
    from_states: tuple[str, ...]
    to_state: str | None
    deed: str | None
    needs: tuple[str, ...] = ()


TRANSITIONS = (
    Transition("recur", ("found",), "found", None),
    Transition("fix_on_spot", ("found",), "submitted", None, ("before_photo", "after_photo")),
    Transition("assign", ("found",), "assigned", "issue.assign", ("addressee",)),
    Transition("take_on", ("assigned",), "rectifying", "issue.rectify"),
    Transition("return", ("assigned",), "found", "issue.rectify", ("note",)),
    Transition(
        "submit", ("assigned", "rectifying"), "submitted", "issue.rectify", ("after_photo",)
    ),
    Transition("accept", ("submitted",), "accepted", "issue.accept"),
    Transition("reject", ("submitted",), "rectifying", "issue.accept", ("note",)),
    Transition("close", ("accepted",), "closed", "issue.close"),
    Transition("look_back", ("closed",), "looked_back", "issue.look_back", ("result",)),
    Transition("relapse", CLOSED, "rectifying", "issue.look_back", ("note",)),
    Transition("acknowledge", OPEN, None, "issue.acknowledge"),
    Transition("merge", OPEN, "void", "issue.void", ("into_id", "note")),
    Transition("void", OPEN, "void", "issue.void", ("note",)),
)

STEPS = {transition.action: transition for transition in TRANSITIONS}
ACTIONS = tuple(step.action for step in TRANSITIONS if step.deed)


class TransitionNotAllowed(Conflict):
    """The issue is in a state that does not allow this action."""


class SamePerson(TransitionNotAllowed):
    """Who submitted the rectification does not accept it."""


class ReturnTooLate(TransitionNotAllowed):
    """An assignment is returned within 24 hours, or stands."""


class NothingToAcknowledge(TransitionNotAllowed):
    """Only an urgent report is acknowledged, once by each who gets it."""


class ActionNotYours(Forbidden):
    """None of your duties, nor your part in the issue, allows this action."""


NOT_ALLOWED = (TransitionNotAllowed, ActionNotYours)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Somebody who wants to act, all that they ever held, and when they act."""

    person_id: UUID
    held: Iterable[Held]
    at: datetime


def sees(issue: Issue, who: Standing) -> bool:
    """Say whether an issue exists for somebody: by a duty, or because it is theirs to rectify."""
    return issue.owner_id == who.person_id or _may(issue, who, "issue.read")


def allowed(issue: Issue, who: Standing) -> list[str]:
    """Return the actions that `require_allowed` would let somebody take now."""
    return [action for action in ACTIONS if _refusal(issue, who, action) is None]


def require_allowed(issue: Issue, who: Standing, action: str) -> Transition:
    """Return the transition of an action that somebody may take.

    Raises TransitionNotAllowed, with the state and what that person could do instead, or
    ActionNotYours.
    """
    refusal = _refusal(issue, who, action)
    if refusal is None:
        return STEPS[action]
    if issubclass(refusal, ActionNotYours):
        raise refusal("Nothing that you hold allows this here.", deed=STEPS[action].deed)
    raise refusal(
        f"{action} is not possible while the issue is {issue.state}.",
        state=issue.state,
        version=issue.version,
        allowed=allowed(issue, who),
    )


def _refusal(
    issue: Issue, who: Standing, action: str
) -> type[TransitionNotAllowed | ActionNotYours] | None:
    step = STEPS[action]
    if issue.state not in step.from_states:
        return TransitionNotAllowed
    if not _may_take(issue, who, step.deed):
        return ActionNotYours
    if action == "accept" and issue.submitted_by_id == who.person_id:
        return SamePerson
    if action == "return" and _is_late(issue, who.at):
        return ReturnTooLate
    if action == "acknowledge" and (not issue.urgent or has_seen(issue, who.person_id)):
        return NothingToAcknowledge
    return None


def has_seen(issue: Issue, person_id: UUID) -> bool:
    """Say whether somebody has acknowledged an urgent report."""
    return any(seen["person_id"] == str(person_id) for seen in issue.seen)


def _is_late(issue: Issue, at: datetime) -> bool:
    return issue.assigned_at is not None and at - issue.assigned_at > RETURN_WITHIN


def _may_take(issue: Issue, who: Standing, deed: str | None) -> bool:
    if deed is None:
        return False
    is_owner = deed == "issue.rectify" and issue.owner_id == who.person_id
    return is_owner or _may(issue, who, deed)


def _may(issue: Issue, who: Standing, deed: str) -> bool:
    """By a duty for the grid, for the enterprise, or for the lead unit."""
    subjects = (issue.grid_id, issue.enterprise_id, issue.lead_unit_id)
    return any(may(who.held, deed, subject, who.at) for subject in subjects if subject)
