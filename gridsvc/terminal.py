"""The manners of every `flask` command: refusals are told in a sentence, never as a traceback."""

from typing import Any

import click
from flask.cli import AppGroup

from gridsvc.errors import DomainError
from gridsvc.scoped import Jurisdiction
from gridsvc.session import directory


class Commands(AppGroup):
    """The commands of a feature. A refusal ends the program with its detail and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal


def _known(ctx: click.Context, param: click.Parameter, value: int) -> int:
    with directory() as session:
        if session.get(Jurisdiction, value) is None:
            raise click.BadParameter(f"there is no jurisdiction {value}", ctx, param)
    return value


jurisdiction_option = click.option(
    "--jurisdiction", required=True, type=int, metavar="ID", callback=_known,
    help="The id of an existing jurisdiction.",
)  # fmt: skip
