"""The month makes itself: every quarter of an hour, the dispatches that are missing are added."""

from datetime import datetime

from gridsvc.actor import system
from gridsvc.dispatches import service
from gridsvc.jobs import planner
from gridsvc.session import every_jurisdiction, transaction


@planner("dispatches.plan")
def plan(now: datetime) -> None:
    """Make the missing dispatches of every jurisdiction, each in a transaction of its own."""
    for id in every_jurisdiction():
        with transaction(id) as session:
            service.plan(session, by=system("dispatches.plan"), now=now)
