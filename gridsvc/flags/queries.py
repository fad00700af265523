"""Reading flags: case by case, person by person, and all about one case."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely import Point
from sqlalchemy import ColumnElement, and_, case, func, inspect, select
from sqlalchemy.dialects.postgresql import Range

from geo.crs import to_wgs84
from gridsvc.db import Period
from gridsvc.enterprises.models import Enterprise
from gridsvc.flags.models import Flag, TrustedReceiver
from gridsvc.flags.rules import Measure, UnknownFlag, measure_at
from gridsvc.grids.models import Grid
from gridsvc.people.models import Device, Person
from gridsvc.records import FieldRecord
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import in_force
from gridsvc.session import Session
from gridsvc.weeks import LOCAL

MOST_PEOPLE = 50

WEIGHT = func.coalesce(func.sum(Flag.score).filter(Flag.state != "dismissed"), 0)
APPEALED = func.coalesce(func.bool_or(and_(Flag.state == "open", Flag.appeal.is_not(None))), False)
IS_OPEN = func.coalesce(func.bool_or(Flag.state == "open"), False)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which flags to list: by when their records were made, `until` not included."""

    since: datetime
    until: datetime
    state: str | None = None
    kind: str | None = None
    sender_id: UUID | None = None

    def clauses(self, grid_ids: Collection[UUID]) -> list[ColumnElement[bool]]:
        within = [
            Flag.grid_id.in_(grid_ids), Flag.occurred_at >= self.since,
            Flag.occurred_at < self.until,
        ]  # fmt: skip
        if self.sender_id:
            within.append(Flag.sender_id == self.sender_id)
        if self.kind:
            within.append(Flag.record_id.in_(select(Flag.record_id).where(Flag.kind == self.kind)))
        if self.state:
            of_state = select(Flag.record_id).where(Flag.state == self.state)
            within.append(Flag.record_id.in_(of_state))
        return within


def record_models() -> dict[str, type[FieldRecord]]:
    """Return every kind of field record, whichever feature it belongs to."""
    return {inspect(model).local_table.name: model for model in FieldRecord.__subclasses__()}


def receivers(session: Session, device_ids: Collection[UUID | None]) -> dict[UUID, list[Period]]:
    """Return during which periods devices had an external receiver, by device."""
    named = [id for id in device_ids if id is not None]
    found: dict[UUID, list[Period]] = defaultdict(list)
    for device_id, since, until in session.glance(TRUSTED, devices=named) if named else ():
        found[device_id].append(Range(since, until))
    return found


TRUSTED = """
SELECT device_id, since, until FROM trusted_receiver
WHERE jurisdiction_id = %(here)s AND device_id = ANY(%(devices)s)
"""


def measure_then(session: Session, at: datetime) -> Measure:
    """Return what counted as evidence at a moment."""
    return measure_at(session.scalars(select(RuleSet)).all(), at)


def cases(
    session: Session, grid_ids: Collection[UUID], wish: Wish, *, limit: int
) -> list[dict[str, Any]]:
    """Return the records with flags: appeals first, then what weighs most and nobody judged."""
    ranked = (
        select(Flag.record_kind, Flag.record_id, WEIGHT.label("score"), APPEALED, IS_OPEN)
        .where(*wish.clauses(grid_ids))
        .group_by(Flag.record_kind, Flag.record_id)
        .order_by(
            APPEALED.desc(), case((IS_OPEN, WEIGHT), else_=0).desc(), IS_OPEN.desc(),
            WEIGHT.desc(), func.max(Flag.occurred_at).desc(), Flag.record_id.desc(),
        )
        .limit(limit)
    )  # fmt: skip
    rows = session.execute(ranked).all()
    flags = _flags(session, [row.record_id for row in rows])
    return [
        _case(flags[row.record_id], score=row.score, appealed=row[3], is_open=row[4])
        for row in rows
    ]


def people(session: Session, grid_ids: Collection[UUID], wish: Wish) -> list[dict[str, Any]]:
    """Return who has how much against them in which week, the most first. Dismissed weighs 0."""
    local = func.timezone(LOCAL.key, Flag.occurred_at)
    week = func.to_char(local, 'IYYY-"W"IW')
    undismissed = Flag.state != "dismissed"
    ranked = (
        select(
            Person, week.label("week"), WEIGHT.label("score"),
            func.count(Flag.record_id.distinct()).filter(undismissed).label("records"),
            func.count().filter(Flag.state == "open").label("open"),
        )
        .join(Person, _is(Person, Flag.sender_id))
        .where(*wish.clauses(grid_ids))
        .group_by(Person.jurisdiction_id, Person.id, week)
        .having(WEIGHT > 0)
        .order_by(WEIGHT.desc(), week.desc(), Person.id)
        .limit(MOST_PEOPLE)
    )  # fmt: skip
    return [dict(row._mapping) | {"person": row[0]} for row in session.execute(ranked)]


