"""Weighing a day: what its tracks tell, once they are complete, and what speaks against it.

A day is weighed when something new of it has come (flags.Unweighed). Weighed again, it says
the same and more: what was raised before is no news.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from shapely import MultiLineString, Point
from sqlalchemy import delete, func, literal, select

from geo.coverage import covered_share
from geo.track import legs, trace
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.db import Wgs84
from gridsvc.digests import canonical, digest
from gridsvc.enterprises.models import Enterprise
from gridsvc.flags import service as flags
from gridsvc.flags.models import Unweighed
from gridsvc.flags.queries import measure_then, receivers
from gridsvc.grids.models import Boundary, Grid
from gridsvc.inspections.models import Inspection
from gridsvc.patrols.day import Day, Limits, Stay, Walk
from gridsvc.patrols.due import DAY
from gridsvc.patrols.evidence import judge
from gridsvc.patrols.models import Patrol, PatrolEnd, PatrolMeasure, TrackChunk
from gridsvc.patrols.queries import chunks_of, ends_of, measures_of
from gridsvc.patrols.rules import pauses_of
from gridsvc.patrols.tracks import GAP_S, errors_of, measure, without
from gridsvc.rules.queries import numbers_at
from gridsvc.session import Session
from gridsvc.weeks import midnight

SEEN_M = 100.0  # how far somebody on patrol sees to either side
EARLIER = timedelta(days=60)  # for so long a track may not come again
MOST_DAYS = 2000  # in one run

Marks = dict[tuple[UUID, date], list[UUID]]


def unweighed(session: Session) -> Marks:
    """Return the days that are to be weighed, each with the marks that say so."""
    marks = select(Unweighed.person_id, Unweighed.day, func.array_agg(Unweighed.id))
    by_day = marks.group_by(Unweighed.person_id, Unweighed.day).order_by(Unweighed.day)
    rows = session.execute(by_day.limit(MOST_DAYS))
    return {(person_id, day): list(ids) for person_id, day, ids in rows}


def weigh(
    session: Session,
    person_id: UUID,
    day: date,
    marks: Collection[UUID] = (),
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Measure the patrols of somebody's day, raise its flags, and take its `marks` away.

    Returns how many flags are new.
    """
    since, until = midnight(day), midnight(day + DAY)
    session.execute(delete(Unweighed).where(Unweighed.id.in_(marks)))
    patrols = _patrols(session, Patrol.sender_id == person_id, since, until)
    ends = ends_of(session, [patrol.id for patrol in patrols])
    chunks = chunks_of(session, [patrol.id for patrol in patrols])
    lines = [
        line
        for patrol in patrols
        if patrol.id in ends
        and (line := _measure(session, patrol, ends[patrol.id], chunks[patrol.id], now))
    ]
    measure = measures_of(session, [patrol.id for patrol in patrols])
    walks = _walks(session, patrols, ends, chunks, measure)
    stays = _stays(session, person_id, since, until)
    if not (walks or stays):
        audit.record(session, lines, by=by, at=now)
        return 0
    held_against = Day(
        walks=walks,
        stays=stays,
        others=_others(session, patrols, since, until),
        earlier=_earlier(session, patrols, since),
    )
    raised = flags.raise_flags(session, judge(held_against, _limits(session, since)), now=now)
    audit.record(session, lines + flags.acts(raised), by=by, at=now)
    return len(raised)


def _limits(session: Session, at: datetime) -> Limits:
    numbers, measure = numbers_at(session, at), measure_then(session, at)
    return Limits(
        site_radius_m=numbers.site_radius_m,
        minimum_dwell_s=measure.minimum_dwell_s,
        clock_skew_s=numbers.clock_skew_s,
    )


def _patrols(session: Session, whose: Any, since: datetime, until: datetime) -> Sequence[Patrol]:
    found = select(Patrol).where(whose, Patrol.occurred_at >= since, Patrol.occurred_at < until)
    return session.scalars(found.order_by(Patrol.occurred_at, Patrol.id)).all()


def _measure(
    session: Session, patrol: Patrol, end: PatrolEnd, chunks: Sequence[TrackChunk], now: datetime
) -> Act | None:
    """Keep what the track of a patrol tells; return the line for the trail if that is news.

    What is purged is measured no more: what it told once stays.
    """
    pauses = pauses_of(patrol, end.facts)
    for chunk in chunks:
        without(chunk, pauses)
    fixes, _ = errors_of(chunks)
    kept = measures_of(session, [patrol.id]).get(patrol.id)
    if kept is not None and len(fixes) + sum(c.dropped for c in chunks) < kept.points:
        return None
    told = measure(fixes, sum(chunk.dropped for chunk in chunks), pauses)
    counted = end.facts.get("points")
    told |= {
        "covered_pct": _covered(session, patrol, fixes),
        "passed": _passed(session, patrol, fixes),
        "trace": trace(fixes),
        "is_complete": counted is not None and told["points"] + told["dropped"] >= counted,
    }
    facts: dict[str, Any] = orjson.loads(orjson.dumps(told))
    if kept is not None and all(getattr(kept, name) == value for name, value in facts.items()):
        return None
    if kept is None:
        kept = PatrolMeasure(patrol_id=patrol.id)
        session.add(kept)
    for name, value in facts.items():
        setattr(kept, name, value)
    kept.measured_at = now
    return Act(
        deed="patrol.measure", subject_kind="patrol", subject_id=patrol.id,
        digest=digest(canonical(facts)),
    )  # fmt: skip


