"""The `flask` commands of every feature."""

from click import Command
from flask import Flask

import gridsvc.audit.jobs
import gridsvc.dispatches.jobs
import gridsvc.enterprises.jobs
import gridsvc.handovers.jobs
import gridsvc.media.jobs
import gridsvc.patrols.jobs
import gridsvc.signin.jobs
import gridsvc.summaries.jobs
import gridsvc.sync.jobs  # noqa: F401
from gridsvc import jobs
from gridsvc.audit.commands import audit, receipts
from gridsvc.demo.commands import demo
from gridsvc.dispatches.commands import dispatches
from gridsvc.enterprises.commands import enterprises
from gridsvc.jurisdictions.commands import jurisdictions
from gridsvc.maps.commands import grids
from gridsvc.marks.commands import visits
from gridsvc.patrols.commands import patrols
from gridsvc.people.commands import units
from gridsvc.roster.commands import admins, people
from gridsvc.summaries.commands import summaries
from gridsvc.sync.commands import sync

COMMANDS: tuple[Command, ...] = (
    jobs.worker,
    jurisdictions,
    admins,
    units,
    people,
    audit,
    receipts,
    grids,
    enterprises,
    visits,
    patrols,
    summaries,
    sync,
    dispatches,
    demo,
)


def init_app(app: Flask) -> None:
    """Add the commands to the `flask` program of `app`."""
    for command in COMMANDS:
        app.cli.add_command(command)
