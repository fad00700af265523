"""`flask summaries ...`: the week, from the command line."""

import click
from flask.cli import AppGroup

from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.session import transaction
from gridsvc.summaries import service

summaries = AppGroup("summaries", help="Weekly summaries of the towns.")


@summaries.command("plan")
@click.option("--jurisdiction", "-j", type=int, required=True)
def plan(jurisdiction: int) -> None:
    """Make the summaries that are missing, as the job does every quarter of an hour."""
    with transaction(jurisdiction) as session:
        made = service.plan(session, by=system("summaries.plan"), now=utc_now())
    click.echo(f"{made} new weekly summaries.")
