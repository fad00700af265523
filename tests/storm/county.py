"""Who is out in the storm: officers, four to a village, who are deputies of their town, too."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from flask import Flask
from shapely import Point

from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.people.models import Person
from gridsvc.session import Session, directory
from tests.conftest import HERE, a_jurisdiction, enter
from tests.factories.accountability import add_duty, add_person
from tests.factories.enterprises import add_enterprise
from tests.factories.grids import add_boundary, add_grid, square
from tests.factories.people import bearer
from tests.factories.village import LAST_YEAR, Village
from tests.storm.day import Day

TO_A_VILLAGE, YARDS = 4, 3


@dataclass
class Officer:
    """Somebody, the headers their phone asks with, and the day before them."""

    headers: dict[str, str]
    day: Day


def found(app: Flask, officers: int, photo_px: int, chance: Random) -> list[Officer]:
    """Found the county in a database without any; return its officers."""
    with app.app_context():
        with directory() as session:
            session.add(a_jurisdiction(HERE))
        session = enter(HERE)
        village = Village.found(session)
        people: list[Officer] = []
        while len(people) < officers:
            people += _settle(session, village, len(people), photo_px, chance)
        session.commit()
    return people[:officers]


def _settle(
    session: Session, village: Village, number: int, photo_px: int, chance: Random
) -> list[Officer]:
    place = Point(120 + number / 50, 40)
    grid = add_grid(session, f"第{number}村", parent=village.town)
    add_boundary(session, grid, square(place), since=LAST_YEAR)
    yards = [add_enterprise(session, f"{number}村{n}号场", place, grid) for n in range(YARDS)]
    return [
        _officer(session, village, grid, yards, number + seat, seat, photo_px, chance)
        for seat in range(1, TO_A_VILLAGE + 1)
    ]


def _officer(
    session: Session,
    village: Village,
    grid: Grid,
    yards: list[Enterprise],
    number: int,
    seat: int,
    photo_px: int,
    chance: Random,
) -> Officer:
    person: Person = add_person(session, f"{number}号网格员")
    add_duty(session, person, grid, Role.GRID_OFFICER, seat=seat, since=LAST_YEAR)
    add_duty(session, person, village.town, Role.DEPUTY_HEAD, seat=number + 1, since=LAST_YEAR)
    day = Day(
        officer=person, grid=grid, yards=yards, checklist=village.checklist,
        began_at=utc_now() - timedelta(hours=3), photo_px=photo_px,
        chance=Random(chance.random()),
    )  # fmt: skip
    return Officer(bearer(session, person), day)
