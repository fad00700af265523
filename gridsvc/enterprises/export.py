"""The registry as a table that can be imported again, and changes nothing then."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.enterprises.models import Enterprise
from gridsvc.enterprises.rules import COLUMNS, OPTIONAL
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import root
from gridsvc.session import Session

HEADER = [*COLUMNS, *OPTIONAL]
CRS = "wgs84"  # of the coordinates; degrees with 8 decimals, a millimetre


def export(
    session: Session, grid_ids: Collection[UUID], *, purpose: str, by: Actor, now: datetime
) -> list[list[str]]:
    """Return the header and a row for each enterprise kept in some grids.

    It names telephones, so it leaves a line in the trail that says what for.
    """
    table = [HEADER, *_rows(session, grid_ids)]
    told = {"purpose": [None, purpose], "rows": [None, len(table) - 1]}
    act = Act(
        deed="enterprise.export", subject_kind="grid", subject_id=root(session).id, changes=told
    )
    audit.record(session, [act], by=by, at=now)
    return table


def _rows(session: Session, grid_ids: Collection[UUID]) -> Iterator[list[str]]:
    codes = {id: code for id, code in session.execute(select(Grid.id, Grid.code))}
    here = Enterprise.grid_id.in_(grid_ids), Enterprise.state == "active"
    for each in session.scalars(select(Enterprise).where(*here).order_by(Enterprise.code)):
        cells = _cells(each) | {"grid": codes[each.grid_id] if each.grid_reason else ""}
        yield [cells[name] for name in HEADER]


def _cells(each: Enterprise) -> dict[str, str]:
    told = {
        name: _text(getattr(each, name))
        for name in HEADER
        if name not in ("lon", "lat", "grid", "scattered")
    }
    return told | {
        "lon": f"{each.location.x:.8f}",
        "lat": f"{each.location.y:.8f}",
        "scattered": "true" if each.is_scattered_polluter else "false",
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)
