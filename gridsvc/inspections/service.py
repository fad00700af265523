"""Registering inspections."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from shapely import Point

from gridsvc.accountability.queries import held_by_each
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.certificates.queries import of_each
from gridsvc.enterprises.queries import locations
from gridsvc.errors import Outcome
from gridsvc.flags import service as flags
from gridsvc.flags.queries import receivers
from gridsvc.flags.rules import Finding
from gridsvc.grids.queries import grids_at
from gridsvc.inspections import queries
from gridsvc.inspections.formal import made, officers_of, over_cap
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.rules import (
    Circumstances,
    InspectionReport,
    Place,
    admit,
    suspicions,
)
from gridsvc.marks import visits
from gridsvc.media import service as media
from gridsvc.records import Row, acts, firsts, judged, outcomes
from gridsvc.rules.queries import checklists_of, every_rule_set
from gridsvc.session import Session
from gridsvc.synced import enter
from gridsvc.weeks import local_day


def register(
    session: Session, reports: Sequence[InspectionReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter reports in the inspection log, each once however often its phone sends it.

    Returns an outcome for each report, in order: see records.outcomes, and rules.admit for
    the refusals.
    """
    known = _circumstances(session, reports, now)
    rows, refusals = judged(firsts(reports), partial(admit, known=known))
    entered = enter(session, Inspection, rows)
    visits.note(session, [row for row in rows if row["id"] in entered], known.held, known.rule_sets)
    new = [report for report in firsts(reports) if report.envelope.id in entered]
    hashes = media.declare(session, "inspection", new, now=now)
    found = [f for r in new for f in suspicions(r, known)] + _over_cap(session, new, known)
    raised = flags.raise_flags(session, found, now=now)
    lines = acts("inspection", "inspection.register", rows, entered, hashes) + flags.acts(raised)
    flags.mark_unweighed(session, _days(rows, entered))
    audit.record(session, lines, by=by, at=now)
    return outcomes(session, Inspection, reports, entered, refusals)


def _days(rows: Sequence[Row], entered: Collection[UUID]) -> set[tuple[UUID, date]]:
    """Return whose days these rows belong to."""
    return {(r["sender_id"], local_day(r["occurred_at"])) for r in rows if r["id"] in entered}


def _over_cap(
    session: Session, new: Sequence[InspectionReport], known: Circumstances
) -> list[Finding]:
    """Return which formal inspections of these enterprises are beyond the cap by now.

    The clocks of their grids are held, so that two at once do not both count as the last.
    """
    enterprise_ids = {report.enterprise_id for report in new if report.formal is not None}
    if not enterprise_ids:
        return []
    inspections = made(queries.formal_entries(session, enterprise_ids))
    return over_cap(inspections, queries.caps(known.rule_sets))


def _circumstances(
    session: Session, reports: Sequence[InspectionReport], now: datetime
) -> Circumstances:
    """Read what the rules need: a fixed number of queries, however many reports there are."""
    session.connection()  # all of them in the transaction that has begun anyway
    corrects_ids = {report.corrects_id for report in reports if report.corrects_id}
    officers = {id for report in reports for id in officers_of(report.formal)}
    where = locations(session, {report.enterprise_id for report in reports})
    lay_in = _grids(session, reports, where, now)
    return Circumstances(
        corrected=queries.corrected(session, corrects_ids) if corrects_ids else {},
        places={
            r.envelope.id: Place(
                location=where[r.enterprise_id], grid_id=lay_in.get((SITE, r.envelope.id))
            )
            for r in reports
            if r.enterprise_id in where
        },
        position_grids={id: grid for (what, id), grid in lay_in.items() if what == PHONE},
        checklists=checklists_of(session, {report.checklist_id for report in reports}),
        held=held_by_each(session, officers | {r.envelope.sender_id for r in reports}),
        rule_sets=every_rule_set(session),
        received_at=now,
        receivers=receivers(session, {r.envelope.device_id for r in reports}),
        certificates=of_each(session, officers),
    )


SITE, PHONE = "site", "phone"  # where the enterprise of a report is, and where the phone was


def _grids(
    session: Session,
    reports: Sequence[InspectionReport],
    where: Mapping[UUID, Point],
    now: datetime,
) -> dict[tuple[str, UUID], UUID]:
    """Return the grids of the enterprises and of the phones at the time, by id of the report."""
    places: dict[tuple[str, UUID], tuple[Point, datetime]] = {}
    for report in reports:
        id, at = report.envelope.id, report.envelope.occurred_at(now)
        if report.enterprise_id in where:
            places[SITE, id] = where[report.enterprise_id], at
        if report.position is not None:
            places[PHONE, id] = report.position, at
    return grids_at(session, places)
