"""Reading the inspection log."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from shapely import Point
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from gridsvc.enterprises.models import Enterprise
from gridsvc.inspections.formal import Cap, Entry, made
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.rules import Corrected
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Numbers, in_force
from gridsvc.session import Session
from gridsvc.weeks import local_day

UNCORRECTED: dict[str, Any] = {"corrects": None, "corrected_by": None}


def page(
    session: Session,
    grid_ids: Collection[UUID],
    *,
    limit: int,
    after: UUID | None = None,
    enterprise_id: UUID | None = None,
    grid_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """Return a page of the inspections in `grid_ids`: the latest made first, then `after`."""
    log = select(Inspection).where(Inspection.grid_id.in_(grid_ids))
    if enterprise_id:
        log = log.where(Inspection.enterprise_id == enterprise_id)
    if grid_id:
        log = log.where(Inspection.grid_id == grid_id)
    if since:
        log = log.where(Inspection.occurred_at >= since)
    if until:
        log = log.where(Inspection.occurred_at < until)
    if after:
        log = log.where(Inspection.id < after)
    rows = session.scalars(log.order_by(Inspection.id.desc()).limit(limit + 1)).all()
    more = rows[limit - 1].id if len(rows) > limit else None
    return {"items": rows[:limit], "next": str(more) if more else None}


def entry(session: Session, id: UUID) -> dict[str, Any]:
    """Return an entry as InspectionSchema tells it, its flags beside it.

    For the answer to a single record: as a mapped object it took a fifth of the CPU of all.
    """
    [(*facts, lon, lat, flags)] = session.glance(ENTRY, id=id)
    position = None if lon is None else Point(lon, lat)
    return dict(zip(FACTS, facts, strict=True)) | {"position": position, "flags": flags}


FACTS = (
    "id", "kind", "formal", "enterprise_id", "patrol_id", "corrects_id", "correction_reason",
    "checklist_id", "grid_id", "position_grid_id", "sender_id", "made_at", "occurred_at",
    "received_at", "answers", "result", "findings", "crs", "accuracy_m", "no_position_reason",
    "gps_at", "uptime_s", "is_mock",
)  # fmt: skip
ENTRY = f"""
SELECT {", ".join(FACTS)}, ST_X(position), ST_Y(position), coalesce((
    SELECT json_agg(json_build_object(
        'kind', flag.kind, 'evidence', evidence, 'score', score, 'state', state
    ) ORDER BY flag.kind, about)
    FROM flag WHERE flag.jurisdiction_id = %(here)s AND record_id = %(id)s
), '[]')
FROM inspection WHERE jurisdiction_id = %(here)s AND id = %(id)s
"""  # noqa: S608


def corrected(session: Session, ids: Collection[UUID]) -> dict[UUID, Corrected]:
    """Return what matters of entries for those that correct them."""
    entry = Inspection
    found = select(
        entry.id, entry.enterprise_id, entry.sender_id, entry.first_id, entry.kind,
        entry.occurred_at, entry.formal,
    ).where(entry.id.in_(ids))  # fmt: skip
    return {
        row.id: Corrected(
            enterprise_id=row.enterprise_id, sender_id=row.sender_id,
            first_id=row.first_id or row.id, kind=row.kind, occurred_at=row.occurred_at,
            formal=row.formal,
        )
        for row in session.execute(found)
    }  # fmt: skip


def held_result(as_of: datetime | None = None) -> ColumnElement[str]:
    """Say in SQL what is held of a visit: the result of its last correction, else its own.

    `as_of` leaves out the corrections that arrived later. A visit is an entry that corrects
    nothing: whoever counts leaves out the others.
    """
    later = aliased(Inspection)
    last = select(later.result).where(
        later.jurisdiction_id == Inspection.jurisdiction_id, later.first_id == Inspection.id
    )
    if as_of is not None:
        last = last.where(later.received_at <= as_of)
    in_order = last.order_by(later.occurred_at.desc(), later.id.desc()).limit(1)
    return func.coalesce(in_order.correlate(Inspection).scalar_subquery(), Inspection.result)


def corrections(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return of each entry that belongs to a chain what it corrects, and what corrects it."""
    entry, other = Inspection, aliased(Inspection)
    chained = select(entry.id, entry.corrects_id, entry.occurred_at, entry.result,
                     entry.correction_reason)  # fmt: skip
    firsts = select(func.coalesce(other.first_id, other.id)).where(other.id.in_(ids))
    chain = or_(entry.first_id.in_(firsts), entry.id.in_(firsts))
    told, after = dict[UUID, dict[str, Any]](), dict[UUID, UUID]()
    before: dict[UUID, UUID | None] = {}
    for row in session.execute(chained.where(chain).order_by(entry.occurred_at, entry.id)):
        told[row.id] = {"id": row.id, "occurred_at": row.occurred_at, "result": row.result,
                        "reason": row.correction_reason}  # fmt: skip
        before[row.id] = row.corrects_id
        if row.corrects_id:
            after[row.corrects_id] = row.id
    return {
        id: {"corrects": told.get(before[id] or id) if before[id] else None,
             "corrected_by": told[after[id]] if id in after else None}
        for id in set(ids) & told.keys()
    }  # fmt: skip


def formal_entries(session: Session, enterprise_ids: Collection[UUID] | None = None) -> list[Entry]:
    """Return all entries of formal inspections, or those of some enterprises: few, by law."""
    reason = Inspection.formal["exempt_reason"].astext
    columns = (
        Inspection.id, Inspection.enterprise_id, Inspection.occurred_at, Inspection.first_id,
    )  # fmt: skip
    log = select(*columns, reason).where(Inspection.kind == "formal")
    if enterprise_ids is not None:
        log = log.where(Inspection.enterprise_id.in_(enterprise_ids))
    return [Entry(*row) for row in session.execute(log)]


def caps(rule_sets: Iterable[RuleSet]) -> Cap:
    """Return what says of a moment how many formal inspections a year may have."""
    every = list(rule_sets)
    return lambda at: Numbers.read(in_force(every, at).document).formal_yearly_cap


def formal_of_year(session: Session, grid_ids: Collection[UUID], now: datetime) -> dict[str, Any]:
    """Return the formal inspections of this local year at the enterprises of some grids.

    For the phones of enforcement officers: with the cap that counts now, None if none does.
    """
    here = select(Enterprise.id).where(Enterprise.grid_id.in_(grid_ids))
    ids = set(session.scalars(here.where(Enterprise.id.in_(_with_formal()))))
    year = local_day(now).year
    return {
        "year": year,
        "cap": cap_now(session, now),
        "items": [one for one in made(formal_entries(session, ids)) if one.year == year],
        "as_of": now,
    }


def cap_now(session: Session, now: datetime) -> int | None:
    """Return how many formal inspections a year may have by now; None before any rule set."""
    begun = session.scalars(select(RuleSet).where(RuleSet.in_force_from <= now)).all()
    return caps(begun)(now) if begun else None


def _with_formal() -> Select[UUID]:
    return select(Inspection.enterprise_id).where(Inspection.kind == "formal")
