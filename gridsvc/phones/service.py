"""Noting how phones are. It is no deed of anybody's, so it leaves no line in the trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from gridsvc.phones.models import DeviceHealth
from gridsvc.phones.rules import FACTS
from gridsvc.session import Session


def note_health(
    session: Session, device_id: UUID, told: Mapping[str, Any], *, now: datetime
) -> None:
    """Keep what a phone tells of itself, in place of what it told before."""
    facts = {name: told.get(name) for name in FACTS}
    _put(session, device_id, facts | {"scope_too_wide": None}, now)


def note_wide_scope(session: Session, device_id: UUID, grids: int, *, now: datetime) -> None:
    """Keep that a phone was refused, because its owner answers for so many grids."""
    _put(session, device_id, {"scope_too_wide": grids}, now)


def _put(session: Session, device_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    key = {"jurisdiction_id": session.jurisdiction_id, "id": device_id}
    given = insert(DeviceHealth).values(key | facts | {"reported_at": now})
    changed = {name: given.excluded[name] for name in (*facts, "reported_at")}
    session.execute(
        given.on_conflict_do_update(index_elements=["jurisdiction_id", "id"], set_=changed)
    )
