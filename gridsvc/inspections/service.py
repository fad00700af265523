"""Registering inspections."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.queries import held_by_each
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.certificates.queries import of_each
from gridsvc.enterprises.models import Enterprise
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
from gridsvc.rules.models import Checklist, RuleSet
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
    checklist_ids = {report.checklist_id for report in reports}
    checklists = session.scalars(select(Checklist).where(Checklist.id.in_(checklist_ids)))
    positions = {
        report.envelope.id: (report.position, report.envelope.occurred_at(now))
        for report in reports
        if report.position is not None
    }
    corrects_ids = {report.corrects_id for report in reports if report.corrects_id}
    officers = {id for report in reports for id in officers_of(report.formal)}
    return Circumstances(
        corrected=queries.corrected(session, corrects_ids) if corrects_ids else {},
        places=_places(session, reports, now),
        position_grids=grids_at(session, positions),
        checklists={checklist.id: checklist for checklist in checklists},
        held=held_by_each(session, officers | {r.envelope.sender_id for r in reports}),
        rule_sets=session.scalars(select(RuleSet)).all(),
        received_at=now,
        receivers=receivers(session, {r.envelope.device_id for r in reports}),
        certificates=of_each(session, officers),
    )


def _places(
    session: Session, reports: Sequence[InspectionReport], now: datetime
) -> dict[UUID, Place]:
    enterprise_ids = {report.enterprise_id for report in reports}
    found = select(Enterprise.id, Enterprise.location).where(Enterprise.id.in_(enterprise_ids))
    locations = {id: location for id, location in session.execute(found)}
    here = [report for report in reports if report.enterprise_id in locations]
    wanted = {
        report.envelope.id: (locations[report.enterprise_id], report.envelope.occurred_at(now))
        for report in here
    }
    grids = grids_at(session, wanted)
    return {
        report.envelope.id: Place(
            location=locations[report.enterprise_id], grid_id=grids.get(report.envelope.id)
        )
        for report in here
    }
