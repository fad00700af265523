from datetime import UTC, datetime

from sqlalchemy import func, select

from gridsvc.dispatches.jobs import plan
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.weeks import local_day, month_of
from tests.conftest import HERE, enter
from tests.factories.inspections import NOON
from tests.factories.rounds import add_patrol


def test_the_command_makes_the_months_that_are_missing(app, session, village) -> None:
    now = datetime.now(UTC)
    add_patrol(session, village.officer, village.zhao, now)
    session.commit()
    runner = app.test_cli_runner()

    first = runner.invoke(args=["dispatches", "plan", "-j", str(HERE)])
    again = runner.invoke(args=["dispatches", "plan", "-j", str(HERE)])

    assert first.output == "1 new monthly dispatches.\n", first.output
    assert again.output == "0 new monthly dispatches.\n"
    months = enter(HERE).scalars(select(MonthlyDispatch.month)).all()
    assert months == [month_of(local_day(now))]


def test_the_job_plans_every_jurisdiction(session, village) -> None:
    """The others have no records yet, and stay without."""
    add_patrol(session, village.officer, village.zhao, NOON)
    session.commit()

    plan(NOON)
    plan(NOON)

    assert enter(HERE).scalar(select(func.count()).select_from(MonthlyDispatch)) == 1
