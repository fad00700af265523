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
from tests.factories.accountability import add_duty, add_person, add_unit
from tests.factories.enterprises import add_enterprise
from tests.factories.grids import add_boundary, add_grid, square
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
        yard = add_enterprise(session, "宏达砂石场", ZHAO, zhao)
        farm = add_enterprise(session, "钱家养殖场", QIAN, qian)
        bureau = add_unit(session, "住建局", "ZJ")
        village = cls(
            county=county, town=town, zhao=zhao, qian=qian, yard=yard, farm=farm, bureau=bureau,
            leader=appoint(session, "吴国平", county, Role.GRID_HEAD),
            dispatcher=appoint(session, "郑晓", county, Role.DISPATCHER),
            enforcer=appoint(session, "冯力", county, Role.ENFORCEMENT_OFFICER),
            head=appoint(session, "孙卫东", town, Role.GRID_HEAD),
            deputy=appoint(session, "陈静", town, Role.DEPUTY_HEAD),
            officer=appoint(session, "李秀英", zhao, Role.GRID_OFFICER),
            liaison=appoint(session, "褚明", bureau, Role.DEPT_LIAISON),
            answerable=appoint(session, "卫红", yard, Role.RESPONSIBLE_PERSON),
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
    county = add_grid(session, "盘山县", level=1)
    town = add_grid(session, "吴家镇", level=2, parent=county)
    zhao = add_grid(session, "赵家村", parent=town)
    qian = add_grid(session, "钱家村", parent=town)
    both = square(ZHAO).union(square(QIAN))
    for grid in (county, town):
        add_boundary(session, grid, as_multi(both), since=LAST_YEAR)
    add_boundary(session, zhao, square(ZHAO), since=LAST_YEAR)
    add_boundary(session, qian, square(QIAN), since=LAST_YEAR)
    return county, town, zhao, qian


def as_multi(shape: Any) -> Any:
    return shape if shape.geom_type == "MultiPolygon" else MultiPolygon([shape])
