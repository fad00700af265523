"""Reading the registry."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely import Point, Polygon, points
from sqlalchemy import ColumnElement, Select, exists, false, func, inspect, literal, or_, select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.db import Wgs84
from gridsvc.enterprises.edits import NoSuchEnterprise
from gridsvc.enterprises.models import Enterprise, KeptApart
from gridsvc.enterprises.rules import Move
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import grids_at
from gridsvc.named import is_called
from gridsvc.rules.models import Checklist
from gridsvc.session import Session
from gridsvc.weeks import local_day

_COLUMNS = tuple(inspect(Enterprise).columns.keys())


def by_code(session: Session, codes: Collection[str]) -> dict[str, Enterprise]:
    """Return the enterprises that stand under `codes`."""
    found = session.scalars(select(Enterprise).where(Enterprise.code.in_(codes)))
    return {enterprise.code: enterprise for enterprise in found}


def existing(session: Session, id: UUID) -> Enterprise:
    """Return an enterprise. Raises NoSuchEnterprise."""
    found = session.get(Enterprise, (session.jurisdiction_id, id))
    if found is None:
        raise NoSuchEnterprise(f"There is no enterprise {id}, or none you may see.")
    return found


def locations(session: Session, ids: Collection[UUID]) -> dict[UUID, Point]:
    """Return where some enterprises lie, in EPSG:4326, by id."""
    rows = session.glance(LOCATIONS, ids=list(ids))
    lon, lat = [row[1] for row in rows], [row[2] for row in rows]
    return dict(zip([row[0] for row in rows], points(lon, lat), strict=True))


LOCATIONS = """
SELECT id, ST_X(location), ST_Y(location) FROM enterprise
WHERE jurisdiction_id = %(here)s AND id = ANY(%(ids)s)
"""


def are_apart(session: Session, one_id: UUID, other_id: UUID) -> bool:
    """Say whether somebody said that two entries, in order of id, are two places."""
    said = select(KeptApart.id).where(KeptApart.one_id == one_id, KeptApart.other_id == other_id)
    return session.scalar(said) is not None


def kinds(session: Session, at: datetime) -> set[str]:
    """Return the kinds of object for which a checklist is in force at a moment."""
    known = select(Checklist.object_kind).where(Checklist.in_force_from <= at)
    return set(session.scalars(known))


def territorial(session: Session) -> Mapping[str, UUID]:
    """Return the ids of the territorial grids by code."""
    grids = select(Grid.code, Grid.id).where(Grid.kind == "territorial")
    return {code: id for code, id in session.execute(grids)}


def moves(session: Session, at: datetime) -> tuple[list[Move], Sequence[UUID]]:
    """Return which enterprises lie in another grid at a moment than they are filed under.

    Those that somebody filed under a grid by hand stay. The second are those that lie in no
    grid at all; they stay where they are filed, too.
    """
    filed = select(Enterprise.id, Enterprise.location, Enterprise.grid_id)
    rows = session.execute(filed.where(Enterprise.grid_reason.is_(None))).all()
    lies_in = grids_at(session, {row.id: (row.location, at) for row in rows})
    moved = [
        Move(row.id, row.grid_id, lies_in[row.id])
        for row in rows
        if row.id in lies_in and lies_in[row.id] != row.grid_id
    ]
    return moved, [row.id for row in rows if row.id not in lies_in]


def page(
    session: Session,
    subject_ids: Collection[UUID],
    *,
    now: datetime,
    limit: int,
    after: str | None = None,
    near: Point | None = None,
    **asked: Any,
) -> dict[str, Any]:
    """Return a page of the enterprises in the grids of `subject_ids`, or named there themselves.

    In order of code, going on `after` one; with `near` the nearest, each with its `distance_m`,
    and no further page. Everything in EPSG:4326.
    """
    visible = or_(Enterprise.grid_id.in_(subject_ids), Enterprise.id.in_(subject_ids))
    registry = select(Enterprise).where(visible, *_narrowed(now, **asked))
    if near is not None:
        return {"items": _nearest(session, registry, near, limit), "next": None}
    if after:
        registry = registry.where(Enterprise.code > after)
    rows = session.scalars(registry.order_by(Enterprise.code).limit(limit + 1)).all()
    more = rows[limit - 1].code if len(rows) > limit else None
    return {"items": rows[:limit], "next": more}


def _narrowed(
    now: datetime,
    *,
    grid_ids: Collection[UUID] | None = None,
    words: str | None = None,
    supervision_class: str | None = None,
    box: Polygon | None = None,
    without_responsible: bool | None = None,
    state: str | None = None,
    permit_ended: bool | None = None,
) -> Iterator[ColumnElement[bool]]:
    if grid_ids is not None:
        yield Enterprise.grid_id.in_(grid_ids)
    if words:
        yield is_called(Enterprise, words, Enterprise.code, Enterprise.uscc, Enterprise.address)
    if supervision_class:
        yield Enterprise.supervision_class == supervision_class
    if state:
        yield Enterprise.state == state
    if permit_ended is not None:
        ended = func.coalesce(Enterprise.permit_until < local_day(now), false())
        yield ended if permit_ended else ~ended
    if box is not None:
        yield func.ST_Intersects(Enterprise.location, literal(box, Wgs84("POLYGON")))
    if without_responsible is not None:
        yield ~_answered_for(now) if without_responsible else _answered_for(now)


def _answered_for(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        Duty.jurisdiction_id == Enterprise.jurisdiction_id,
        Duty.subject_id == Enterprise.id,
        Duty.role == Role.RESPONSIBLE_PERSON,
        Duty.period.op("@>")(now),
    )


def tally(session: Session, subject_ids: Collection[UUID], now: datetime) -> dict[str, int]:
    """Return how many of the enterprises in sight there are, and how many want somebody."""
    active = Enterprise.state == "active"
    ended = Enterprise.permit_until < local_day(now)
    counted = select(
        func.count().filter(active).label("active"),
        func.count().filter(Enterprise.state == "proposed").label("proposed"),
        func.count().filter(active, ~_answered_for(now)).label("without_responsible"),
        func.count().filter(active, ended).label("permit_ended"),
    ).where(or_(Enterprise.grid_id.in_(subject_ids), Enterprise.id.in_(subject_ids)))
    return dict(session.execute(counted).one()._mapping)


def _nearest(
    session: Session, registry: Select[Any], near: Point, limit: int
) -> list[dict[str, Any]]:
    here = literal(near, Wgs84("POINT"))
    distance = func.ST_Distance(func.geography(Enterprise.location), func.geography(here))
    rows = registry.add_columns(distance).order_by(distance, Enterprise.code).limit(limit)
    return [
        {**_facts(enterprise), "distance_m": round(distance_m, 1)}
        for enterprise, distance_m in session.execute(rows)
    ]


def _facts(enterprise: Enterprise) -> dict[str, Any]:
    return {name: getattr(enterprise, name) for name in _COLUMNS}
