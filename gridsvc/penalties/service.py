"""Entering penalties, and withdrawing them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.enterprises.queries import existing
from gridsvc.enterprises.service import line
from gridsvc.errors import Conflict, NotFound
from gridsvc.penalties.models import Penalty
from gridsvc.session import Session

Facts = Mapping[str, Any]


class NumberTaken(Conflict):
    """A penalty with that number stands already in the registry."""


class UnknownPenalty(NotFound):
    """No such penalty."""


class AlreadyWithdrawn(Conflict):
    """The penalty was withdrawn before."""


def penalise(session: Session, id: UUID, facts: Facts, *, by: Actor, now: datetime) -> Penalty:
    """Enter a penalty in the file of an enterprise. Raises NumberTaken."""
    existing(session, id)
    taken = session.scalar(select(Penalty.id).where(Penalty.number == facts["number"]))
    if taken is not None:
        raise NumberTaken(f"{facts['number']} is entered already.", penalty_id=taken)
    penalty = Penalty(enterprise_id=id, recorded_at=now, recorded_by_id=by.person_id, **facts)
    session.add(penalty)
    told = {name: [None, _plain(value)] for name, value in facts.items()}
    audit.record(session, [line("enterprise.penalise", id, told)], by=by, at=now)
    return penalty


def withdraw(
    session: Session, id: UUID, penalty_id: UUID, *, reason: str, by: Actor, now: datetime
) -> Penalty:
    """Say that a penalty no longer counts; it stays readable. Raises AlreadyWithdrawn."""
    penalty = session.get(Penalty, (session.jurisdiction_id, penalty_id), with_for_update=True)
    if penalty is None or penalty.enterprise_id != id:
        raise UnknownPenalty(f"There is no penalty {penalty_id}.")
    if penalty.withdrawn_at is not None:
        raise AlreadyWithdrawn(f"It was withdrawn: {penalty.withdrawn_reason}")
    penalty.withdrawn_at, penalty.withdrawn_reason = now, reason
    told = {"number": [penalty.number, None], "reason": [None, reason]}
    act = line("enterprise.withdraw_penalty", penalty.enterprise_id, told)
    audit.record(session, [act], by=by, at=now)
    return penalty


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value and str(value)
