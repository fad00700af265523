"""`flask dispatches ...`: the month, from the command line."""

import click
from flask.cli import AppGroup

from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.dispatches import service
from gridsvc.session import transaction

dispatches = AppGroup("dispatches", help="Monthly dispatches of the county.")


@dispatches.command("plan")
@click.option("--jurisdiction", "-j", type=int, required=True)
def plan(jurisdiction: int) -> None:
    """Make the dispatches that are missing, as the job does every quarter of an hour."""
    with transaction(jurisdiction) as session:
        made = service.plan(session, by=system("dispatches.plan"), now=utc_now())
    click.echo(f"{made} new monthly dispatches.")
