"""Marking enterprises, and giving turns: dated, with a reason, never for days gone by."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.queries import held_by
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.service import stand_in_line
from gridsvc.ids import new_id
from gridsvc.marks.models import Mark, Turn
from gridsvc.marks.rules import (
    LONGEST,
    VISITORS,
    MarkedAlready,
    MarkInThePast,
    MarkOver,
    MarkTooLong,
    NotOnDutyThere,
    TurnInThePast,
    TurnTaken,
    overlap,
)
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight

DAY = timedelta(days=1)


def set_mark(
    session: Session,
    enterprise: Enterprise,
    kind: str,
    *,
    first_day: date,
    last_day: date,
    reason: str,
    by: Actor,
    now: datetime,
) -> Mark:
    """Let an enterprise have attention, or be exempt from visits, on some days.

    Raises MarkInThePast, MarkTooLong, MarkedAlready.
    """
    today = local_day(now)
    if not today <= first_day <= last_day:
        raise MarkInThePast(f"It is {today}.", today=today.isoformat())
    if last_day - first_day > LONGEST:
        raise MarkTooLong("Choose an earlier last day.", longest_days=LONGEST.days)
    stand_in_line(session)
    marked = select(Mark).where(Mark.enterprise_id == enterprise.id, Mark.kind == kind)
    days = [(m.first_day, m.last_day) for m in session.scalars(marked) if m.last_day >= m.first_day]
    if overlap(first_day, last_day, days):
        raise MarkedAlready("End the earlier mark first.")
    mark = Mark(
        id=new_id(), enterprise_id=enterprise.id, kind=kind, reason=reason, first_day=first_day,
        last_day=last_day, recorded_at=now, recorded_by_id=by.person_id,
    )  # fmt: skip
    session.add(mark)
    session.flush()
    told = {"first_day": str(first_day), "last_day": str(last_day), "reason": reason}
    _note(session, f"{kind}.set", enterprise.id, told, by, now)
    return mark


def end_mark(session: Session, mark: Mark, *, by: Actor, now: datetime) -> Mark:
    """Let a mark count no longer: today is its last day, or it never begins. Raises MarkOver."""
    session.refresh(mark, with_for_update={"of": Mark})
    today = local_day(now)
    if mark.last_day <= today:
        raise MarkOver(f"It ended on {mark.last_day}.")
    before = mark.last_day
    mark.last_day = max(today, mark.first_day - DAY)
    mark.ended_at, mark.ended_by_id = now, by.person_id
    session.flush()
    act = Act(
        deed=f"{mark.kind}.end", subject_kind="enterprise", subject_id=mark.enterprise_id,
        changes={"last_day": [str(before), str(mark.last_day)]},
    )  # fmt: skip
    audit.record(session, [act], by=by, at=now)
    return mark


@dataclass(frozen=True, kw_only=True)
class GivenTurn:
    """Somebody is to visit in a grid, or at one enterprise there, on some days or nights."""

    person_id: UUID
    grid_id: UUID
    enterprise_id: UUID | None = None
    night: bool = False
    first_day: date
    last_day: date


def give_turn(session: Session, given: GivenTurn, *, by: Actor, now: datetime) -> Turn:
    """Say whose turn it is. Raises TurnInThePast, NotOnDutyThere, TurnTaken."""
    today = local_day(now)
    if not today <= given.first_day <= given.last_day <= given.first_day + LONGEST:
        raise TurnInThePast(f"It is {today}.", today=today.isoformat())
    _need_post(session, given, max(now, midnight(given.first_day)))
    stand_in_line(session)
    if overlap(given.first_day, given.last_day, _taken(session, given)):
        raise TurnTaken("End the earlier turn first.")
    facts = asdict(given)
    turn = Turn(
        id=new_id(),
        is_night=facts.pop("night"),
        **facts,
        recorded_at=now,
        recorded_by_id=by.person_id,
    )
    session.add(turn)
    session.flush()
    changes = {name: [None, value and str(value)] for name, value in asdict(given).items()}
    act = Act(deed="turn.give", subject_kind="grid", subject_id=given.grid_id, changes=changes)
    audit.record(session, [act], by=by, at=now)
    return turn


def _taken(session: Session, given: GivenTurn) -> list[tuple[date, date]]:
    same = select(Turn).where(
        Turn.grid_id == given.grid_id,
        Turn.is_night == given.night,
        Turn.enterprise_id.is_not_distinct_from(given.enterprise_id),
        Turn.last_day >= Turn.first_day,
    )
    return [(turn.first_day, turn.last_day) for turn in session.scalars(same)]


def end_turn(session: Session, turn: Turn, *, by: Actor, now: datetime) -> Turn:
    """Let a turn count only up to yesterday, or never. Raises TurnInThePast if it is over."""
    session.refresh(turn, with_for_update={"of": Turn})
    today = local_day(now)
    if turn.last_day < today:
        raise TurnInThePast(f"It ended on {turn.last_day}.", today=today.isoformat())
    before, turn.last_day = turn.last_day, max(today, turn.first_day) - DAY
    session.flush()
    changes = {"last_day": [str(before), str(turn.last_day)]}
    act = Act(deed="turn.end", subject_kind="grid", subject_id=turn.grid_id, changes=changes)
    audit.record(session, [act], by=by, at=now)
    return turn


def _need_post(session: Session, given: GivenTurn, at: datetime) -> None:
    held = held_by(session, given.person_id)
    posts = (duty for duty in held if duty.subject_id == given.grid_id and at in duty.period)
    if not any(duty.post in VISITORS for duty in posts):
        raise NotOnDutyThere("Give them a post there first.")


def _note(
    session: Session, deed: str, enterprise_id: UUID, told: dict[str, Any], by: Actor, now: datetime
) -> None:
    changes = {name: [None, value] for name, value in told.items()}
    act = Act(deed=deed, subject_kind="enterprise", subject_id=enterprise_id, changes=changes)
    audit.record(session, [act], by=by, at=now)
