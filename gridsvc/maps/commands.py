"""flask grids: the map on the command line."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from gridsvc.actor import system
from gridsvc.clock import utc_now
from gridsvc.digests import digest
from gridsvc.grids import service as grids_service
from gridsvc.grids.schemas import Drawing, read_drawing
from gridsvc.grids.service import Redrawing
from gridsvc.maps.service import Consequence, redraw
from gridsvc.session import transaction
from gridsvc.tables import Table, beside, progress, read_text, refuse_faulty
from gridsvc.terminal import Commands, import_options
from gridsvc.weeks import LOCAL

grids = Commands("grids", help="Grids and their boundaries.")

SHOWN = 20


@grids.command("import")
@import_options
@click.option(
    "--from", "begins", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
    help="The local day from which the boundaries count; today means from now on. The first"
    " boundaries of a jurisdiction count since ever unless a day is given, later ones from"
    " tomorrow on.",
)  # fmt: skip
def import_grids(
    path: Path, jurisdiction: int, begins: datetime | None, is_dry_run: bool, errors: Path | None
) -> None:
    """Import grids from FILE, a GeoJSON FeatureCollection with a member "crs" (wgs84, cgcs2000,
    gcj02 or bd09). Each feature is a Polygon or MultiPolygon with the properties code, name,
    level (1 to 3), parent (the code of the grid above it) and, for an overlay, kind.

    A grid is known by its code. All or nothing; the same file again changes nothing; grids that
    the file does not draw stay as they are. A dry run tells exactly what would happen.
    """
    drawing = read_drawing(read_text(path), partial(progress, label="Reading"))
    now = utc_now()
    asked = begins.date() if begins else None
    with transaction(jurisdiction) as session:
        planned = grids_service.plan(
            session, drawing.grids, spoilt=drawing.spoilt, asked=asked, now=now
        )
        refuse_faulty(_table(drawing), planned.faults, errors or beside(path, "errors"))
        source = f"{path.name} {digest(path.read_bytes())}"
        consequence = redraw(
            session, planned, name=path.stem, source=source, crs=drawing.crs,
            by=system("grids.import"), now=now,
        )  # fmt: skip
        if is_dry_run:
            session.rollback()
    for line in _report(planned, consequence):
        click.echo(line)
    if is_dry_run:
        click.echo("dry run: nothing was written")


def _table(drawing: Drawing) -> Table:
    rows = {number: list(row) for number, row in drawing.rows.items()}
    return Table(["code", "name"], [], drawing.faults, rows, word="feature")


def _report(planned: Redrawing, consequence: Consequence) -> Iterator[str]:
    found = planned.difference
    yield (
        f"grids: {len(found.new)} new, {len(found.renamed)} renamed, {len(found.redrawn)} with a"
        f" new boundary, {len(found.unchanged)} unchanged, {len(found.not_drawn)} not in the file"
    )
    renamed = [f"{grid.code}: {before.name} -> {grid.name}" for before, grid in found.renamed]
    yield from _listed("renamed", renamed)
    redrawn = [f"{grid.code} {grid.name}: {_changed(share)}" for _, grid, share in found.redrawn]
    yield from _listed("new boundary", redrawn)
    yield from _listed("gap", [gap.reason for gap in planned.gaps])
    if found.new or found.redrawn:
        yield f"in force {_moment(planned.since)}"
        yield from _moves(consequence)


def _changed(share: float | None) -> str:
    return "its first" if share is None else f"{share:.1%} of its land changes sides"


def _moves(consequence: Consequence) -> Iterator[str]:
    when = "change grid" if consequence.is_in_force else "will change grid on that day"
    yield f"enterprises: {len(consequence.moves)} {when}"
    if consequence.outside:
        yield f"enterprises: {len(consequence.outside)} lie in no grid and stay where they are"


def _listed(word: str, lines: list[str]) -> Iterator[str]:
    yield from (f"  {word}: {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"  {word}: ... and {len(lines) - SHOWN} more"


def _moment(since: datetime | None) -> str:
    return f"from {since.astimezone(LOCAL):%Y-%m-%d %H:%M}" if since else "since ever"
