"""Purging tracks: where somebody went is kept for a time, what it told for life."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select, text

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.patrols.models import Patrol, PatrolMeasure, TrackChunk
from gridsvc.session import Session
from gridsvc.weeks import local_day

MONTHS_AHEAD = 4
PIECE = 200  # patrols in one transaction

OLD_AND_MEASURED = (
    (TrackChunk.jurisdiction_id == Patrol.jurisdiction_id) & (TrackChunk.patrol_id == Patrol.id)
)  # fmt: skip


def months_before(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months before a day."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def old_tracks(session: Session, before: datetime, limit: int | None = None) -> Sequence[UUID]:
    """Return the patrols that began before a moment and still have their tracks."""
    old = (
        select(Patrol.id)
        .where(
            Patrol.occurred_at < before,
            select(TrackChunk.id).where(OLD_AND_MEASURED).correlate(Patrol).exists(),
        )
        .order_by(Patrol.occurred_at, Patrol.id)
        .limit(limit)
    )
    return session.scalars(old).all()


def unmeasured(session: Session, patrol_ids: Sequence[UUID]) -> list[tuple[UUID, date]]:
    """Return whose days have to be weighed before these tracks may go."""
    measured = select(PatrolMeasure.patrol_id).where(PatrolMeasure.patrol_id.in_(patrol_ids))
    left = select(Patrol.sender_id, Patrol.occurred_at).where(
        Patrol.id.in_(patrol_ids), Patrol.id.not_in(measured)
    )
    return sorted({(person_id, local_day(at)) for person_id, at in session.execute(left)})


def purge(session: Session, patrol_ids: Sequence[UUID], *, by: Actor, now: datetime) -> int:
    """Delete the tracks of patrols, with a line in the trail for each; return how many fixes."""
    gone = delete(TrackChunk).where(TrackChunk.patrol_id.in_(patrol_ids))
    points = sum(session.scalars(gone.returning(TrackChunk.points)))
    lines = [Act(deed="track.purge", subject_kind="patrol", subject_id=id) for id in patrol_ids]
    audit.record(session, lines, by=by, at=now)
    return points


def make_months(session: Session, today: date) -> int:
    """Make the partitions of this month and the next ones, if they are not there; say how many."""
    made: int | None = session.scalar(
        text("SELECT make_track_months(:first, :months)"),
        {"first": today, "months": MONTHS_AHEAD},
    )
    return made or 0
