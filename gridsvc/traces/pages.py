"""The accountability trace of an enterprise, an issue or a grid, on one time line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gridsvc.audit.anchors import witnessed
from gridsvc.dispatches.pages import order_items
from gridsvc.enterprises.models import Enterprise
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import UNCORRECTED, corrections
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.people.models import Person
from gridsvc.records import lateness
from gridsvc.roster.responsibility import responsibility as responsible_at
from gridsvc.session import Session
from gridsvc.signing import signer
from gridsvc.summaries.rules import LATE_AFTER
from gridsvc.traces import missing, queries
from gridsvc.traces.places import Traced
from gridsvc.traces.queries import Found, Photos, gather
from gridsvc.traces.rules import Window, by_issue, responsibility, span_of, state_at_end
from gridsvc.weeks import local_day

Lane = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asks of a trace; days are local, the last included."""

    since: date | None = None
    until: date | None = None
    at: datetime | None = None  # who was responsible then?
    verify: bool = False  # walk the whole trail


def trace(
    session: Session, subject: Traced, wish: Wish, *, readable_until: datetime
) -> dict[str, Any]:
    """Return the trace: who answered, what was done, what was not, and the trail of it all.

    Nothing that happened at `readable_until` or later shows. Raises TraceTooLong, SpanInverted.
    """
    span = span_of(subject, wish.since, wish.until, local_day(readable_until))
    window = Window(begins=span.begins_at, ends=min(span.ends_at, readable_until))
    found = gather(session, subject, window)
    shown = queries.photos(session, found.record_ids)
    owed = missing.lane(session, found, span)
    return {
        "subject": subject.ref,
        "since": span.first,
        "until": span.last,
        "lanes": {
            "responsibility": responsibility(found.subjects, found.duties, found.handovers, window),
            "visits": _visits(session, found, shown),
            "missing_visits": owed,
            "issues": _issues(found, shown),
            "orders": [_order(item, window) for item in order_items(session, found.orders)],
        },
        "responsible_at": _responsible_at(session, subject, wish.at, readable_until),
        "audit": _audit(session, found.trail_ids, readable_until, verify=wish.verify),
        "as_of": readable_until,
    }


def _visits(session: Session, found: Found, shown: Photos) -> Lane:
    chains = corrections(session, [visit.id for visit, _, _ in found.visits])
    return [_visit(*row, shown) | chains.get(row[0].id, UNCORRECTED) for row in found.visits]


def _visit(
    visit: Inspection, somebody: Person, place: Enterprise, photos: Photos
) -> dict[str, Any]:
    told = ("id", "kind", "result", "findings", "flags", "received_at", "corrects_id")
    return {
        **{name: getattr(visit, name) for name in told},
        "at": visit.occurred_at,
        "person": somebody,
        "enterprise": place,
        "photos": photos.get(visit.id, []),
        "late": lateness(visit.occurred_at, visit.received_at, visit.gps_at) > LATE_AFTER,
    }


def _issues(found: Found, photos: Photos) -> Lane:
    people = {action.id: somebody for action, somebody in found.actions}
    grouped = by_issue(action for action, _ in found.actions)
    return [
        _issue(issue, grouped.get(issue.id, []), people, photos, found.window)
        for issue in found.issues
    ]


def _issue(
    issue: Issue,
    taken: Sequence[IssueAction],
    people: Mapping[UUID, Person],
    photos: Photos,
    window: Window,
) -> dict[str, Any]:
    known = [action for action in taken if action.occurred_at < window.ends]
    told = ("id", "number", "category", "severity", "description", "inspection_id")
    closings = [action.occurred_at for action in known if action.to_state == "closed"]
    state = state_at_end(issue, taken, window)
    return {
        **{name: getattr(issue, name) for name in told},
        "state": state,
        "opened": issue.occurred_at,
        "closed": closings[-1] if closings and state in {"closed", "looked_back"} else None,
        "due_at": issue.due_at if window.knows(issue.assigned_at) else None,
        "relapses": sum(action.action == "relapse" for action in known),
        "photos": photos.get(issue.id, []),
        "actions": [
            {
                "id": action.id,
                "action": action.action,
                "to_state": action.to_state,
                "at": action.occurred_at,
                "person": people[action.id],
                "note": action.note,
                "photos": photos.get(action.id, []),
            }
            for action in known
        ],
    }


def _order(item: dict[str, Any], window: Window) -> dict[str, Any]:
    if window.knows(item["replied_at"]):
        return item
    return {**item, "reply": None, "replied_at": None, "replied_by": None, "replied_late": False}


def _responsible_at(
    session: Session, subject: Traced, at: datetime | None, readable_until: datetime
) -> Lane | None:
    if at is None:
        return None
    kind, id = subject.asked
    chain: Lane = responsible_at(session, kind, id, min(at, readable_until))["chain"]
    return chain


def _audit(
    session: Session, about: Sequence[UUID], until: datetime, *, verify: bool
) -> dict[str, Any]:
    """Return how many lines of the trail tell of the trace; the lines and a walk on request.

    To verify is to walk every line of the jurisdiction, which takes its time: it is done
    when asked for, and never remembered.
    """
    told = queries.lines(session, about, until)
    if not verify:
        return {"verified": None, "lines": len(told), "first_break": None, "entries": None}
    walked = witnessed(session, signer().public_hex).walk
    return {
        "verified": walked.holds,
        "lines": len(told),
        "first_break": walked.first_break,
        "entries": [line._mapping for line in told],
    }
