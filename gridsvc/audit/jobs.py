"""The anchor of the day makes itself: asked every quarter of an hour, it signs what is missing."""

from datetime import datetime

from gridsvc.audit.anchors import sign_day
from gridsvc.jobs import planner
from gridsvc.session import every_jurisdiction, transaction
from gridsvc.signing import signer


@planner("audit.anchor")
def anchor(now: datetime) -> None:
    """Sign the end of every chain once in a local day, each in a transaction of its own."""
    for id in every_jurisdiction():
        with transaction(id) as session:
            sign_day(session, signer(), now=now)
