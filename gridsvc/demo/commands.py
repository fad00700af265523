"""flask demo: the synthetic county on the command line."""

from pathlib import Path
from unicodedata import east_asian_width

import click

from gridsvc.clock import utc_now
from gridsvc.demo import files
from gridsvc.demo.county import County
from gridsvc.demo.fill import fill
from gridsvc.demo.found import existing
from gridsvc.demo.logins import PASSWORD, Login, logins
from gridsvc.demo.world import SEED
from gridsvc.terminal import Commands
from gridsvc.weeks import local_day

demo = Commands("demo", help="The synthetic demo county.")


@demo.command("fill")
@click.option("--days", type=click.IntRange(1), help="Live so many days at most, this time.")
@click.option("--small", is_flag=True, help="One town with five villages, if it is not there yet.")
@click.option("--beside", is_flag=True, help="Also in a database that has other jurisdictions.")
def fill_in(days: int | None, small: bool, beside: bool) -> None:
    """Make the demo county, once, and let it live on up to yesterday."""
    fill(utc_now(), click.echo, days=days, is_small=small, is_beside=beside)


@demo.command("logins")
def show_logins() -> None:
    """Print who can sign in to the demo county; nothing if it is not there."""
    there = existing()
    found = logins(there, utc_now()) if there else []
    if not found:
        return
    click.echo(f"演示账号 demo logins; 密码 password: {PASSWORD} (for demonstration only)")
    for login in found:
        click.echo(_line(login))


def _line(login: Login) -> str:
    cells = ((login.role, 18), (login.role_en, 24), (login.login, 22), (login.client, 8))
    return "  " + "".join(_wide(text, columns) for text, columns in cells) + login.name


def _wide(text: str, columns: int) -> str:
    """Return `text` filled up to so many columns of a terminal, where Chinese takes two each."""
    taken = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * (columns - taken)


@demo.command("files")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=SEED, show_default=True, help="Another seed, another county.")
@click.option("--small", is_flag=True, help="One town with five villages.")
def write_files(directory: Path, seed: int, small: bool) -> None:
    """Write the import files of the demo county into DIRECTORY."""
    found = County.small if small else County.panshan
    for path in files.write(found(seed, local_day(utc_now())), directory):
        click.echo(path)
