"""What happens to photos while nobody waits."""

from datetime import datetime

from gridsvc.jobs import planner
from gridsvc.media.receive import forget_expired
from gridsvc.session import every_jurisdiction, transaction
from gridsvc.store import store


@planner("media.forget_expired")
def forget_everywhere(now: datetime) -> None:
    """Free the disk of uploads that nobody goes on with."""
    for jurisdiction_id in every_jurisdiction():
        with transaction(jurisdiction_id) as session:
            forgotten = forget_expired(session, now=now)
        for upload_id in forgotten:
            store(jurisdiction_id).discard(upload_id)
