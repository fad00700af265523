"""Planned handovers come true: their open work is passed on when the moment has come."""

from datetime import datetime

from gridsvc.actor import system
from gridsvc.handovers.queries import due_to_pass_on
from gridsvc.handovers.service import pass_on_due
from gridsvc.jobs import planner
from gridsvc.session import every_jurisdiction, transaction

BY = system("handovers.pass_on")


@planner("handovers.pass_on")
def pass_on(now: datetime) -> None:
    """Pass on the work of every handover that is due, each in a transaction of its own."""
    for here in every_jurisdiction():
        with transaction(here) as session:
            due = due_to_pass_on(session, now)
        for handover_id in due:
            with transaction(here) as session:
                pass_on_due(session, handover_id, by=BY, now=now)
