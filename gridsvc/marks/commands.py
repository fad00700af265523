"""`flask visits ...`: the visits that count, from the command line."""

import click
from flask.cli import AppGroup

from gridsvc.marks import visits as counted
from gridsvc.session import transaction

visits = AppGroup("visits", help="The visits that count, by which due visits are worked out.")


@visits.command("rebuild")
@click.option("--jurisdiction", "-j", type=int, required=True)
def rebuild(jurisdiction: int) -> None:
    """Count all visits again from the inspection log, as after a restore of the log alone."""
    with transaction(jurisdiction) as session:
        found = counted.rebuild(session)
    click.echo(f"{found} visits.")
