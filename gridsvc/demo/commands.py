"""flask demo: the synthetic county on the command line."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from gridsvc.clock import utc_now
from gridsvc.demo import files
from gridsvc.demo.county import County

demo = AppGroup("demo", help="The synthetic demo county.")

SEED = 211122


@demo.command("files")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=SEED, show_default=True, help="Another seed, another county.")
@click.option("--small", is_flag=True, help="One town with five villages.")
def write_files(directory: Path, seed: int, small: bool) -> None:
    """Write the import files of the demo county into DIRECTORY."""
    today = utc_now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    found = County.small if small else County.panshan
    for path in files.write(found(seed, today), directory):
        click.echo(path)
