"""New boundaries begin at midnight; the registry follows them."""

from datetime import datetime

from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.enterprises import service
from gridsvc.grids.queries import has_begun
from gridsvc.jobs import planner
from gridsvc.scoped import Jurisdiction
from gridsvc.session import directory, transaction


@planner("enterprises.settle")
def settle(now: datetime) -> None:
    """File the enterprises under the grids whose dated boundaries have begun."""
    with directory() as session:
        jurisdiction_ids = session.scalars(select(Jurisdiction.id)).all()
    for jurisdiction_id in jurisdiction_ids:
        with transaction(jurisdiction_id) as session:
            if has_begun(session, now):
                service.settle_all(session, by=system("enterprises.settle"), now=now)
