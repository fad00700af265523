"""What is open of a duty, and which handovers there are."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.rules import Role
from gridsvc.dispatches.pages import order_items
from gridsvc.dispatches.queries import orders
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.queries import within
from gridsvc.issues.briefs import briefs
from gridsvc.issues.models import Issue
from gridsvc.issues.workflow import OPEN
from gridsvc.patrols.owed import due_visits
from gridsvc.roster.queries import duty_rows
from gridsvc.session import Session
from gridsvc.weeks import local_day

VISITING = (Role.GRID_OFFICER, Role.GRID_HEAD, Role.DEPUTY_HEAD)
HEADS = (Role.GRID_HEAD, Role.DEPUTY_HEAD)

Item = dict[str, Any]


def open_work(session: Session, duty: Duty, now: datetime) -> Item:
    """Return what is open of a duty: issues its holder owns there, visits due, orders to answer.

    Of one that is to come by a handover, what will come along: the earlier holder still has it.
    """
    owning = _giver(session, duty) or duty
    owned = session.scalars(owned_issues(session, owning)).all()
    work = {
        "issues": briefs(session, owned, now),
        "due_visits": _due_visits(session, owning, now),
        "orders": _orders(session, owning),
    }
    counts = {name: len(items) for name, items in work.items()}
    [row] = duty_rows(session, [duty])
    return {"duty": row, **work, "counts": counts, "as_of": now}


def _giver(session: Session, duty: Duty) -> Duty | None:
    """Return the duty whose work is still to be passed on to this one."""
    waiting = Handover.passed_on_at.is_(None)
    ended = select(Handover.ended_id).where(Handover.begun_id == duty.id, waiting)
    return session.scalars(select(Duty).where(Duty.id.in_(ended))).one_or_none()


def owned_issues(session: Session, duty: Duty) -> Select[Issue]:
    """Select the open issues that the holder of a duty owns where the duty is held, by id."""
    mine = select(Issue).where(Issue.owner_id == duty.person_id, Issue.state.in_(OPEN))
    return mine.where(_there(session, duty)).order_by(Issue.id)


def _there(session: Session, duty: Duty) -> ColumnElement[bool]:
    if duty.subject_kind == "enterprise":
        return Issue.enterprise_id == duty.subject_id
    if duty.subject_kind == "unit":
        return Issue.lead_unit_id == duty.subject_id
    return Issue.grid_id.in_(within(session, duty.subject_id))


def _due_visits(session: Session, duty: Duty, now: datetime) -> list[Item]:
    """Return the visits due today or owed, not made yet, where the duty is to see to them."""
    if duty.subject_kind == "grid" and duty.role in VISITING:
        grid_ids, only = within(session, duty.subject_id), None
    elif duty.subject_kind == "enterprise":
        enterprise = session.get_one(Enterprise, (session.jurisdiction_id, duty.subject_id))
        grid_ids, only = {enterprise.grid_id}, enterprise.id
    else:
        return []
    found = due_visits(session, grid_ids, local_day(now))["items"]
    return [
        item
        for item in found
        if not item["visited_today"] and only in (None, item["enterprise"].id)
    ]


def _orders(session: Session, duty: Duty) -> list[Item]:
    if duty.role not in HEADS:
        return []
    return order_items(session, orders(session, addressee_ids=[duty.subject_id], is_open=True))


def due_to_pass_on(session: Session, now: datetime) -> Sequence[UUID]:
    """Return the handovers whose moment has come and whose work was not passed on yet."""
    waiting = select(Handover.id).where(Handover.passed_on_at.is_(None), Handover.at <= now)
    return session.scalars(waiting.order_by(Handover.at, Handover.id)).all()


def waiting_for(session: Session, person_id: UUID, now: datetime) -> list[Item]:
    """Return the handovers that somebody has still to accept, the earliest first."""
    later = aliased(Duty)
    until = func.upper(later.period)
    found = (
        select(Handover)
        .join(later, later.id == Handover.begun_id)
        .where(
            later.person_id == person_id,
            Handover.accepted_at.is_(None),
            or_(until.is_(None), until > now),
        )
    )
    return handover_rows(session, session.scalars(found.order_by(Handover.at, Handover.id)).all())


def handovers_of(
    session: Session, *, subject_id: UUID | None = None, person_id: UUID | None = None
) -> list[Item]:
    """Return the handovers of a subject, or those of a person, the latest first."""
    later, earlier = aliased(Duty), aliased(Duty)
    found = (
        select(Handover)
        .join(later, later.id == Handover.begun_id)
        .join(earlier, earlier.id == Handover.ended_id)
    )
    if subject_id:
        found = found.where(later.subject_id == subject_id)
    if person_id:
        found = found.where(or_(later.person_id == person_id, earlier.person_id == person_id))
    in_order = found.order_by(Handover.at.desc(), Handover.id.desc())
    return handover_rows(session, session.scalars(in_order).all())


def handover_rows(session: Session, found: Collection[Handover]) -> list[Item]:
    """Return handovers with who gave and who took what."""
    ids = {id for one in found for id in (one.ended_id, one.begun_id)}
    duties = session.scalars(select(Duty).where(Duty.id.in_(ids))).all() if ids else []
    rows = {row["id"]: row for row in duty_rows(session, duties)}
    return [_row(one, rows[one.ended_id], rows[one.begun_id]) for one in found]


def _row(handover: Handover, ended: Item, begun: Item) -> Item:
    return {
        "id": handover.id,
        "role": begun["role"],
        "seat": begun["seat"],
        "subject": begun["subject"],
        "from_person": ended["person"],
        "to_person": begun["person"],
        "ended_id": handover.ended_id,
        "begun_id": handover.begun_id,
        "at": handover.at,
        "recorded_at": handover.recorded_at,
        "back_dated": handover.recorded_at > handover.at,
        "reason": handover.reason,
        "passed_on_at": handover.passed_on_at,
        "accepted_at": handover.accepted_at,
    }
