"""The `flask` commands of every feature."""

from click import Group
from flask import Flask

COMMANDS: tuple[Group, ...] = ()


def init_app(app: Flask) -> None:
    """Add the commands to the `flask` program of `app`."""
    for group in COMMANDS:
        app.cli.add_command(group)
