"""Reading what stands in the file of an enterprise: a fixed number of queries."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from gridsvc.audit.models import AuditEntry
from gridsvc.disclosures.queries import lines
from gridsvc.edits.models import FieldEdit
from gridsvc.enterprises.models import Enterprise
from gridsvc.inspections.formal import made, officers_of, tally
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.queries import (
    UNCORRECTED,
    cap_now,
    corrections,
    formal_entries,
    held_result,
)
from gridsvc.issues.models import Issue
from gridsvc.issues.workflow import OPEN
from gridsvc.media.queries import missing, photos_of
from gridsvc.penalties.models import Penalty
from gridsvc.people.models import Person
from gridsvc.proposals.models import EnterpriseProposal
from gridsvc.session import Session
from gridsvc.weeks import local_day

LATEST = 50  # entries of each part; the trace shows them all

Part = dict[str, Any]


def entries_of(session: Session, enterprise: Enterprise) -> list[Enterprise]:
    """Return the entries that turned out to be this place; their records are its own."""
    merged = select(Enterprise).where(Enterprise.merged_into_id == enterprise.id)
    return list(session.scalars(merged.order_by(Enterprise.code)))


def sites_of(session: Session, enterprise: Enterprise) -> Sequence[Enterprise]:
    """Return the other places of the same legal person."""
    if enterprise.uscc is None:
        return []
    others = select(Enterprise).where(
        Enterprise.uscc == enterprise.uscc,
        Enterprise.id != enterprise.id,
        Enterprise.state != "merged",
    )
    return session.scalars(others.order_by(Enterprise.code)).all()


def versions(session: Session, id: UUID) -> list[Part]:
    """Return what was ever changed of an enterprise, by whom, the latest first."""
    entry = AuditEntry
    in_the_field = select(FieldEdit.id).where(FieldEdit.subject_id == id)
    about = or_(
        and_(entry.subject_id == id, entry.subject_kind == "enterprise"),
        and_(entry.subject_id.in_(in_the_field), entry.subject_kind == "edit"),
    )
    found = select(entry).where(about).order_by(entry.seq.desc()).limit(LATEST)
    return lines(session, session.scalars(found).all())


def penalties(session: Session, ids: Collection[UUID]) -> Sequence[Penalty]:
    """Return the penalties of a place, the latest first, those withdrawn among them."""
    found = select(Penalty).where(Penalty.enterprise_id.in_(ids))
    return session.scalars(found.order_by(Penalty.decided_on.desc(), Penalty.id.desc())).all()


def visits(session: Session, ids: Collection[UUID], since: datetime) -> Part:
    """Return the patrols' visits of a place: how many, how many `since`, and the latest entries.

    A correction is an entry, and no visit: what it says counts for the visit it corrects.
    """
    here = and_(Inspection.enterprise_id.in_(ids), Inspection.kind == "patrol")
    found = held_result() == "problem"
    counted = select(
        func.count(), func.count().filter(Inspection.occurred_at >= since),
        func.count().filter(found), func.max(Inspection.occurred_at),
    ).where(here, Inspection.corrects_id.is_(None))  # fmt: skip
    total, this_year, with_problem, last_at = session.execute(counted).one()
    same = and_(
        Person.jurisdiction_id == Inspection.jurisdiction_id, Person.id == Inspection.sender_id
    )
    latest = select(Inspection, Person).join(Person, same).where(here)
    in_order = latest.order_by(Inspection.occurred_at.desc(), Inspection.id.desc()).limit(LATEST)
    return {
        "total": total,
        "this_year": this_year,
        "with_problem": with_problem,
        "last_at": last_at,
        "items": _told(session, session.execute(in_order).all()),
    }


def _told(session: Session, rows: Sequence[Any]) -> list[Part]:
    chains = corrections(session, [visit.id for visit, _ in rows])
    return [_visit(visit, person) | chains.get(visit.id, UNCORRECTED) for visit, person in rows]


def _visit(visit: Inspection, person: Person) -> Part:
    return {
        "id": visit.id,
        "occurred_at": visit.occurred_at,
        "inspector": person,
        "result": visit.result,
        "findings": visit.findings,
    }


def formal(session: Session, ids: Collection[UUID], now: datetime) -> Part:
    """Return the formal inspections of a place, and how many of this year count."""
    year = local_day(now).year
    inspections = made(formal_entries(session, ids))
    counted, exempt = tally(inspections, year)
    here = and_(Inspection.enterprise_id.in_(ids), Inspection.kind == "formal")
    latest = select(Inspection).where(here).order_by(Inspection.occurred_at.desc())
    rows = session.scalars(latest.order_by(Inspection.id.desc()).limit(LATEST)).all()
    people, chains = _officers(session, rows), corrections(session, [row.id for row in rows])
    signatures = _signatures(session, [row.id for row in rows])
    return {
        "year": year,
        "cap": cap_now(session, now),
        "counted": counted,
        "exempt": exempt,
        "total": len(inspections),
        "items": [
            _inspected(row, people)
            | chains.get(row.id, UNCORRECTED)
            | {"signature": signatures.get(row.id)}
            for row in rows
        ],
    }


def _officers(session: Session, rows: Sequence[Inspection]) -> dict[UUID, Person]:
    ids = {id for row in rows for id in officers_of(row.formal)}
    return {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}


def _signatures(session: Session, record_ids: Sequence[UUID]) -> dict[UUID, Part]:
    """Return of each signed inspection the photo that is the signature, and whether it is here."""
    absent = missing(session, record_ids)
    told = ("sha256", "purpose", "taken_at")
    return {
        photo.record_id: {name: getattr(photo, name) for name in told}
        | {"arrived": photo.sha256 not in absent.get(photo.record_id, [])}
        for photo in photos_of(session, record_ids)
        if photo.purpose == "signature"
    }


def _inspected(row: Inspection, people: dict[UUID, Person]) -> Part:
    facts = row.formal or {}
    told = ("id", "occurred_at", "result", "findings", "flags")
    named = ("approval_no", "notice_no", "basis", "exempt_reason", "on_site", "refusal")
    return {
        **{name: getattr(row, name) for name in told},
        **{name: facts.get(name) for name in named},
        "officers": [
            {"person": people[id], "certificate_no": number}
            for id, number in officers_of(facts).items()
        ],
    }


def issues(session: Session, ids: Collection[UUID]) -> Part:
    """Return the issues of a place: how many, how many open, and the latest of them."""
    here = Issue.enterprise_id.in_(ids)
    is_open = Issue.state.in_(OPEN)
    counted = select(func.count(), func.count().filter(is_open), func.sum(Issue.relapses))
    total, still_open, relapses = session.execute(counted.where(here)).one()
    latest = select(Issue).where(here).order_by(Issue.occurred_at.desc(), Issue.id.desc())
    return {
        "total": total,
        "open": still_open,
        "relapses": relapses or 0,
        "items": session.scalars(latest.limit(LATEST)).all(),
    }


def found_by(session: Session, id: UUID) -> Part | None:
    """Return who found the place in the field and when, if that is how it came here."""
    same = and_(
        Person.jurisdiction_id == EnterpriseProposal.jurisdiction_id,
        Person.id == EnterpriseProposal.sender_id,
    )
    row = session.execute(
        select(EnterpriseProposal, Person).join(Person, same).where(EnterpriseProposal.id == id)
    ).one_or_none()
    if row is None:
        return None
    proposal, person = row
    return {"person": person, "at": proposal.occurred_at, "note": proposal.note}
