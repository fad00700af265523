"""flask patrols: tracks on the command line."""

from pathlib import Path

import click
from flask import current_app
from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.grids.models import Grid
from gridsvc.patrols.purge import old_tracks
from gridsvc.patrols.recorded import enter, read
from gridsvc.patrols.upkeep import cutoff, purge_jurisdiction, weigh_jurisdiction
from gridsvc.people.models import Person
from gridsvc.session import Session, transaction
from gridsvc.terminal import Commands, jurisdiction_option
from gridsvc.weeks import local_day

patrols = Commands("patrols", help="Patrols and their tracks.")

dry_run = click.option("--dry-run", "is_dry_run", is_flag=True, help="Tell, and write nothing.")


@patrols.command("import-gpx")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--officer", required=True, metavar="LOGIN", help="Whose patrol it was.")
@click.option("--grid", "code", required=True, metavar="CODE", help="In which level-3 grid.")
@jurisdiction_option
@dry_run
def import_gpx(path: Path, officer: str, code: str, jurisdiction: int, is_dry_run: bool) -> None:
    """Import FILE, a GPX track that another device recorded, as a patrol.

    The officer must have had the duty there then. The same file again changes nothing.
    """
    content = path.read_bytes()
    fixes = read(content)
    with transaction(jurisdiction) as session:
        who, where = _officer(session, officer), _grid(session, code)
        if is_dry_run:
            click.echo(f"{len(fixes)} points (dry run: nothing was written)")
            return
        by = system("patrols.import_gpx")
        patrol_id, is_new = enter(
            session, content, officer_id=who.id, grid_id=where.id, by=by, now=utc_now()
        )
    told = f"{len(fixes)} points" if is_new else "it was there already"
    click.echo(f"patrol {patrol_id}: {told}")


@patrols.command("weigh")
@jurisdiction_option
def weigh(jurisdiction: int) -> None:
    """Weigh the days of which something new has come, as the job does every quarter of an hour."""
    days, raised = weigh_jurisdiction(jurisdiction, utc_now())
    click.echo(f"{days} days weighed, {raised} new flags.")


@patrols.command("purge-tracks")
@jurisdiction_option
@dry_run
def purge_tracks(jurisdiction: int, is_dry_run: bool) -> None:
    """Purge the tracks that are older than TRACK_MONTHS; what they told is kept."""
    now = utc_now()
    before = cutoff(now, current_app.config["TRACK_MONTHS"])
    if is_dry_run:
        with transaction(jurisdiction) as session:
            old = old_tracks(session, before)
        click.echo(f"{len(old)} tracks before {local_day(before)} (dry run: nothing was purged)")
        return
    count, fixes = purge_jurisdiction(jurisdiction, before, now)
    click.echo(f"{count} tracks before {local_day(before)} purged, {fixes} points.")


def _officer(session: Session, login: str) -> Person:
    found = session.scalars(select(Person).where(Person.login == login)).one_or_none()
    if found is None:
        raise click.BadParameter(f"there is nobody called {login}", param_hint="--officer")
    return found


def _grid(session: Session, code: str) -> Grid:
    found = session.scalars(select(Grid).where(Grid.code == code)).one_or_none()
    if found is None:
        raise click.BadParameter(f"there is no grid {code}", param_hint="--grid")
    return found
