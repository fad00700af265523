"""What happens to photos while nobody waits."""

from datetime import datetime

from sqlalchemy import select

from gridsvc.jobs import planner
from gridsvc.media.receive import forget_expired
from gridsvc.scoped import Jurisdiction
from gridsvc.session import directory, transaction
from gridsvc.store import store


@planner("media.forget_expired")
def forget_everywhere(now: datetime) -> None:
    """Free the disk of uploads that nobody goes on with."""
    with directory() as session:
        jurisdictions = session.scalars(select(Jurisdiction.id)).all()
    for jurisdiction_id in jurisdictions:
        with transaction(jurisdiction_id) as session:
            forgotten = forget_expired(session, now=now)
        for upload_id in forgotten:
            store(jurisdiction_id).discard(upload_id)
