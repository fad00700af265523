"""What waits for what, and what is due to be tried again."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from gridsvc.quarantine import DISMISSED, HELD, OPEN, RESTING, WAITING, Quarantined
from gridsvc.scoped import Scoped
from gridsvc.session import Session


def standing(
    session: Session,
    models: Mapping[str, type[Scoped]],
    needs: Collection[tuple[str | None, UUID]],
) -> set[UUID]:
    """Return the ids of those records, given by kind and id, that are entered.

    One query for each kind; a record of which only the id is known is looked for in all.
    """
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for kind, id in needs:
        for name in models if kind is None else (kind,):
            wanted[name].add(id)
    found: set[UUID] = set()
    for name, ids in wanted.items():
        model = models[name]
        found |= set(session.scalars(select(model.id).where(model.id.in_(ids))))
    return found


def gave_up(session: Session, record_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some records that are kept aside until a person looks, or for good."""
    if not record_ids:
        return set()
    told = select(Quarantined.record_id, Quarantined.state)
    told = told.where(Quarantined.record_id.in_(record_ids))
    states: dict[UUID, set[str]] = defaultdict(set)
    for id, state in session.execute(told):
        if id is not None:
            states[id].add(state)
    return {id for id, all_ in states.items() if all_ <= {RESTING, DISMISSED}}


def count_held(session: Session, sender_id: UUID) -> int:
    """Return how many records of somebody wait for others."""
    held = select(func.count()).select_from(Quarantined)
    mine = held.where(Quarantined.sender_id == sender_id, Quarantined.state == HELD)
    return session.scalar(mine) or 0


def known_asides(
    session: Session, sender_id: UUID, record_ids: Collection[UUID]
) -> Sequence[Quarantined]:
    """Return what somebody sent before under one of these ids, and was kept aside.

    Mostly there is none, which a glance tells.
    """
    if not record_ids or not session.glance(KNOWN, sender=sender_id, ids=list(record_ids)):
        return []
    found = select(Quarantined).where(Quarantined.record_id.in_(list(record_ids)))
    return session.scalars(found.where(Quarantined.sender_id == sender_id)).all()


KNOWN = """
SELECT true FROM quarantined WHERE jurisdiction_id = %(here)s AND sender_id = %(sender)s
    AND record_id = ANY(%(ids)s) LIMIT 1
"""
AWAITED = """
SELECT true FROM quarantined WHERE jurisdiction_id = %(here)s
    AND waits_for = ANY(%(ids)s) AND state = ANY(%(open)s) LIMIT 1
"""


def waiting_for(session: Session, record_ids: Collection[UUID]) -> Sequence[Quarantined]:
    """Return what is kept aside because it builds on one of these records. Mostly none."""
    if not record_ids or not session.glance(AWAITED, ids=list(record_ids), open=list(OPEN)):
        return []
    found = _open().where(Quarantined.waits_for.in_(record_ids))
    return session.scalars(found.order_by(Quarantined.id)).all()


def due(session: Session, now: datetime, *, most: int) -> Sequence[Quarantined]:
    """Return what is to be tried again by now, or has waited long enough."""
    found = select(Quarantined).where(
        Quarantined.next_at <= now, Quarantined.state.in_((HELD, WAITING))
    )
    return session.scalars(found.order_by(Quarantined.next_at, Quarantined.id).limit(most)).all()


def _open() -> Select[Quarantined]:
    return select(Quarantined).where(Quarantined.state.in_(OPEN))
