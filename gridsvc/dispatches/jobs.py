"""The month makes itself: every quarter of an hour, the dispatches that are missing are added."""

from datetime import datetime

from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.dispatches import service
from gridsvc.jobs import planner
from gridsvc.scoped import Jurisdiction
from gridsvc.session import directory, transaction


@planner("dispatches.plan")
def plan(now: datetime) -> None:
    """Make the missing dispatches of every jurisdiction, each in a transaction of its own."""
    with directory() as session:
        ids = session.scalars(select(Jurisdiction.id).order_by(Jurisdiction.id)).all()
    for id in ids:
        with transaction(id) as session:
            service.plan(session, by=system("dispatches.plan"), now=now)
