"""Weighing and purging a whole jurisdiction, piece by piece, for the job and the command."""

from datetime import datetime

import structlog

from gridsvc.actor import system
from gridsvc.patrols.purge import PIECE, months_before, old_tracks, purge, unmeasured
from gridsvc.patrols.weigh import unweighed, weigh
from gridsvc.session import transaction
from gridsvc.weeks import local_day, midnight

log = structlog.get_logger(__name__)


def cutoff(now: datetime, months: int) -> datetime:
    """Return the moment before which tracks are purged, if they are kept for so many months."""
    return midnight(months_before(local_day(now), months))


def weigh_jurisdiction(jurisdiction_id: int, now: datetime) -> tuple[int, int]:
    """Weigh day by day, each in a transaction of its own; return (days, new flags).

    A day that cannot be weighed is told in the log, and stays for the next time.
    """
    with transaction(jurisdiction_id) as session:
        days = unweighed(session)
    raised = 0
    for (person_id, day), marks in days.items():
        try:
            with transaction(jurisdiction_id) as session:
                raised += weigh(session, person_id, day, marks, by=system("patrols.weigh"), now=now)
        except Exception:
            log.exception("a day could not be weighed", person=str(person_id), day=str(day))
    return len(days), raised


def purge_jurisdiction(jurisdiction_id: int, before: datetime, now: datetime) -> tuple[int, int]:
    """Purge the tracks before a moment, piece by piece; return (patrols, fixes)."""
    patrols = fixes = 0
    by = system("patrols.purge")
    while True:
        with transaction(jurisdiction_id) as session:
            old = old_tracks(session, before, PIECE)
            for person_id, day in unmeasured(session, old):
                weigh(session, person_id, day, by=by, now=now)
            fixes += purge(session, old, by=by, now=now)
            patrols += len(old)
        if len(old) < PIECE:
            return patrols, fixes
