"""The manners of every `flask` command: refusals are told in a sentence, never as a traceback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app
from flask.cli import AppGroup, ScriptInfo

from gridsvc.errors import DomainError
from gridsvc.scoped import Jurisdiction
from gridsvc.session import directory

Command = TypeVar("Command", bound=Callable[..., Any])


class Commands(AppGroup):
    """The commands of a feature. A refusal ends the program with its detail and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        if not current_app:  # options are checked against the database, before a command runs
            ctx.with_resource(ctx.ensure_object(ScriptInfo).load_app().app_context())
        try:
            return super().invoke(ctx)
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal


def known(ctx: click.Context, param: click.Parameter, value: int) -> int:
    """Return the id of a jurisdiction, if there is one."""
    with directory() as session:
        if session.get(Jurisdiction, value) is None:
            raise click.BadParameter(f"there is no jurisdiction {value}", ctx, param)
    return value


jurisdiction_option = click.option(
    "--jurisdiction", required=True, type=int, metavar="ID", callback=known,
    help="The id of an existing jurisdiction.",
)  # fmt: skip


def import_options(command: Command) -> Command:
    """Let a command take FILE (`path`), `jurisdiction`, `is_dry_run` and `errors` (or None)."""
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    written = click.Path(dir_okay=False, path_type=Path)
    for option in (
        click.option("--errors", type=written, help="Where to write the faults. [FILE.errors.csv]"),
        click.option("--dry-run", "is_dry_run", is_flag=True, help="Check, and write nothing."),
        jurisdiction_option,
        click.argument("path", metavar="FILE", type=file),
    ):
        command = option(command)
    return command
