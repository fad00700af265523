"""What happens to tracks while nobody waits: days are weighed, old tracks purged."""

from datetime import datetime

from flask import current_app

from gridsvc.jobs import planner
from gridsvc.patrols.purge import make_months
from gridsvc.patrols.upkeep import cutoff, purge_jurisdiction, weigh_jurisdiction
from gridsvc.session import directory, every_jurisdiction
from gridsvc.weeks import local_day


@planner("patrols.weigh")
def weigh_everywhere(now: datetime) -> None:
    """Weigh the days of which something new has come."""
    for jurisdiction_id in every_jurisdiction():
        weigh_jurisdiction(jurisdiction_id, now)


@planner("patrols.purge")
def purge_everywhere(now: datetime) -> None:
    """Make room for the tracks of the next months, and purge those that are old enough."""
    with directory() as session:
        make_months(session, local_day(now))
    before = cutoff(now, current_app.config["TRACK_MONTHS"])
    for jurisdiction_id in every_jurisdiction():
        purge_jurisdiction(jurisdiction_id, before, now)
