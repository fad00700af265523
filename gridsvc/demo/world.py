"""The demo county as it stands in the database: places, posts, rules. Read once, then at hand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from shapely import Point
from sqlalchemy import select

from gridsvc.accountability.models import Duty
from gridsvc.db import Period
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.patrols.due import Rulebook, Seen, Watched
from gridsvc.patrols.watch import rulebook
from gridsvc.people.models import Person, Unit
from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.rules.queries import checklists
from gridsvc.rules.rules import Numbers, checklist_for, in_force
from gridsvc.session import Session

SEED = 211122
SHOWN_CODE = "PS-00001"  # its story is told: a problem, a relapse, a handover between them
_FEW, _OFTENER = 100, 4  # where there are so few enterprises, more goes wrong, to tell as much
_WELL_SHOWN_TOWNS = 2


@dataclass(frozen=True)
class Site:
    """An enterprise, with what is looked at there."""

    id: UUID
    code: str
    supervision_class: str
    kind: str
    location: Point
    checklist_id: UUID
    items: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Village:
    id: UUID
    code: str
    town_id: UUID
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class World:
    """All that the people of the county can know, whatever the day."""

    county_id: UUID
    towns: Mapping[UUID, str]  # codes
    villages: tuple[Village, ...]
    posts: Mapping[tuple[str, UUID], Sequence[tuple[Period, UUID]]]
    logins: Mapping[UUID, str]
    departments: Mapping[tuple[UUID, str], UUID]  # by town and bureau
    numbers: Numbers
    book: Rulebook

    @classmethod
    def read(cls, session: Session, at: datetime) -> "World":
        """Read the county with the rules in force at a moment."""
        grids = session.scalars(select(Grid).order_by(Grid.code)).all()
        sites = _sites(session, at)
        towns = [grid for grid in grids if grid.level == 2]
        rules = in_force(session.scalars(select(RuleSet)).all(), at)
        return cls(
            county_id=next(grid.id for grid in grids if grid.level == 1),
            towns={town.id: town.code for town in towns},
            villages=tuple(
                Village(grid.id, grid.code, grid.parent_id, tuple(sites[grid.id]))
                for grid in grids
                if grid.level == 3 and grid.parent_id
            ),
            posts=_posts(session),
            logins={id: login for id, login in session.execute(select(Person.id, Person.login))},
            departments=_departments(session, towns),
            numbers=Numbers.read(rules.document),
            book=rulebook(session),
        )

    def holders(self, role: str, subject_id: UUID, at: datetime) -> list[UUID]:
        """Return who held a role for something at a moment."""
        return [person for period, person in self.posts.get((role, subject_id), ()) if at in period]

    def holder(self, role: str, subject_id: UUID, at: datetime) -> UUID | None:
        """Return the first who held a role for something at a moment, or None."""
        return next(iter(self.holders(role, subject_id, at)), None)

    def is_patrol_day(self, day: date) -> bool:
        return self.book.is_patrol_day(day)

    def next_due(self, site: Site, seen_on: date) -> date:
        """Return when the village is to visit a site that it saw last on a day."""
        one = Watched(site.id, site.supervision_class, site.kind, seen_on)
        due = self.book.due_after((3, False), one, Seen(seen_on, 1, 1))
        return due.day if due else date.max

    @cached_property
    def town_of(self) -> Mapping[UUID, UUID]:
        """The town of each village, and each town itself."""
        return {village.id: village.town_id for village in self.villages} | {
            town_id: town_id for town_id in self.towns
        }

    @cached_property
    def trouble(self) -> int:
        """How many times oftener than usual things go wrong here."""
        return _OFTENER if sum(len(village.sites) for village in self.villages) < _FEW else 1

    @cached_property
    def shown_id(self) -> UUID | None:
        """The enterprise whose story is told."""
        sites = (site for village in self.villages for site in village.sites)
        return next((site.id for site in sites if site.code == SHOWN_CODE), None)

    @cached_property
    def shown_towns(self) -> set[UUID]:
        """The towns whose rounds have more photos and tracks: that of the story, and another."""
        told = (v.town_id for v in self.villages for s in v.sites if s.id == self.shown_id)
        return set([*told, *self.towns][:_WELL_SHOWN_TOWNS])


def _sites(session: Session, at: datetime) -> dict[UUID, list[Site]]:
    lists, found = checklists(session), defaultdict(list)
    active = select(Enterprise).where(Enterprise.state == "active").order_by(Enterprise.code)
    for enterprise in session.scalars(active):
        checklist = _checklist(lists, enterprise.kind, at)
        found[enterprise.grid_id].append(
            Site(
                enterprise.id,
                enterprise.code,
                enterprise.supervision_class,
                enterprise.kind,
                enterprise.location,
                checklist.id,
                checklist.items,
            )
        )
    return found


def _checklist(lists: Sequence[Checklist], kind: str, at: datetime) -> Checklist:
    found = checklist_for(lists, kind, at) or checklist_for(lists, "other", at)
    if found is None:
        raise LookupError(f"Nobody says what to look at where there is {kind}.")
    return found


def _posts(session: Session) -> dict[tuple[str, UUID], list[tuple[Period, UUID]]]:
    """Return who holds what, in order of login: ids differ each time the county is founded."""
    held = select(Duty.role, Duty.subject_id, Duty.period, Duty.person_id).join(Duty.person)
    posts = defaultdict(list)
    for role, subject_id, period, person_id in session.execute(held.order_by(Person.login)):
        posts[role, subject_id].append((period, person_id))
    return dict(posts)


def _departments(session: Session, towns: Sequence[Grid]) -> dict[tuple[UUID, str], UUID]:
    units = session.scalars(select(Unit).where(Unit.kind == "department")).all()
    return {
        (town.id, unit.code.rpartition(".")[2]): unit.id
        for town in towns
        for unit in units
        if unit.name.startswith(town.name)
    }
