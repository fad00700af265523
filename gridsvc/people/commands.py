"""flask units: the responsible units of a jurisdiction."""

from pathlib import Path

import click

from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.people import queries, service
from gridsvc.people.rules import UNIT_COLUMNS, plan_units
from gridsvc.session import transaction
from gridsvc.tables import beside, progress, read_table, refuse_faulty
from gridsvc.terminal import Commands, import_options

units = Commands("units", help="Responsible units: bureaus, towns, departments.")


@units.command("import")
@import_options
def import_units(path: Path, jurisdiction: int, is_dry_run: bool, errors: Path | None) -> None:
    """Import units from FILE, a CSV with the columns code, name, kind (bureau, town or
    department) and parent (a unit's code, or empty).

    UTF-8 or GB18030. All or nothing; the same file again changes nothing.
    """
    table = read_table(path, UNIT_COLUMNS)
    with transaction(jurisdiction) as session:
        plan = plan_units(progress(table.lines, "Checking"), queries.units(session))
        refuse_faulty(table, plan.faults, errors or beside(path, "errors"))
        if not is_dry_run:
            service.enter_units(session, plan, by=system("units.import"), now=utc_now())
    counts = f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.unchanged} unchanged"
    click.echo(f"units: {counts}{' (dry run: nothing was written)' if is_dry_run else ''}")
