"""flask enterprises: the registry on the command line."""

import os
from pathlib import Path

import click

from geo.crs import KNOWN_CRS
from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.enterprises import service
from gridsvc.enterprises.export import export
from gridsvc.enterprises.rules import COLUMNS, OPTIONAL
from gridsvc.grids.queries import root, within
from gridsvc.session import transaction
from gridsvc.sheets import is_workbook, workbook
from gridsvc.tables import beside, csv_text, progress, read_table, refuse_faulty
from gridsvc.terminal import Commands, import_options, jurisdiction_option

enterprises = Commands("enterprises", help="The registry of supervised objects.")

SHOWN = 20

WHICH_CRS = (
    "Say what the coordinates are in: gcj02 if they come from AMap or Tencent, bd09 from Baidu,"
    " cgcs2000 from a surveyor or Tianditu, wgs84 from a GPS receiver. A wrong guess moves every"
    " enterprise by up to a kilometre."
)


def _declared(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    if value is None:
        raise click.BadParameter(f"is missing. {WHICH_CRS}", ctx, param)
    return value


@enterprises.command("import")
@import_options
@click.option("--crs", type=click.Choice(list(KNOWN_CRS)), callback=_declared, help=WHICH_CRS)
def import_enterprises(
    path: Path, jurisdiction: int, crs: str, is_dry_run: bool, errors: Path | None
) -> None:
    """Import enterprises from FILE, CSV or XLSX, with the columns code, name, uscc, kind,
    supervision_class, industry_code, permit_no, address, lon, lat, grid, contact_name,
    contact_phone, scattered, and if need be grid_reason, permit_class, permit_until,
    disposition (the last three leave what stands where they are empty).

    An enterprise is known by its code. `grid` may stay empty: the location decides; one that
    differs needs a grid_reason. UTF-8 or GB18030. All or nothing; the same file again changes
    nothing; enterprises that the file does not name stay as they are.
    """
    table, now = read_table(path, COLUMNS, OPTIONAL), utc_now()
    with transaction(jurisdiction) as session:
        plan = service.plan(session, progress(table.lines, "Checking"), crs=crs, now=now)
        refuse_faulty(table, plan.faults, errors or beside(path, "errors"))
        if not is_dry_run:
            service.register(session, plan, by=system("enterprises.import"), now=now)
    counts = f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.unchanged} unchanged"
    click.echo(f"enterprises: {counts}{' (dry run: nothing was written)' if is_dry_run else ''}")
    for enterprise, changes in plan.changed[:SHOWN]:
        click.echo(f"  {enterprise.code} {enterprise.name}: {', '.join(sorted(changes))}")
    if len(plan.changed) > SHOWN:
        click.echo(f"  ... and {len(plan.changed) - SHOWN} more")


@enterprises.command("export")
@jurisdiction_option
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def export_enterprises(jurisdiction: int, path: Path) -> None:
    """Write the registry into FILE, .csv or .xlsx, as `enterprises import --crs wgs84` takes it."""
    with transaction(jurisdiction) as session:
        everywhere = within(session, root(session).id)
        purpose, by = f"flask enterprises export {path.name}", system("enterprises.export")
        table = export(session, everywhere, purpose=purpose, by=by, now=utc_now())
    content = workbook(table) if is_workbook(path) else csv_text(table)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
    click.echo(f"enterprises: {len(table) - 1} in {path}")