def _covered(session: Session, patrol: Patrol, fixes: Any) -> float | None:
    then = select(Boundary.area).where(
        Boundary.grid_id == patrol.grid_id, Boundary.period.op("@>")(patrol.occurred_at)
    )
    area = session.scalar(then)
    if area is None:
        return None
    return round(100 * covered_share(legs(fixes, GAP_S), area, SEEN_M), 1)


def _passed(session: Session, patrol: Patrol, fixes: Any) -> list[str]:
    """Return the enterprises that somebody came by: of a gap nobody knows the way."""
    ways = [leg[:, :2] for leg in legs(fixes, GAP_S) if len(leg) > 1]
    if not ways:
        return []
    radius_m = numbers_at(session, patrol.occurred_at).site_radius_m
    line = literal(MultiLineString(ways), Wgs84("MULTILINESTRING"))
    around = func.ST_Expand(line, radius_m / 50_000)  # degrees, more than enough below 63° north
    near = select(Enterprise.id).where(
        Enterprise.location.op("&&")(around),
        func.ST_DWithin(func.geography(Enterprise.location), func.geography(line), radius_m),
    )
    return [str(id) for id in session.scalars(near.order_by(Enterprise.id))]


def _walks(
    session: Session,
    patrols: Sequence[Patrol],
    ends: Mapping[UUID, PatrolEnd],
    chunks: Mapping[UUID, list[TrackChunk]],
    kept: Mapping[UUID, PatrolMeasure],
) -> list[Walk]:
    """Return patrols with their tracks, but for those whose tracks were purged."""
    known = receivers(session, {patrol.device_id for patrol in patrols})
    return [
        _walk(patrol, ends.get(patrol.id), chunks[patrol.id], kept.get(patrol.id), known)
        for patrol in patrols
        if patrol.id not in kept or chunks[patrol.id] or not kept[patrol.id].points
    ]


def _walk(
    patrol: Patrol,
    end: PatrolEnd | None,
    chunks: Sequence[TrackChunk],
    kept: PatrolMeasure | None,
    known: Mapping[UUID, Sequence[Any]],
) -> Walk:
    fixes, accuracies = errors_of(chunks)
    began = patrol.occurred_at.timestamp()
    last = float(fixes[-1, 2]) if len(fixes) else began
    periods = known.get(patrol.device_id, ()) if patrol.device_id else ()
    return Walk(
        patrol_id=patrol.id,
        person_id=patrol.sender_id,
        device_id=patrol.device_id,
        grid_id=patrol.grid_id,
        began=began,
        ended=end.occurred_at.timestamp() if end else last,
        fixes=fixes,
        accuracies=accuracies,
        mocked=sum(chunk.mocked for chunk in chunks),
        is_complete=kept is not None and kept.is_complete,
        has_receiver=any(patrol.occurred_at in period for period in periods),
        companions=frozenset(map(UUID, patrol.companions)),
        trace=frozenset(kept.trace if kept else ()),
    )


def _stays(session: Session, person_id: UUID, since: datetime, until: datetime) -> list[Stay]:
    """Return the visits of a day. A correction is none."""
    visits = select(Inspection, Enterprise.location).join(
        Enterprise,
        (Enterprise.jurisdiction_id == Inspection.jurisdiction_id)
        & (Enterprise.id == Inspection.enterprise_id),
    )
    mine = visits.where(
        Inspection.sender_id == person_id, Inspection.occurred_at >= since,
        Inspection.occurred_at < until, Inspection.corrects_id.is_(None),
        Inspection.kind == "patrol",
    )  # fmt: skip
    return [_stay(visit, site) for visit, site in session.execute(mine)]


def _stay(visit: Inspection, site: Point) -> Stay:
    return Stay(
        id=visit.id,
        at=visit.occurred_at.timestamp(),
        enterprise_id=visit.enterprise_id,
        site=(site.x, site.y),
        device_id=visit.device_id,
        position=(visit.position.x, visit.position.y) if visit.position else None,
        accuracy_m=visit.accuracy_m,
        made_at=visit.made_at.timestamp(),
        gps_at=visit.gps_at.timestamp() if visit.gps_at else None,
        text=visit.findings,
    )


def _others(
    session: Session, patrols: Sequence[Patrol], since: datetime, until: datetime
) -> list[Walk]:
    """Return the walks of others that day in the neighbouring grids."""
    here = {patrol.grid_id for patrol in patrols}
    above = select(Grid.parent_id).where(Grid.id.in_(here))
    beside = select(Grid.id).where(Grid.parent_id.in_(above), Grid.id.not_in(here))
    others = _patrols(session, Patrol.grid_id.in_(beside), since, until) if here else []
    mine = {patrol.sender_id for patrol in patrols}
    others = [patrol for patrol in others if patrol.sender_id not in mine]
    chunks = chunks_of(session, [patrol.id for patrol in others])
    return _walks(session, [p for p in others if chunks[p.id]], {}, chunks, {})


def _earlier(
    session: Session, patrols: Sequence[Patrol], since: datetime
) -> dict[UUID, frozenset[str]]:
    """Return the traces of earlier walks in the same grids, or by the same people."""
    grids = {patrol.grid_id for patrol in patrols}
    before = (
        select(PatrolMeasure.patrol_id, PatrolMeasure.trace)
        .join(
            Patrol,
            (Patrol.jurisdiction_id == PatrolMeasure.jurisdiction_id)
            & (Patrol.id == PatrolMeasure.patrol_id),
        )
        .where(
            Patrol.grid_id.in_(grids), Patrol.occurred_at >= since - EARLIER,
            Patrol.occurred_at < since,
        )
    )  # fmt: skip
    return {id: frozenset(told) for id, told in session.execute(before)} if grids else {}
