"""Proposing a place that was found in the field."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from gridsvc import numbers
from gridsvc.accountability.queries import held_by_each
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all, insert_new
from gridsvc.enterprises.models import Enterprise
from gridsvc.enterprises.queries import kinds
from gridsvc.errors import Outcome
from gridsvc.grids.queries import grids_at
from gridsvc.media import service as media
from gridsvc.proposals.models import EnterpriseProposal
from gridsvc.proposals.rules import Circumstances, ProposalReport, admit, enterprise_row
from gridsvc.records import Row, acts, firsts, judged, outcomes
from gridsvc.session import Session
from gridsvc.synced import tick
from gridsvc.weeks import local_day


def propose(
    session: Session, reports: Sequence[ProposalReport], *, by: Actor, now: datetime
) -> list[Outcome]:
    """Enter proposals, each once however often its phone sends it, and their enterprises.

    Visits and problems can name such an enterprise at once. Returns an outcome for each
    report, in order: see records.outcomes, and rules.admit for the refusals.
    """
    known = Circumstances(
        grids=_grids(session, reports, now),
        kinds=kinds(session, now),
        held=held_by_each(session, {r.envelope.sender_id for r in reports}),
        received_at=now,
    )
    rows, refusals = judged(firsts(reports), partial(admit, known=known))
    versions = tick(session, {row["grid_id"] for row in rows})
    rows = [row | {"sync_version": versions[row["grid_id"]]} for row in rows]
    entered = insert_new(session, EnterpriseProposal, rows)
    new = [report for report in firsts(reports) if report.envelope.id in entered]
    made = _enterprises(session, new, rows, now)
    hashes = media.declare(session, "enterprise_proposal", new, now=now)
    lines = acts("enterprise_proposal", "enterprise.propose", rows, entered, hashes)
    audit.record(session, [*lines, *map(_registered, made)], by=by, at=now)
    return outcomes(session, EnterpriseProposal, reports, entered, refusals)


def _grids(session: Session, reports: Sequence[ProposalReport], now: datetime) -> dict[UUID, UUID]:
    places = {r.envelope.id: (r.position, r.envelope.occurred_at(now)) for r in reports}
    return grids_at(session, places)


def _enterprises(
    session: Session, new: Sequence[ProposalReport], rows: Sequence[Row], now: datetime
) -> list[Row]:
    """Insert the enterprises of new proposals, coded in the book of this year."""
    if not new:
        return []
    year, by_id = local_day(now).year, {row["id"]: row for row in rows}
    serials = numbers.draw(session, f"proposal-{year}", len(new))
    made = [
        enterprise_row(report, by_id[report.envelope.id], f"P{year}-{serial:04}")
        for report, serial in zip(new, serials, strict=True)
    ]
    insert_all(session, Enterprise, made)
    return made


def _registered(row: Row) -> Act:
    told = ("code", "name", "kind", "grid_id", "uscc", "address", "given", "state")
    changes = {name: [None, row[name]] for name in told if row[name] is not None}
    return Act(
        deed="enterprise.register",
        subject_kind="enterprise",
        subject_id=row["id"],
        changes=changes,
    )
