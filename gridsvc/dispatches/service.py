"""Deeds on the month of a county: planned by itself, minuted, signed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.digests import compact, digest
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.dispatches.queries import TownMonth, dispatch_of, town_months
from gridsvc.dispatches.rules import SHOWN, in_order
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.grids.queries import root
from gridsvc.ids import new_id
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.summaries.queries import first_record_on
from gridsvc.summaries.rules import IssueFacts, numbers, overdue, relapsed
from gridsvc.weeks import local_day, month_after, month_before, month_of, month_span

Content = dict[str, Any]


class UnknownDispatch(NotFound):
    """There is no dispatch of that month, or none that you may see."""


class DispatchChanged(Conflict):
    """Somebody else has changed the dispatch since you read it."""


class DispatchSigned(Conflict):
    """The dispatch of that month is signed, and frozen."""


class MonthNotOver(Refused):
    """The month is not over yet."""


def plan(session: Session, *, by: Actor, now: datetime) -> int:
    """Make the missing dispatches, for every month from the first record to the running one.

    Returns how many were made. Asking again makes none: a job may run twice, or late.
    """
    first = first_record_on(session)
    if first is None:
        return 0
    county = root(session)
    rows = [_new(session, county.id, month, now) for month in _months(first, local_day(now))]
    made = insert(MonthlyDispatch).values(rows).on_conflict_do_nothing()
    new = session.execute(made.returning(MonthlyDispatch.id, MonthlyDispatch.month)).all()
    lines = [_act("dispatch.make", id, {"month": [None, month]}) for id, month in new]
    audit.record(session, lines, by=by, at=now)
    return len(new)


def _months(first: date, last: date) -> Iterator[str]:
    day = first.replace(day=1)
    while day <= last:
        yield month_of(day)
        day = month_after(day)


def _new(session: Session, county_id: UUID, month: str, now: datetime) -> dict[str, Any]:
    return {
        "jurisdiction_id": session.jurisdiction_id,
        "id": new_id(),
        "grid_id": county_id,
        "month": month,
        "state": "draft",
        "version": 1,
        "made_at": now,
        "minutes": "",
    }


def write_minutes(
    session: Session, dispatch_id: UUID, *, version: int, minutes: str, by: Actor, now: datetime
) -> MonthlyDispatch:
    """Write down what the meeting said. Raises DispatchChanged, DispatchSigned."""
    dispatch = _open(session, dispatch_id, version)
    changes = {"minutes": [dispatch.minutes, minutes]}
    dispatch.minutes = minutes
    dispatch.version += 1
    audit.record(session, [_act("dispatch.minute", dispatch.id, changes)], by=by, at=now)
    return dispatch


def sign(
    session: Session, dispatch_id: UUID, *, version: int, signer_id: UUID, by: Actor, now: datetime
) -> MonthlyDispatch:
    """Sign a month: the ranking, and the records behind its numbers, are frozen as they are now.

    Raises DispatchChanged, DispatchSigned (also for the second of two who sign at once),
    MonthNotOver.
    """
    dispatch = _open(session, dispatch_id, version)
    last = month_span(dispatch.month).last
    if local_day(now) <= last:
        raise MonthNotOver(f"{dispatch.month} ends with {last}.", month=dispatch.month)
    text = compact(
        {
            "content": content(session, dispatch, now=now),
            "minutes": dispatch.minutes,
            "grid_id": dispatch.grid_id,
            "signed_by": _named(session, signer_id),
            "signed_at": now,
        }
    )
    dispatch.snapshot, dispatch.snapshot_digest = text.decode(), digest(text)
    dispatch.state, dispatch.signed_by_id, dispatch.signed_at = "signed", signer_id, now
    dispatch.version += 1
    line = _act("dispatch.sign", dispatch.id, {"state": ["draft", "signed"]}, digest(text))
    audit.record(session, [line], by=by, at=now)
    return dispatch


def content(session: Session, dispatch: MonthlyDispatch, *, now: datetime) -> Content:
    """Return a month as it was signed, else worked out from the records as they stand now.

    JSON values; each number names the records it counts.
    """
    if dispatch.snapshot is not None:
        frozen: Content = orjson.loads(dispatch.snapshot)["content"]
        return frozen
    span = month_span(dispatch.month)
    towns = town_months(session, dispatch.grid_id, dispatch.month, now)
    before = _ranks_before(session, dispatch, now)
    rows = [row | {"previous_rank": before.get(row["grid"]["id"])} for row in _ranking(towns)]
    worked_out = {
        "month": dispatch.month,
        "from": span.first,
        "until": span.last,
        "ranking": rows,
        "overdue": [_brief(town, issue) for town in towns for issue in overdue(town.facts)],
        "relapsed": [_brief(town, issue) for town in towns for issue in relapsed(town.facts)],
        "as_of": now,
    }
    plain: Content = orjson.loads(compact(worked_out))
    return plain


def _ranking(towns: list[TownMonth]) -> list[dict[str, Any]]:
    rows = []
    for town in towns:
        counted = numbers(town.facts)
        rows.append(
            {
                "grid": _ref(town),
                "numbers": {key: counted[key].plain for key in SHOWN},
                "weeks_signed": {"made": town.weeks_signed, "due": town.weeks_due},
            }
        )
    return in_order(rows)


def _ranks_before(
    session: Session, dispatch: MonthlyDispatch, now: datetime
) -> dict[str, int | None]:
    """Return the ranks of the month before by town; nothing where it has no dispatch."""
    earlier = dispatch_of(session, dispatch.grid_id, month_before(dispatch.month))
    if earlier is None:
        return {}
    if earlier.snapshot is not None:
        ranking = orjson.loads(earlier.snapshot)["content"]["ranking"]
    else:
        ranking = _ranking(town_months(session, earlier.grid_id, earlier.month, now))
    return {row["grid"]["id"]: row["rank"] for row in ranking}


def _brief(town: TownMonth, issue: IssueFacts) -> dict[str, Any]:
    villages = {grid.id: grid.ref for grid in town.facts.grids}
    end = min(town.facts.span.ends_at, town.facts.as_of)
    late = max((end - issue.due_at).days, 0) if issue.due_at else None
    return {
        **issue.ref,
        "category": issue.category,
        "grid": villages.get(issue.grid_id, _ref(town)),
        "town": _ref(town),
        "due_at": issue.due_at,
        "overdue_days": late,
    }


def _ref(town: TownMonth) -> dict[str, Any]:
    grid = town.grid
    return {"id": str(grid.id), "code": grid.code, "name": grid.name, "level": grid.level}


def _named(session: Session, person_id: UUID) -> dict[str, Any]:
    somebody = session.get_one(Person, (session.jurisdiction_id, person_id))
    return {"id": somebody.id, "name": somebody.name}


def _open(session: Session, dispatch_id: UUID, version: int) -> MonthlyDispatch:
    """Return a dispatch, locked, that can still be changed."""
    found = select(MonthlyDispatch).where(MonthlyDispatch.id == dispatch_id).with_for_update()
    dispatch = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if dispatch is None:
        raise UnknownDispatch(f"There is no dispatch {dispatch_id}.")
    if dispatch.state == "signed":
        raise DispatchSigned("It is frozen.", version=dispatch.version)
    if dispatch.version != version:
        raise DispatchChanged("Read it again.", version=dispatch.version)
    return dispatch


def _act(deed: str, dispatch_id: UUID, changes: dict[str, Any], digest: str | None = None) -> Act:
    return Act(
        deed=deed,
        subject_kind="monthly_dispatch",
        subject_id=dispatch_id,
        digest=digest,
        changes=changes,
    )
