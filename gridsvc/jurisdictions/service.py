"""Beginning a jurisdiction: all that must be there before its grids and people can come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from chinese_calendar.constants import Holiday, holidays, workdays
from sqlalchemy import func, select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.errors import Conflict, Refused
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import root
from gridsvc.ids import new_id
from gridsvc.rules.presets import CHECKLISTS, RULE_SETS
from gridsvc.rules.service import mark_days, put_in_force
from gridsvc.scoped import Jurisdiction
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight

SINCE_EVER = midnight(date(2000, 1, 1))  # before any history that might be entered
GRID_CODE_LENGTH = 12


class JurisdictionTaken(Conflict):
    """There already is a jurisdiction with this id."""


class BadDivisionCode(Refused):
    """A division code has 2 to 12 digits."""


@dataclass(frozen=True, kw_only=True)
class Founding:
    """What a jurisdiction begins with. `rules` names one of rules.presets.RULE_SETS."""

    name: str
    division_code: str
    rules: str
    is_synthetic: bool


def next_id(session: Session) -> int:
    """Return the id after the highest."""
    return (session.scalar(select(func.max(Jurisdiction.id))) or 0) + 1


def create(
    session: Session, founding: Founding, *, by: Actor, now: datetime
) -> tuple[Grid, list[int]]:
    """Begin the jurisdiction that the session is in: trail, level-1 grid, rules and calendar.

    Returns the grid, and the years whose holidays are known. Raises JurisdictionTaken,
    BadDivisionCode.
    """
    code = founding.division_code
    if not (code.isascii() and code.isdecimal() and 2 <= len(code) <= GRID_CODE_LENGTH):
        raise BadDivisionCode(f"{code!r} is no division code.")
    _open(session, founding, now)
    grid = Grid(
        id=new_id(),
        level=1,
        kind="territorial",
        code=code.ljust(GRID_CODE_LENGTH, "0"),
        name=founding.name,
    )
    session.add(grid)
    days = known_days()
    mark_days(session, days)
    put_in_force(
        session, founding.rules, RULE_SETS[founding.rules], CHECKLISTS,
        since=SINCE_EVER, by=by, now=now,
    )  # fmt: skip
    years = sorted({day.year for day in days})
    told = {"name": [None, founding.name], "division_code": [None, code], "calendar": [None, years]}
    act = Act(deed="jurisdiction.create", subject_kind="grid", subject_id=grid.id, changes=told)
    audit.record(session, [act], by=by, at=now)
    return grid, years


def _open(session: Session, founding: Founding, now: datetime) -> None:
    id = session.jurisdiction_id
    if session.get(Jurisdiction, id) is not None:
        raise JurisdictionTaken(f"There already is a jurisdiction {id}.")
    jurisdiction = Jurisdiction(
        id=id,
        name=founding.name,
        division_code=founding.division_code,
        is_synthetic=founding.is_synthetic,
        created_at=now,
    )
    session.add(jurisdiction)
    session.flush()
    audit.open_trail(session)


def demand_second_factor(session: Session, of: str, *, by: Actor, now: datetime) -> None:
    """Say who has to have a second factor: nobody (none), or duties above level 3 (desk)."""
    jurisdiction = session.get_one(Jurisdiction, session.jurisdiction_id)
    before, jurisdiction.second_factor = jurisdiction.second_factor, of
    changes = {"second_factor": [before, of]}
    act = Act(
        deed="jurisdiction.demand_second_factor",
        subject_kind="grid",
        subject_id=root(session).id,
        changes=dict(changes),
    )
    audit.record(session, [act], by=by, at=now)


def known_days() -> Mapping[date, tuple[bool, str]]:
    """Return the days on which China rests or works unlike the weekday says, with their names."""
    chinese = {holiday.value: holiday.chinese for holiday in Holiday}
    off = {day: (False, chinese[name]) for day, name in holidays.items()}
    return off | {day: (True, chinese[name]) for day, name in workdays.items()}


def unknown_years(years: list[int], now: datetime) -> list[int]:
    """Return which of this year and the next have no published holidays yet."""
    this = local_day(now).year
    return [year for year in (this, this + 1) if year not in years]
