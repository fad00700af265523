"""Reading summaries and their signatures."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from gridsvc.grids.models import Grid
from gridsvc.session import Session
from gridsvc.summaries.facts import KINDS
from gridsvc.summaries.models import WeeklySignature, WeeklySummary
from gridsvc.weeks import local_day


def towns(session: Session) -> Sequence[Grid]:
    """Return the level-2 grids, in order of code."""
    return session.scalars(select(Grid).where(Grid.level == 2).order_by(Grid.code)).all()


def first_record_on(session: Session) -> date | None:
    """Return the local day of the jurisdiction's first field record."""
    firsts = [session.scalar(select(func.min(model.occurred_at))) for model in KINDS.values()]
    return min((local_day(first) for first in firsts if first), default=None)


def last_signatures(session: Session, summary_ids: Collection[UUID]) -> dict[UUID, WeeklySignature]:
    """Return the latest signature of each summary that was ever signed."""
    signature = WeeklySignature
    latest = (
        select(signature)
        .ext(distinct_on(signature.summary_id))
        .where(signature.summary_id.in_(summary_ids))
        .order_by(signature.summary_id, signature.signed_at.desc())
    )
    return {row.summary_id: row for row in session.scalars(latest)}


def listed(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    week: str | None = None,
    state: str | None = None,
    limit: int = 200,
) -> Sequence[WeeklySummary]:
    """Return the summaries of `grid_ids`, the latest week first."""
    found = select(WeeklySummary).where(WeeklySummary.grid_id.in_(grid_ids))
    if week:
        found = found.where(WeeklySummary.week == week)
    if state:
        found = found.where(WeeklySummary.state == state)
    in_order = found.order_by(WeeklySummary.week.desc(), WeeklySummary.grid_id)
    return session.scalars(in_order.limit(limit)).all()
