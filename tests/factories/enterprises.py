from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from shapely import Point

from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Grid
from gridsvc.ids import id_at, new_id
from gridsvc.penalties.models import Penalty
from gridsvc.session import Session
from gridsvc.synced import enter

REGISTERED = datetime(2025, 1, 1, tzinfo=UTC)

_codes = count(1)


def add_enterprise(
    session: Session, name: str, location: Point, grid: Grid, **changes: Any
) -> Enterprise:
    [enterprise] = add_enterprises(session, enterprise_row(name, location, grid) | changes)
    return enterprise


def add_enterprises(session: Session, *rows: dict[str, Any]) -> list[Enterprise]:
    enter(session, Enterprise, rows)
    return [session.get_one(Enterprise, row["id"]) for row in rows]


def enterprise_row(name: str, location: Point, grid: Grid) -> dict[str, Any]:
    return {
        "id": id_at(REGISTERED),
        "grid_id": grid.id,
        "code": f"T-{next(_codes):05}",
        "name": name,
        "uscc": None,
        "kind": "industrial",
        "supervision_class": "general",
        "industry_code": None,
        "permit_no": None,
        "address": "试验村",
        "location": location,
        "given": {"crs": "wgs84", "coordinates": [location.x, location.y]},
        "grid_reason": None,
        "contact_name": None,
        "contact_phone": None,
        "is_scattered_polluter": False,
        "state": "active",
        "version": 1,
    }


def add_penalty(session: Session, enterprise: Enterprise) -> Penalty:
    id = new_id()
    penalty = Penalty(
        id=id, enterprise_id=enterprise.id, number=f"〔2026〕{id}", decided_on=date(2026, 5, 6),
        authority="生态环境分局", ground="未苫盖", measure="罚款", recorded_at=REGISTERED,
    )  # fmt: skip
    session.add(penalty)
    session.flush()
    return penalty
