"""flask jurisdictions: how a county begins."""

import click

from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.jurisdictions import service
from gridsvc.rules.presets import RULE_SETS
from gridsvc.session import directory, transaction
from gridsvc.terminal import Commands, known

jurisdictions = Commands("jurisdictions", help="Jurisdictions: counties, districts, zones.")

MOST_ID = 2**31 - 1


@jurisdictions.command("create")
@click.option("--name", required=True)
@click.option("--division-code", required=True, help="GB/T 2260, such as 211122.")
@click.option(
    "--id", "given_id", type=click.IntRange(1, MOST_ID), help="[default: the next free one]"
)
@click.option(
    "--rules", type=click.Choice(sorted(RULE_SETS)), default="gridsvc", show_default=True,
    help="The rule set to begin with.",
)  # fmt: skip
@click.option("--synthetic", "is_synthetic", is_flag=True, help="Invented, and says so everywhere.")
def create_jurisdiction(
    name: str, division_code: str, given_id: int | None, rules: str, is_synthetic: bool
) -> None:
    """Begin a jurisdiction: its trail, its level-1 grid, its rules and its work calendar."""
    founding = service.Founding(
        name=name, division_code=division_code, rules=rules, is_synthetic=is_synthetic
    )
    now, id = utc_now(), given_id or _next_id()
    with transaction(id) as session:
        grid, years = service.create(session, founding, by=system("jurisdictions.create"), now=now)
    click.echo(f"jurisdiction: {id}")
    click.echo(f"level-1 grid: {grid.code} {grid.name}")
    click.echo(f"rule set: {rules}, in force since ever")
    click.echo(f"work calendar: the holidays of {years[0]} to {years[-1]}")
    for year in service.unknown_years(years, now):
        click.echo(
            f"warning: the holidays of {year} are not known yet; until its days are marked,"
            " Monday to Friday are worked",
            err=True,
        )


@jurisdictions.command("set")
@click.argument("jurisdiction", metavar="ID", type=int, callback=known)
@click.option(
    "--second-factor", type=click.Choice(["none", "desk"]), required=True,
    help="Who has to have one: nobody, or at a browser whoever holds a duty above level 3.",
)  # fmt: skip
def set_jurisdiction(jurisdiction: int, second_factor: str) -> None:
    """Change what holds in the jurisdiction ID."""
    with transaction(jurisdiction) as session:
        by = system("jurisdictions.set")
        service.demand_second_factor(session, second_factor, by=by, now=utc_now())
    click.echo(f"second factor: {second_factor}")


def _next_id() -> int:
    with directory() as session:
        return service.next_id(session)
