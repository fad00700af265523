"""The `flask` commands of every feature."""

from click import Command
from flask import Flask

from gridsvc import jobs

COMMANDS: tuple[Command, ...] = (jobs.worker,)


def init_app(app: Flask) -> None:
    """Add the commands to the `flask` program of `app`."""
    for command in COMMANDS:
        app.cli.add_command(command)
