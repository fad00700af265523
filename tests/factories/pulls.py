"""Pulls as somebody's phone makes them, with the duties that signing in brings along."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from gridsvc.accountability.queries import held_by
from gridsvc.session import Session
from gridsvc.sync.pull import PAGE, Page, pull, whole
from gridsvc.sync.rules import Cursor


def pulled(
    session: Session, person_id: UUID, cursor: Cursor | None, *, now: datetime, most: int = PAGE
) -> Page:
    held = held_by(session, person_id)
    return pull(session, cursor, person_id=person_id, held=held, now=now, most=most)


def pulled_whole(session: Session, person_id: UUID, *, now: datetime) -> Iterator[str]:
    held = held_by(session, person_id)
    return whole(session, person_id=person_id, held=held, now=now)
