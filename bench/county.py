"""A county to measure with: 100 villages, 1,000 enterprises, 20 officers with 5 villages each."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any

from flask import Flask
from PIL import Image
from shapely import Point

from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.rules.models import Checklist
from gridsvc.session import Session, directory
from tests.conftest import HERE, a_jurisdiction, enter
from tests.factories.accountability import add_duty, add_person
from tests.factories.enterprises import add_enterprise
from tests.factories.grids import add_boundary, add_grid, square
from tests.factories.inspections import a_body
from tests.factories.people import bearer
from tests.factories.village import LAST_YEAR, Village

OFFICERS, VILLAGES, YARDS = 20, 5, 10  # villages of an officer, yards of a village

chance = Random(20261121)


@dataclass(frozen=True)
class Officer:
    """Somebody with a phone, and what they visit."""

    person: Person
    headers: dict[str, str]
    yards: list[Enterprise]
    checklist: Checklist

    def visits(self, many: int) -> list[dict[str, Any]]:
        """A batch as a phone pushes it, with visits all over its villages, an hour old."""
        made_at = (utc_now() - timedelta(hours=1)).isoformat()
        return [
            {"kind": "inspection", "id": str(new_id()), "made_at": made_at, "device_seq": n,
             "body": self.visit()}
            for n in range(many)
        ]  # fmt: skip

    def visit(self) -> dict[str, Any]:
        made_at = (utc_now() - timedelta(hours=1)).isoformat()
        findings = "料场未完全覆盖,车辆冲洗设施未启用,已当场告知负责人整改。"
        yard = chance.choice(self.yards)
        lon, lat = (round(at + chance.uniform(-1e-4, 1e-4), 7) for at in yard.location.coords[0])
        position = {"type": "Point", "coordinates": [lon, lat]}  # of each fix its own
        told = {"made_at": made_at, "findings": findings, "position": position}
        return a_body(yard, self.checklist, **told)


def found(app: Flask) -> list[Officer]:
    """Found the county in an empty database; return its officers."""
    with app.app_context():
        with directory() as session:
            session.add(a_jurisdiction(HERE))
        session = enter(HERE)
        village = Village.found(session)
        officers = [_officer(session, village, n) for n in range(OFFICERS)]
        session.commit()
    return officers


def _officer(session: Session, village: Village, number: int) -> Officer:
    person = add_person(session, f"{number}号网格员")
    yards = []
    for n in range(VILLAGES):
        place = Point(120 + number / 20, 40 + n / 20)
        grid = add_grid(session, f"{number}镇{n}村", parent=village.town)
        add_boundary(session, grid, square(place), since=LAST_YEAR)
        add_duty(session, person, grid, Role.GRID_OFFICER, since=LAST_YEAR)
        yards += [
            add_enterprise(session, f"{number}-{n}-{yard}号场", _near(place), grid)
            for yard in range(YARDS)
        ]
    return Officer(person, bearer(session, person), yards, village.checklist)


def more_phones(app: Flask, officers: list[Officer], each: int) -> list[list[dict[str, str]]]:
    """Give each officer more phones, none of which was seen since yesterday: their headers."""
    seen = utc_now() - timedelta(hours=12)
    with app.app_context():
        session = enter(HERE)
        return [
            [bearer(session, officer.person, last_seen_at=seen) for _ in range(each)]
            for officer in officers
        ]


def _near(place: Point) -> Point:
    return Point(place.x + chance.uniform(-0.01, 0.01), place.y + chance.uniform(-0.01, 0.01))


def a_photo(base: bytes, number: int) -> bytes:
    """A photo like `base` that nobody has sent yet: what follows the picture differs."""
    return base + number.to_bytes(8, "big") + new_id().bytes


def a_base_photo() -> bytes:
    """A JPEG of 1600 × 1200 and about 200 KB, as phones send them: soft, not noise."""
    out = BytesIO()
    dots = Image.frombytes("RGB", (80, 60), chance.randbytes(80 * 60 * 3))
    dots.resize((1600, 1200), Image.Resampling.BICUBIC).save(out, "JPEG", quality=75)
    return out.getvalue()
