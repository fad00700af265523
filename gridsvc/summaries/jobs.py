"""The week makes itself: asked every quarter of an hour, it adds the summaries that are missing."""

from datetime import datetime

from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.jobs import planner
from gridsvc.scoped import Jurisdiction
from gridsvc.session import directory, transaction
from gridsvc.summaries import service


@planner("summaries.plan")
def plan(now: datetime) -> None:
    """Make the missing summaries of every jurisdiction, each in a transaction of its own."""
    with directory() as session:
        ids = session.scalars(select(Jurisdiction.id).order_by(Jurisdiction.id)).all()
    for id in ids:
        with transaction(id) as session:
            service.plan(session, by=system("summaries.plan"), now=now)
