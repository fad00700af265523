"""A small world: a county with one town of two villages, the people it needs, two enterprises."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from shapely import MultiPolygon, Point
from sqlalchemy import select

from gridsvc.accountability.rules import Role
from gridsvc.actor import person, system
from gridsvc.audit.service import open_trail
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.inspections.rules import InspectionReport
from gridsvc.people.models import Person, Unit
from gridsvc.rules.models import Checklist
from gridsvc.rules.presets import CHECKLISTS, RULE_SETS
from gridsvc.rules.service import put_in_force
from gridsvc.session import Session
from tests.factories.accountability import add_duty, add_person, add_unit, appoint_all
from tests.factories.enterprises import add_enterprises, enterprise_row
from tests.factories.grids import a_grid, add_boundaries, square
from tests.factories.inspections import a_report

ZHAO = Point(122.05, 41.24)
QIAN = Point(122.07, 41.24)  # its square touches that of Zhao
LAST_YEAR = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Village:
    county: Grid
    town: Grid
    zhao: Grid
    qian: Grid
    leader: Person  # head of the county
    dispatcher: Person
    enforcer: Person
    head: Person  # of the town
    deputy: Person
    officer: Person  # patrols Zhao alone
    liaison: Person  # of the bureau
    answerable: Person  # responsible person of the yard
    bureau: Unit
    yard: Enterprise  # in Zhao
    farm: Enterprise  # in Qian
    checklist: Checklist  # of both

    def visit(self, **changes: Any) -> InspectionReport:
        """The officer looks at the yard."""
        return a_report(self.yard, self.officer, self.checklist, **changes)

    @classmethod
    def found(cls, session: Session) -> Self:
        """Found the world in the session's jurisdiction."""
        open_trail(session)
        put_in_force(
            session, "gridsvc", RULE_SETS["gridsvc"], CHECKLISTS,
            since=LAST_YEAR, by=system("test"), now=LAST_YEAR,
        )  # fmt: skip
        county, town, zhao, qian = _grids(session)
        yard, farm = add_enterprises(
            session,
            enterprise_row("宏达砂石场", ZHAO, zhao),
            enterprise_row("钱家养殖场", QIAN, qian),
        )
        bureau = add_unit(session, "住建局", "ZJ")
        posts = {
            "leader": ("吴国平", county, Role.GRID_HEAD),
            "dispatcher": ("郑晓", county, Role.DISPATCHER),
            "enforcer": ("冯力", county, Role.ENFORCEMENT_OFFICER),
            "head": ("孙卫东", town, Role.GRID_HEAD),
            "deputy": ("陈静", town, Role.DEPUTY_HEAD),
            "officer": ("李秀英", zhao, Role.GRID_OFFICER),
            "liaison": ("褚明", bureau, Role.DEPT_LIAISON),
            "answerable": ("卫红", yard, Role.RESPONSIBLE_PERSON),
        }
        people = appoint_all(session, [*posts.values()], LAST_YEAR)
        village = cls(
            county=county, town=town, zhao=zhao, qian=qian, yard=yard, farm=farm, bureau=bureau,
            **dict(zip(posts, people, strict=True)),
            checklist=session.scalars(
                select(Checklist).where(Checklist.object_kind == "industrial")
            ).one(),
        )  # fmt: skip
        session.commit()
        return village


def appoint(session: Session, name: str, subject: Grid | Enterprise | Unit, role: Role) -> Person:
    somebody = add_person(session, name)
    add_duty(session, somebody, subject, role, since=LAST_YEAR)
    return somebody


def actor(somebody: Person) -> Any:
    """The actor for what somebody does without a device."""
    return person(somebody.id)


def _grids(session: Session) -> tuple[Grid, Grid, Grid, Grid]:
    county = a_grid("盘山县", level=1)
    town = a_grid("吴家镇", level=2, parent=county)
    zhao, qian = (a_grid(name, parent=town) for name in ("赵家村", "钱家村"))
    session.add_all([county, town, zhao, qian])
    session.flush()
    both = as_multi(square(ZHAO).union(square(QIAN)))
    areas = {county: both, town: both, zhao: square(ZHAO), qian: square(QIAN)}
    add_boundaries(session, areas, since=LAST_YEAR)
    return county, town, zhao, qian


def as_multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else MultiPolygon([shape])
