"""What happens to photos while nobody waits."""

from datetime import datetime
from uuid import UUID

import structlog

from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.jobs import defer, job, planner
from gridsvc.media.evidence import records_with, weigh
from gridsvc.media.look import look_at_next
from gridsvc.media.queries import are_waiting
from gridsvc.media.receive import forget_expired
from gridsvc.media.rules import LOOK, WEIGH
from gridsvc.session import every_jurisdiction, transaction
from gridsvc.store import store

AT_ONCE = 50  # pictures that one job looks at

log = structlog.get_logger("gridsvc.media")


@job(LOOK)
def look(jurisdiction_id: int) -> None:
    """Look at pictures that wait, one transaction each, and at what they say of their records."""
    for _ in range(AT_ONCE):
        now = utc_now()
        with transaction(jurisdiction_id) as session:
            media = look_at_next(session, store(jurisdiction_id), now=now)
            if media is None:
                return
            records = records_with(session, media.sha256)
            weigh(session, records, by=system(LOOK), now=now)


@job(WEIGH)
def weigh_records(jurisdiction_id: int, record_ids: list[str]) -> None:
    """Look at the photos of records that were entered after their bytes had come."""
    ids = [UUID(id) for id in record_ids]
    with transaction(jurisdiction_id) as session:
        weigh(session, ids, by=system(WEIGH), now=utc_now())


@planner("media.look_on")
def look_on(now: datetime) -> None:
    """Have pictures looked at that still wait: more than one job could do, or from before."""
    for jurisdiction_id in every_jurisdiction():
        with transaction(jurisdiction_id) as session:
            if are_waiting(session):
                defer(session, LOOK, jurisdiction_id=jurisdiction_id)


@planner("media.forget_expired")
def forget_everywhere(now: datetime) -> None:
    """Free the disk of uploads that nobody goes on with."""
    for jurisdiction_id in every_jurisdiction():
        with transaction(jurisdiction_id) as session:
            forgotten = forget_expired(session, now=now)
        for upload_id in forgotten:
            store(jurisdiction_id).discard(upload_id)
        if forgotten:
            log.info("uploads_expired", jurisdiction_id=jurisdiction_id, uploads=len(forgotten))
