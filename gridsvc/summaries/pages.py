"""What the pages of a weekly summary show: frozen where it is signed, else worked out now."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.audit.anchors import last_anchor
from gridsvc.digests import short
from gridsvc.grids.models import Grid
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.summaries.briefs import briefs
from gridsvc.summaries.facts import KINDS, corrected_later, span_facts
from gridsvc.summaries.models import WeeklySignature, WeeklySummary
from gridsvc.summaries.queries import last_signatures, listed
from gridsvc.summaries.rules import numbers
from gridsvc.summaries.service import UnknownSummary, draft, snapshot
from gridsvc.weeks import week_span, weeks_before

SIGNED = {"signed", "accepted"}
HISTORY = 6  # weeks


class UnknownNumber(UnknownSummary):
    """The summary has no such number."""


def items(
    session: Session, grid_ids: Collection[UUID], *, week: str | None, state: str | None
) -> list[dict[str, Any]]:
    """Return the summaries of `grid_ids`, one line each."""
    rows = listed(session, grid_ids, week=week, state=state)
    signatures = last_signatures(session, [row.id for row in rows])
    grids = _named(session, Grid, {row.grid_id for row in rows})
    people = _named(session, Person, {row.accepted_by_id for row in rows})
    return [_item(row, signatures.get(row.id), grids, people) for row in rows]


def page(session: Session, summary: WeeklySummary, *, now: datetime) -> dict[str, Any]:
    """Return a whole summary: numbers, exceptions with their words, grids day by day."""
    [item] = [
        _item(
            summary,
            last_signatures(session, [summary.id]).get(summary.id),
            _named(session, Grid, {summary.grid_id}),
            _named(session, Person, {summary.accepted_by_id}),
        )
    ]
    content, exceptions, as_of = seen(session, summary, now=now)
    words = [{**e, "word": summary.remarks.get(e["key"], "")} for e in exceptions]
    return {
        **item,
        "content": content,
        "exceptions": words,
        "frozen": summary.state in SIGNED,
        "history": _history(session, summary, now),
        "anchor": _anchor(session),
        "is_over": now >= week_span(summary.week).ends_at,
        "as_of": as_of,
    }


def _anchor(session: Session) -> dict[str, Any] | None:
    """Return the last anchor of the trail, short enough to be printed on paper."""
    anchor = last_anchor(session)
    if anchor is None:
        return None
    return {"day": anchor.day, "seq": anchor.seq, "hash": short(anchor.hash)}


def seen(
    session: Session, summary: WeeklySummary, *, now: datetime
) -> tuple[dict[str, Any], list[dict[str, Any]], datetime]:
    """Return content, exceptions and their moment: as signed, or as they stand now."""
    if summary.state in SIGNED:
        signature = last_signatures(session, [summary.id])[summary.id]
        frozen = snapshot(signature)
        return frozen["content"], frozen["exceptions"], signature.signed_at
    current = draft(session, summary, now=now)
    return current.content, current.exceptions, now


def records(
    session: Session, summary: WeeklySummary, number: str, *, now: datetime
) -> list[dict[str, Any]]:
    """Return exactly the records behind a number. Raises UnknownNumber."""
    content, _, _ = seen(session, summary, now=now)
    if number not in content["numbers"]:
        raise UnknownNumber(f"There is no number {number!r}.", numbers=sorted(content["numbers"]))
    return briefs(session, content["numbers"][number]["records"])


def supplement(session: Session, summary: WeeklySummary) -> list[dict[str, Any]]:
    """Return the records of the week that arrived after it was signed, and what corrects them."""
    signature = last_signatures(session, [summary.id]).get(summary.id)
    if signature is None:
        return []
    span = week_span(summary.week)
    facts = span_facts(session, summary.grid_id, span, signature.signed_at)
    late = [r for r in facts.records if r.received_at > signature.signed_at]
    refs = [{"kind": r.kind, "id": str(r.id)} for r in late if r.kind in KINDS]
    corrected = corrected_later(session, summary.grid_id, span, signature.signed_at)
    return briefs(session, refs + [{"kind": "inspection", "id": str(id)} for id in corrected])


def _history(session: Session, summary: WeeklySummary, now: datetime) -> list[dict[str, Any]]:
    """Return the numbers of the weeks before, the earliest first."""
    weeks = weeks_before(summary.week, HISTORY)
    before = select(WeeklySummary).where(
        WeeklySummary.grid_id == summary.grid_id, WeeklySummary.week.in_(weeks)
    )
    rows = session.scalars(before.order_by(WeeklySummary.week)).all()
    signatures = last_signatures(session, [row.id for row in rows])
    return [
        {"week": row.week, "numbers": _brief_numbers(session, row, signatures.get(row.id), now)}
        for row in rows
    ]


def _brief_numbers(
    session: Session, row: WeeklySummary, signature: WeeklySignature | None, now: datetime
) -> dict[str, Any]:
    if signature and row.state in SIGNED:
        found = snapshot(signature)["content"]["numbers"]
        return {key: {"made": n["made"], "due": n["due"]} for key, n in found.items()}
    facts = span_facts(session, row.grid_id, week_span(row.week), now)
    return {key: {"made": n.made, "due": n.due} for key, n in numbers(facts).items()}


def _item(
    row: WeeklySummary,
    signature: WeeklySignature | None,
    grids: dict[UUID, Any],
    people: dict[UUID, Any],
) -> dict[str, Any]:
    return {
        "id": row.id,
        "grid": grids[row.grid_id],
        "week": row.week,
        "state": row.state,
        "version": row.version,
        "comment": row.comment,
        "remarks": row.remarks,
        "signed_by": signature.signed_by if signature else None,
        "signed_at": signature.signed_at if signature else None,
        "snapshot_digest": signature.digest if signature else None,
        "accepted_by": people.get(row.accepted_by_id) if row.accepted_by_id else None,
        "accepted_at": row.accepted_at,
        "returned_reason": row.returned_reason,
    }


def _named(session: Session, model: Any, ids: Collection[UUID | None]) -> dict[UUID, Any]:
    wanted = [id for id in ids if id]
    rows: Sequence[Any] = session.scalars(select(model).where(model.id.in_(wanted))).all()
    return {row.id: row for row in rows}
