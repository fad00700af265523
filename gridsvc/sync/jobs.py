"""What happens to records that were kept aside while nobody waits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gridsvc.clock import utc_now
from gridsvc.jobs import job, planner
from gridsvc.quarantine import RELEASE, RETRY
from gridsvc.session import every_jurisdiction
from gridsvc.sync.intake import release, retry_due


@job(RETRY)
def retry(jurisdiction_id: int) -> None:
    """Try again what is due by now."""
    retry_due(jurisdiction_id, utc_now())


@job(RELEASE)
def release_after(jurisdiction_id: int, record_ids: Sequence[str]) -> None:
    """Enter what waited for records that came in by single requests."""
    release(jurisdiction_id, map(UUID, record_ids), utc_now())


@planner("sync.retry_everywhere")
def retry_everywhere(now: datetime) -> None:
    """Try again whatever is due, should a job of its own have got lost."""
    for jurisdiction_id in every_jurisdiction():
        retry_due(jurisdiction_id, now)
