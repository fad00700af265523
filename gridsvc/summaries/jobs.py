"""The week makes itself: asked every quarter of an hour, it adds the summaries that are missing."""

from datetime import datetime

from gridsvc.actor import system
from gridsvc.jobs import planner
from gridsvc.session import every_jurisdiction, transaction
from gridsvc.summaries import service


@planner("summaries.plan")
def plan(now: datetime) -> None:
    """Make the missing summaries of every jurisdiction, each in a transaction of its own."""
    for id in every_jurisdiction():
        with transaction(id) as session:
            service.plan(session, by=system("summaries.plan"), now=now)
