"""Reading the inspection log."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.inspections.models import Inspection
from gridsvc.session import Session


def page(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    limit: int,
    after: UUID | None = None,
    enterprise_id: UUID | None = None,
    grid_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """Return a page of the inspections in `grid_ids`: the latest made first, then `after`."""
    log = select(Inspection).where(Inspection.grid_id.in_(grid_ids))
    if enterprise_id:
        log = log.where(Inspection.enterprise_id == enterprise_id)
    if grid_id:
        log = log.where(Inspection.grid_id == grid_id)
    if since:
        log = log.where(Inspection.occurred_at >= since)
    if until:
        log = log.where(Inspection.occurred_at < until)
    if after:
        log = log.where(Inspection.id < after)
    rows = session.scalars(log.order_by(Inspection.id.desc()).limit(limit + 1)).all()
    more = rows[limit - 1].id if len(rows) > limit else None
    return {"items": rows[:limit], "next": str(more) if more else None}
