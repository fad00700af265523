"""Deeds on a weekly summary: planned by itself, explained, signed, accepted or returned."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.digests import compact, digest
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.summaries.facts import span_facts
from gridsvc.summaries.models import WeeklySignature, WeeklySummary
from gridsvc.summaries.queries import first_record_on, towns
from gridsvc.summaries.rules import content, exceptions
from gridsvc.weeks import local_day, week_of, week_span


class UnknownSummary(NotFound):
    """There is no such summary, or none that you may see."""


class SummaryChanged(Conflict):
    """Somebody else has changed the summary since you read it."""


class AlreadySigned(Conflict):
    """The summary is signed. It is frozen until the level above returns it."""


class NotSigned(Conflict):
    """The summary is not signed, so it can be neither accepted nor returned."""


class WeekNotOver(Refused):
    """The week is not over yet."""


class ExceptionWithoutWord(Refused):
    """Some red exceptions have no word of explanation yet."""


@dataclass(frozen=True)
class Draft:
    """A summary as it stands now: worked out from the records, not stored."""

    content: dict[str, Any]
    exceptions: list[dict[str, Any]]


def plan(session: Session, *, by: Actor, now: datetime) -> int:
    """Make the missing summaries of every town, for every week from the first record to now.

    Returns how many were made. Asking again makes none: a job may run twice, or late.
    """
    first = first_record_on(session)
    if first is None:
        return 0
    rows = [
        _new(session, town.id, week, now)
        for town in towns(session)
        for week in _weeks(first, local_day(now))
    ]
    made = insert(WeeklySummary).values(rows).on_conflict_do_nothing()
    new = session.execute(
        made.returning(WeeklySummary.id, WeeklySummary.week, WeeklySummary.grid_id)
    ).all()
    lines = [
        _act("summary.make", id, {"week": [None, week], "grid_id": [None, str(grid_id)]})
        for id, week, grid_id in new
    ]
    audit.record(session, lines, by=by, at=now)
    return len(new)


def _weeks(first: date, last: date) -> Iterator[str]:
    day = week_span(week_of(first)).first
    while day <= last:
        yield week_of(day)
        day += timedelta(weeks=1)


def _new(session: Session, grid_id: UUID, week: str, now: datetime) -> dict[str, Any]:
    return {
        "jurisdiction_id": session.jurisdiction_id,
        "id": new_id(),
        "grid_id": grid_id,
        "week": week,
        "state": "draft",
        "version": 1,
        "made_at": now,
        "comment": "",
        "remarks": {},
    }


def draft(session: Session, summary: WeeklySummary, *, now: datetime) -> Draft:
    """Work out a summary from the records as they stand now."""
    span = week_span(summary.week)
    facts = span_facts(session, summary.grid_id, span, min(now, span.ends_at + timedelta(days=1)))
    return Draft({"week": summary.week, **content(facts)}, exceptions(facts))


def remark(
    session: Session,
    summary_id: UUID,
    *,
    version: int,
    key: str,
    word: str,
    by: Actor,
    now: datetime,
) -> WeeklySummary:
    """Say a word about an exception. Raises SummaryChanged, AlreadySigned."""
    summary = _open(session, summary_id, version)
    before = summary.remarks.get(key)
    summary.remarks = summary.remarks | {key: word}
    summary.version += 1
    changes = {f"remarks.{key}": [before, word]}
    audit.record(session, [_act("summary.remark", summary.id, changes)], by=by, at=now)
    return summary


def sign(
    session: Session,
    summary_id: UUID,
    *,
    version: int,
    comment: str,
    signer_id: UUID,
    by: Actor,
    now: datetime,
) -> WeeklySignature:
    """Sign a summary: its numbers, and the records behind them, are frozen as they are now.

    Raises SummaryChanged, AlreadySigned (also for the second of two who sign at once),
    WeekNotOver, ExceptionWithoutWord.
    """
    summary = _open(session, summary_id, version)
    if now < week_span(summary.week).ends_at:
        raise WeekNotOver(f"{summary.week} ends on Sunday.", week=summary.week)
    seen = draft(session, summary, now=now)
    wordless = [
        exception["key"]
        for exception in seen.exceptions
        if exception["needs_word"] and not summary.remarks.get(exception["key"], "").strip()
    ]
    if wordless:
        raise ExceptionWithoutWord("Each red exception needs a word.", keys=wordless)
    signature = _sign(session, summary, seen, comment, signer_id, now)
    changes = {"state": [summary.state, "signed"], "comment": [summary.comment, comment]}
    summary.state, summary.comment, summary.returned_reason = "signed", comment, None
    summary.version += 1
    line = _act("summary.sign", summary.id, changes, digest=signature.digest)
    audit.record(session, [line], by=by, at=now)
    return signature


def _sign(
    session: Session,
    summary: WeeklySummary,
    seen: Draft,
    comment: str,
    signer_id: UUID,
    now: datetime,
) -> WeeklySignature:
    signer = session.get_one(Person, (session.jurisdiction_id, signer_id))
    text = compact(
        {
            "content": seen.content,
            "exceptions": seen.exceptions,
            "remarks": summary.remarks,
            "comment": comment,
            "grid_id": summary.grid_id,
            "signed_by": {"id": signer.id, "name": signer.name},
            "signed_at": now,
        }
    )
    signature = WeeklySignature(
        summary_id=summary.id,
        signed_by_id=signer_id,
        signed_at=now,
        snapshot=text.decode(),
        digest=digest(text),
    )
    session.add(signature)
    session.flush()
    return signature


def accept(
    session: Session, summary_id: UUID, *, accepter_id: UUID, by: Actor, now: datetime
) -> WeeklySummary:
    """Accept a signed summary at the level above. Raises NotSigned."""
    summary = _signed(session, summary_id)
    summary.state, summary.accepted_by_id, summary.accepted_at = "accepted", accepter_id, now
    summary.version += 1
    line = _act("summary.accept", summary.id, {"state": ["signed", "accepted"]})
    audit.record(session, [line], by=by, at=now)
    return summary


def send_back(
    session: Session, summary_id: UUID, reason: str, *, by: Actor, now: datetime
) -> WeeklySummary:
    """Return a signed summary to its town, with the reason. Its signature is kept."""
    summary = _signed(session, summary_id)
    summary.state, summary.returned_reason = "returned", reason
    summary.version += 1
    changes = {"state": ["signed", "returned"], "returned_reason": [None, reason]}
    audit.record(session, [_act("summary.return", summary.id, changes)], by=by, at=now)
    return summary


def snapshot(signature: WeeklySignature) -> dict[str, Any]:
    """Return what was signed, as JSON values."""
    frozen: dict[str, Any] = orjson.loads(signature.snapshot)
    return frozen


def _locked(session: Session, summary_id: UUID) -> WeeklySummary:
    found = select(WeeklySummary).where(WeeklySummary.id == summary_id).with_for_update()
    fresh = found.execution_options(populate_existing=True)
    summary = session.scalars(fresh).one_or_none()
    if summary is None:
        raise UnknownSummary(f"There is no summary {summary_id}.")
    return summary


def _open(session: Session, summary_id: UUID, version: int) -> WeeklySummary:
    summary = _locked(session, summary_id)
    if summary.state in {"signed", "accepted"}:
        raise AlreadySigned("It is frozen.", state=summary.state, version=summary.version)
    if summary.version != version:
        raise SummaryChanged("Read it again.", version=summary.version)
    return summary


def _signed(session: Session, summary_id: UUID) -> WeeklySummary:
    summary = _locked(session, summary_id)
    if summary.state != "signed":
        raise NotSigned("It is not signed, or already accepted.", state=summary.state)
    return summary


def _act(deed: str, summary_id: UUID, changes: dict[str, Any], digest: str | None = None) -> Act:
    return Act(
        deed=deed,
        subject_kind="weekly_summary",
        subject_id=summary_id,
        digest=digest,
        changes=changes,
    )
