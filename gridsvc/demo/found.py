"""Founding the demo county: through the importers, with files such as an administrator has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.audit.models import AuditEntry
from gridsvc.demo import files
from gridsvc.demo.county import County
from gridsvc.demo.divisions import COUNTY_CODE, JURISDICTION_NAME
from gridsvc.demo.world import SEED
from gridsvc.enterprises import service as enterprises
from gridsvc.enterprises.rules import COLUMNS as ENTERPRISE_COLUMNS
from gridsvc.enterprises.rules import OPTIONAL
from gridsvc.errors import Conflict
from gridsvc.grids import service as grids
from gridsvc.grids.schemas import read_drawing
from gridsvc.jurisdictions import service as jurisdictions
from gridsvc.maps.service import redraw
from gridsvc.people import queries as people
from gridsvc.people.rules import UNIT_COLUMNS, plan_units
from gridsvc.people.service import enter_units
from gridsvc.roster import service as roster
from gridsvc.roster.rules import COLUMNS as DUTY_COLUMNS
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session, directory, transaction
from gridsvc.summaries.queries import towns
from gridsvc.tables import Fault, read_table, read_text
from gridsvc.weeks import local_day, midnight

MAKER = system("demo.fill")
DIVISION = COUNTY_CODE[:6]
RULES = "gridsvc"
HISTORY = timedelta(weeks=8)
HOUR = timedelta(hours=1)
BEGINS_AFTER = timedelta(days=3)  # founded on a Friday, patrolled from Monday on

FOUNDING = jurisdictions.Founding(
    name=JURISDICTION_NAME, division_code=DIVISION, rules=RULES, is_synthetic=True
)


class OtherJurisdictions(Conflict):
    """The database has jurisdictions that are not the demo's."""


class DemoNotImported(Conflict):
    """What the demo would import does not fit what is already here."""


@dataclass(frozen=True)
class Demo:
    """The demo county in this database."""

    jurisdiction_id: int
    founded_at: datetime

    @property
    def begins_on(self) -> date:
        """The first day of its history, a Monday."""
        return local_day(self.founded_at) + BEGINS_AFTER


def existing() -> Demo | None:
    """Return the demo county that `found` made in this database, if it did."""
    with directory() as session:
        candidates = session.scalars(select(Jurisdiction).where(Jurisdiction.is_synthetic)).all()
    ours = [one for one in candidates if one.name == JURISDICTION_NAME and _is_made_here(one.id)]
    return Demo(ours[0].id, ours[0].created_at) if ours else None


def _is_made_here(jurisdiction_id: int) -> bool:
    """Say whether the trail of a jurisdiction begins with our founding it."""
    with transaction(jurisdiction_id) as session:
        made = select(AuditEntry.seq).where(
            AuditEntry.deed == "jurisdiction.create", AuditEntry.actor == MAKER.name
        )
        return session.scalar(made) is not None


def found(today: date, *, is_beside: bool = False) -> Demo:
    """Begin the jurisdiction of the demo. Raises OtherJurisdictions.

    It began eight weeks ago, or somewhat more: its history starts with a week.
    """
    with directory() as session:
        if not is_beside and session.scalar(select(Jurisdiction.id).limit(1)) is not None:
            raise OtherJurisdictions(
                "This database has other jurisdictions. The demo belongs into a database of its"
                " own; --beside puts it beside them all the same."
            )
        jurisdiction_id = jurisdictions.next_id(session)
    first = today - HISTORY
    monday = first - timedelta(days=first.weekday())
    now = midnight(monday - BEGINS_AFTER) + 10 * HOUR
    with transaction(jurisdiction_id) as session:
        jurisdictions.create(session, FOUNDING, by=MAKER, now=now)
    return Demo(jurisdiction_id, now)


def settle(demo: Demo, county: County, step: Callable[[str], None]) -> None:
    """Import the grids, units, enterprises and people of a county. Again, it changes nothing."""
    with TemporaryDirectory() as scratch:
        paths = files.write(county, Path(scratch))
        for minutes, (path, importer) in enumerate(zip(paths, IMPORTERS, strict=True), start=1):
            now = demo.founded_at + minutes * timedelta(minutes=10)
            with transaction(demo.jurisdiction_id) as session:
                importer(session, path, now)
            step(path.name)


def _import_grids(session: Session, path: Path, now: datetime) -> None:
    drawing = read_drawing(read_text(path))
    planned = grids.plan(session, drawing.grids, spoilt=drawing.spoilt, asked=None, now=now)
    with _faultless([*drawing.faults, *planned.faults]):
        redraw(
            session, planned, name=path.stem, source=path.name, crs=drawing.crs,
            by=MAKER, now=now,
        )  # fmt: skip


def _import_units(session: Session, path: Path, now: datetime) -> None:
    table = read_table(path, UNIT_COLUMNS)
    plan = plan_units(table.lines, people.units(session))
    with _faultless([*table.faults, *plan.faults]):
        enter_units(session, plan, by=MAKER, now=now)


def _import_enterprises(session: Session, path: Path, now: datetime) -> None:
    table = read_table(path, ENTERPRISE_COLUMNS, OPTIONAL)
    plan = enterprises.plan(session, table.lines, crs=files.ENTERPRISES_CRS, now=now)
    with _faultless([*table.faults, *plan.faults]):
        enterprises.register(session, plan, by=MAKER, now=now)


def _import_people(session: Session, path: Path, now: datetime) -> None:
    table = read_table(path, DUTY_COLUMNS, optional=("phone", "seat", "from", "until"))
    plan, known = roster.plan(session, table.lines)
    with _faultless([*table.faults, *plan.faults]):
        roster.carry_out(session, plan, known, by=MAKER, now=now)


IMPORTERS = (_import_grids, _import_units, _import_enterprises, _import_people)


@contextmanager
def _faultless(faults: list[Fault]) -> Iterator[None]:
    if faults:
        raise DemoNotImported(f"Line {faults[0].line}: {faults[0].reason}.")
    yield


def is_settled(session: Session) -> bool:
    """Say whether the people, who come last, are there."""
    enrolled = select(AuditEntry.seq).where(AuditEntry.deed == "person.enrol")
    return session.scalar(enrolled.limit(1)) is not None


def county_for(demo: Demo, *, is_small: bool) -> County:
    """Return the county of a demo, always the same for the same beginning."""
    today = demo.begins_on + HISTORY + timedelta(days=5)
    return (County.small if is_small else County.panshan)(SEED, today)


def is_one_town(session: Session) -> bool:
    """Say whether the county that was begun is a small one."""
    return len(towns(session)) == 1
