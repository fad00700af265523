"""What signing in leaves behind."""

from datetime import datetime

from gridsvc.jobs import planner
from gridsvc.session import directory
from gridsvc.signin import service


@planner("signin.forget_old_failures")
def forget_old_failures(now: datetime) -> None:
    """Forget which logins were tried in vain, a day after the last time."""
    with directory() as session:
        service.forget_old_failures(session, now=now)
