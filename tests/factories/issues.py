"""Problems, and what people do about them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from gridsvc.actor import person
from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import Outcome
from gridsvc.ids import new_id
from gridsvc.issues.act import act
from gridsvc.issues.effects import ActionReport
from gridsvc.issues.models import Issue
from gridsvc.issues.report import report
from gridsvc.issues.rules import IssueReport
from gridsvc.media.models import Upload
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.people.models import Person
from gridsvc.session import Session
from tests.factories.inspections import NOON, an_envelope
from tests.factories.village import Village

_photos = count(1)


def a_photo(purpose: str = "scene", taken_at: datetime = NOON) -> DeclaredPhoto:
    """A photo that nobody has declared yet."""
    bytes_ = f"photo {next(_photos)}".encode()
    return DeclaredPhoto(sha256=sha256(bytes_).hexdigest(), purpose=purpose, taken_at=taken_at)


BEFORE_AND_AFTER = (a_photo("before"), a_photo("after"))


def an_issue_report(
    enterprise: Enterprise | None,
    sender: Person,
    *,
    id: UUID | None = None,
    made_at: datetime = NOON,
    **changes: Any,
) -> IssueReport:
    """Sand lies uncovered: an ordinary problem, seen at `made_at`."""
    facts: dict[str, Any] = {
        "category": "dust",
        "severity": "ordinary",
        "description": "砂石堆场未覆盖",
        "enterprise_id": enterprise.id if enterprise else None,
    } | changes
    told = {**facts, "made_at": made_at, "photos": [p.sha256 for p in facts.get("photos", ())]}
    sealed = an_envelope(sender, told, id=id or new_id(), made_at=made_at)
    return IssueReport(envelope=sealed, **facts)


def an_action(
    issue_id: UUID,
    sender: Person,
    action: str,
    *,
    id: UUID | None = None,
    made_at: datetime = NOON,
    **facts: Any,
) -> ActionReport:
    """Somebody does something about a problem at `made_at`."""
    told = {"issue_id": issue_id, "action": action, "made_at": made_at, **facts}
    told["photos"] = [photo.sha256 for photo in facts.get("photos", ())]
    sealed = an_envelope(sender, told, id=id or new_id(), made_at=made_at)
    return ActionReport(envelope=sealed, issue_id=issue_id, action=action, **facts)


def add_issue(
    session: Session, enterprise: Enterprise, sender: Person, at: datetime = NOON, **changes: Any
) -> Issue:
    """Somebody reports a problem at `at`, and it reaches the server at once."""
    found = an_issue_report(enterprise, sender, made_at=at, **changes)
    [outcome] = report(session, [found], by=person(sender.id), now=at)
    assert outcome.verdict == "accepted", outcome
    for photo in found.photos:
        arrive(session, sender, photo, at)
    issue = session.get(Issue, outcome.id)
    assert issue is not None
    return issue


def do(
    session: Session, issue: Issue, sender: Person, action: str, at: datetime = NOON, **facts: Any
) -> Outcome:
    """Somebody does something about `issue` at `at`, and it reaches the server at once."""
    told = an_action(issue.id, sender, action, made_at=at, **facts)
    [outcome] = act(session, [told], by=person(sender.id), now=at)
    for photo in facts.get("photos", ()):
        arrive(session, sender, photo, at)
    return outcome


def arrive(session: Session, sender: Person, photo: DeclaredPhoto, at: datetime) -> None:
    """The bytes of a photo have come from its sender."""
    session.add(
        Upload(
            sender_id=sender.id,
            sha256=photo.sha256,
            media_type="image/jpeg",
            length=1,
            offset=1,
            created_at=at,
            expires_at=at,
            completed_at=at,
        )
    )
    session.flush()


def course(village: Village) -> Sequence[tuple[str, Person, dict[str, Any]]]:
    """What everybody does, one after another, until an issue was looked back at."""
    after = (a_photo("after"),)
    return (
        ("assign", village.head, {"unit_id": village.bureau.id, "requirement": "覆盖到位"}),
        ("take_on", village.liaison, {}),
        ("submit", village.liaison, {"photos": after}),
        ("accept", village.deputy, {}),
        ("close", village.dispatcher, {}),
        ("look_back", village.officer, {"result": "ok"}),
    )


def bring(
    session: Session, village: Village, issue: Issue, state: str, at: datetime = NOON
) -> datetime:
    """Bring an issue along its usual course to `state`, an hour a step; return the hour."""
    for action, somebody, facts in course(village):
        if issue.state == state:
            return at
        at += timedelta(hours=1)
        outcome = do(session, issue, somebody, action, at, **facts)
        assert outcome.verdict == "accepted", outcome
    return at


def an_issue_body(enterprise: Enterprise, **changes: Any) -> dict[str, Any]:
    """A problem as a phone sends it."""
    usual = {
        "made_at": "2026-03-02T12:00:00+08:00",
        "category": "dust",
        "severity": "ordinary",
        "description": "砂石堆场未覆盖",
        "enterprise_id": str(enterprise.id),
    }
    return usual | changes


def an_action_body(action: str, made_at: datetime, **changes: Any) -> dict[str, Any]:
    """An action as a desk or a phone posts it."""
    usual = {"id": str(new_id()), "made_at": made_at.isoformat(), "action": action}
    return usual | changes


def a_photo_body(purpose: str = "scene") -> dict[str, Any]:
    """A photo as a record declares it."""
    photo = a_photo(purpose)
    taken_at = photo.taken_at.isoformat()
    return {"sha256": photo.sha256, "purpose": purpose, "taken_at": taken_at}