def case_of(session: Session, record_kind: str, record_id: UUID) -> dict[str, Any]:
    """Return all that is known about a record that has flags. Raises UnknownFlag."""
    models = record_models()
    record = session.get(models[record_kind], record_id) if record_kind in models else None
    flags = _flags(session, [record_id])[record_id] if record else []
    if record is None or not flags:
        raise UnknownFlag(f"There is nothing against {record_kind} {record_id}.")
    body = json.loads(record.body)
    return _case(flags) | {
        "made_at": record.made_at,
        "received_at": record.received_at,
        "clock_offset_s": record.clock_offset_s,
        "gps_at": body.get("gps_at"),
        "uptime_s": body.get("uptime_s"),
        "device_id": record.device_id,
        "patrol_id": record_id if record_kind == "patrol" else body.get("patrol_id"),
        "position": getattr(record, "position", None) or _position(body),
        "accuracy_m": body.get("accuracy_m"),
        "findings": body.get("findings"),
        "enterprise": _enterprise(session, body.get("enterprise_id")),
        "site_radius_m": _radius(session, record.occurred_at),
    }


def own(session: Session, person_id: UUID, since: datetime) -> list[dict[str, Any]]:
    """Return what speaks against somebody's own records, the latest first."""
    mine = select(Flag.record_id).where(Flag.sender_id == person_id, Flag.occurred_at >= since)
    flags = _flags(session, session.scalars(mine).all())
    return sorted(map(_case, flags.values()), key=lambda one: one["occurred_at"], reverse=True)


def against(
    session: Session, grid_ids: Collection[UUID], since: datetime, until: datetime, as_of: datetime
) -> dict[UUID, tuple[str, ...]]:
    """Return the kinds of flags on the records of a span, as it was seen at a moment.

    What was dismissed by then is left out.
    """
    was_dismissed = and_(Flag.state == "dismissed", Flag.reviewed_at <= as_of)
    found = select(Flag.record_id, Flag.kind).where(
        Flag.grid_id.in_(grid_ids), Flag.occurred_at >= since, Flag.occurred_at < until,
        Flag.raised_at <= as_of, ~func.coalesce(was_dismissed, False),
    )  # fmt: skip
    kinds: dict[UUID, tuple[str, ...]] = defaultdict(tuple)
    for record_id, kind in session.execute(found.order_by(Flag.record_id, Flag.kind)):
        kinds[record_id] += (kind,)
    return kinds


def trusted(session: Session) -> list[dict[str, Any]]:
    """Return the receivers that are or were trusted, the latest first."""
    found = (
        select(TrustedReceiver, Device, Person)
        .join(Device, _is(Device, TrustedReceiver.device_id))
        .join(Person, _is(Person, Device.person_id))
        .order_by(TrustedReceiver.granted_at.desc(), TrustedReceiver.id)
    )
    names = ("id", "since", "until", "reason", "granted_at")
    return [
        {name: getattr(one, name) for name in names} | {"device": device, "person": person}
        for one, device, person in session.execute(found)
    ]


def _is(model: Any, reference: Any) -> ColumnElement[bool]:
    return and_(model.jurisdiction_id == reference.class_.jurisdiction_id, model.id == reference)


def _flags(session: Session, record_ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    reviewer = select(Person.name).where(_is(Person, Flag.reviewed_by_id)).correlate(Flag)
    found = (
        select(Flag, Grid, Person, reviewer.scalar_subquery())
        .join(Grid, _is(Grid, Flag.grid_id))
        .join(Person, _is(Person, Flag.sender_id))
        .where(Flag.record_id.in_(record_ids))
        .order_by(Flag.score.desc(), Flag.kind, Flag.about)
    )
    by_record: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.execute(found):
        by_record[row[0].record_id].append(row)
    return by_record


def _case(rows: Sequence[Any], **told: Any) -> dict[str, Any]:
    flag, grid, sender, _ = rows[0]
    every = [row[0] for row in rows]
    return {
        "record_kind": flag.record_kind,
        "record_id": flag.record_id,
        "grid": grid,
        "officer": sender,
        "occurred_at": flag.occurred_at,
        "score": sum(one.score for one in every if one.state != "dismissed"),
        "appealed": any(one.state == "open" and one.appeal for one in every),
        "is_open": any(one.state == "open" for one in every),
        "flags": [_flag(one, name) for one, _, _, name in rows],
    } | told


def _flag(flag: Flag, reviewer: str | None) -> dict[str, Any]:
    names = (
        "id", "kind", "about", "evidence", "score", "rule_set_id", "raised_at", "state", "version",
        "reviewed_at", "reason", "appeal", "appealed_at",
    )  # fmt: skip
    return {name: getattr(flag, name) for name in names} | {"reviewed_by": reviewer}


def _position(body: dict[str, Any]) -> Point | None:
    place, crs = body.get("position"), body.get("crs")
    return to_wgs84(Point(place["coordinates"]), crs) if place and crs else None


def _enterprise(session: Session, id: str | None) -> Enterprise | None:
    return session.get(Enterprise, UUID(id)) if id else None


def _radius(session: Session, at: datetime) -> float | None:
    rule_sets = session.scalars(select(RuleSet).where(RuleSet.in_force_from <= at)).all()
    return in_force(rule_sets, at).document["site_radius_m"] if rule_sets else None
