"""New boundaries begin at midnight; the registry follows them."""

from datetime import datetime

from gridsvc.actor import system
from gridsvc.enterprises import service
from gridsvc.grids.queries import has_begun
from gridsvc.jobs import planner
from gridsvc.session import every_jurisdiction, transaction


@planner("enterprises.settle")
def settle(now: datetime) -> None:
    """File the enterprises under the grids whose dated boundaries have begun."""
    for jurisdiction_id in every_jurisdiction():
        with transaction(jurisdiction_id) as session:
            if has_begun(session, now):
                service.settle_all(session, by=system("enterprises.settle"), now=now)
