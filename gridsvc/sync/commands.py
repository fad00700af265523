"""flask sync: what an operator has to tell the phones."""

import click

from gridsvc.clock import utc_now
from gridsvc.session import every_jurisdiction, transaction
from gridsvc.sync.pull import begin_anew
from gridsvc.terminal import Commands

sync = Commands("sync", help="Phones.")


@sync.command("restored")
def restored() -> None:
    """Tell all phones that the data went back to a backup. Call it before serving them again.

    They forget what they had pulled, pull again, and send again whatever they still hold.
    """
    ids = every_jurisdiction()
    for jurisdiction_id in ids:
        with transaction(jurisdiction_id) as session:
            begin_anew(session, now=utc_now())
    click.echo(f"jurisdictions: {len(ids)}")
