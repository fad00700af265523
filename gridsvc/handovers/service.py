"""Handing a duty over with its open work, and accepting it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.service import Dated, Succession, stand_in_line, succeed
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.digests import canonical, digest
from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import NotFound
from gridsvc.grids.queries import within
from gridsvc.handovers.queries import owned_issues
from gridsvc.ids import new_id
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.session import Session
from gridsvc.synced import stamp, tick

STEP = "pass_on"  # the step in the ledger of an issue that came to another owner


class UnknownHandover(NotFound):
    """There is no such handover, or it is not for you to accept."""


def hand_over(
    session: Session, duty_id: UUID, to_person_id: UUID, *, at: Dated, by: Actor, now: datetime
) -> Succession:
    """End a duty and begin it for somebody else in one act, the open work along.

    A handover that is planned passes the work on when its moment has come: pass_on_due. For
    the refusals see accountability.service.succeed.
    """
    stand_in_line(session)
    versions = _tick(session, duty_id) if at.at <= now else {}
    done = succeed(session, duty_id, to_person_id, at=at, by=by, now=now)
    session.flush()
    acts = list(done.acts)
    if at.at <= now:
        acts += _pass_on(session, done.handover, done.earlier, done.later, versions, now)
    audit.record(session, acts, by=by, at=now)
    return done


def pass_on_due(session: Session, handover_id: UUID, *, by: Actor, now: datetime) -> int:
    """Pass on the open work of a handover whose moment has come; return how many issues."""
    stand_in_line(session)
    handover = session.get_one(
        Handover, (session.jurisdiction_id, handover_id), populate_existing=True
    )
    if handover.passed_on_at is not None:
        return 0
    earlier, later = _duty(session, handover.ended_id), _duty(session, handover.begun_id)
    acts = _pass_on(session, handover, earlier, later, _tick(session, earlier.id), now)
    audit.record(session, acts, by=by, at=now)
    return len(acts)


def accept(
    session: Session, handover_id: UUID, *, person_id: UUID, by: Actor, now: datetime
) -> Handover:
    """Say that one takes a duty over, once. Raises UnknownHandover for whoever does not."""
    stand_in_line(session)
    handover = session.get(Handover, handover_id, populate_existing=True)
    if handover is None or _duty(session, handover.begun_id).person_id != person_id:
        raise UnknownHandover(f"There is no handover {handover_id} for you.")
    if handover.accepted_at is not None:
        return handover
    handover.accepted_at = now
    act = Act(
        deed="handover.accept",
        subject_kind="handover",
        subject_id=handover.id,
        changes={"accepted_at": [None, now]},
    )
    audit.record(session, [act], by=by, at=now)
    return handover


def _duty(session: Session, id: UUID) -> Duty:
    return session.get_one(Duty, (session.jurisdiction_id, id))


def _tick(session: Session, duty_id: UUID) -> dict[UUID, int]:
    """Advance the clocks of the grids in which issues of a duty may lie."""
    duty = session.get(Duty, duty_id)
    return tick(session, _grids(session, duty)) if duty else {}


def _grids(session: Session, duty: Duty) -> Collection[UUID]:
    if duty.subject_kind == "grid":
        return within(session, duty.subject_id)
    lie_in = select(Issue.grid_id).where(Issue.owner_id == duty.person_id)
    found = set(session.scalars(lie_in))
    if duty.subject_kind == "enterprise":
        here = select(Enterprise.grid_id).where(Enterprise.id == duty.subject_id)
        found |= set(session.scalars(here))
    return found


def _pass_on(
    session: Session,
    handover: Handover,
    earlier: Duty,
    later: Duty,
    versions: Mapping[UUID, int],
    now: datetime,
) -> list[Act]:
    """Give the issues of the earlier holder to the later one, and note it in each's ledger."""
    handover.passed_on_at = now
    locked = owned_issues(session, earlier).where(Issue.grid_id.in_(versions)).with_for_update()
    owned = session.scalars(locked, execution_options={"populate_existing": True}).all()
    steps = [_step(issue, handover, later, versions, now) for issue in owned]
    for issue in owned:
        issue.owner_id = later.person_id
        issue.version += 1
        stamp(session, issue, versions)
    session.flush()
    insert_all(session, IssueAction, steps)
    return [_line(step, earlier, later) for step in steps]


def _step(
    issue: Issue, handover: Handover, later: Duty, versions: Mapping[UUID, int], now: datetime
) -> dict[str, Any]:
    facts = {"handover_id": str(handover.id), "owner_id": str(later.person_id)}
    body = canonical({"issue_id": str(issue.id), "action": STEP, **facts})
    return {
        "id": new_id(),
        "grid_id": issue.grid_id,
        "sync_version": versions[issue.grid_id],
        "sender_id": handover.recorded_by_id or later.person_id,
        "device_id": None,
        "made_at": now,
        "clock_offset_s": 0.0,
        "occurred_at": now,
        "received_at": now,
        "digest": digest(body),
        "body": body.decode(),
        "issue_id": issue.id,
        "action": STEP,
        "from_state": issue.state,
        "to_state": issue.state,
        "note": handover.reason,
        "facts": facts,
    }


def _line(step: dict[str, Any], earlier: Duty, later: Duty) -> Act:
    return Act(
        deed=f"issue.{STEP}",
        subject_kind="issue_action",
        subject_id=step["id"],
        digest=step["digest"],
        changes={
            "issue_id": [None, step["issue_id"]],
            "owner_id": [earlier.person_id, later.person_id],
        },
    )
