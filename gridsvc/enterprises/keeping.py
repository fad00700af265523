"""Keeping the registry by hand: one enterprise at a time, each change with its line."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.models import Duty
from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.batches import insert_new
from gridsvc.enterprises import edits, queries
from gridsvc.enterprises.models import Enterprise, KeptApart
from gridsvc.enterprises.service import changed, enter_changes, line, registered
from gridsvc.errors import Forbidden, NotFound
from gridsvc.grids.queries import grids_at
from gridsvc.grids.service import stand_in_line
from gridsvc.ids import new_id
from gridsvc.numbers import draw
from gridsvc.session import Session
from gridsvc.synced import tick
from gridsvc.weeks import local_day

Facts = Mapping[str, Any]


class NoSuchGrid(NotFound):
    """No such grid, or none that you may see."""


class GridOfOthers(Forbidden):
    """The place lies in a grid whose registry others keep."""


def register_one(
    session: Session, facts: Facts, *, keeps: Collection[UUID], by: Actor, now: datetime
) -> Enterprise:
    """Enter one enterprise; without a `code` it gets the next number of the year's book.

    `keeps` are the grids whose registry is in these hands. Raises NoChecklistForKind,
    PlaceInNoGrid, NoSuchGrid, GridOfOthers or CodeTaken.
    """
    edits.check_kind(facts, queries.kinds(session, now))
    stand_in_line(session)
    grid_id = _grid_of(session, facts, now)
    _check_kept(grid_id, keeps)
    code = facts.get("code") or _next_code(session, now)
    if standing := queries.by_code(session, [code]).get(code):
        raise edits.CodeTaken(f"{code} is {standing.name}.", enterprise_id=standing.id)
    row = edits.new_row(facts, code, grid_id, now)
    versions = tick(session, [grid_id])
    insert_new(session, Enterprise, [{**row, "sync_version": versions[grid_id]}])
    audit.record(session, [registered(row)], by=by, at=now)
    return session.get_one(Enterprise, (session.jurisdiction_id, row["id"]))


def change(
    session: Session, id: UUID, facts: Facts, *, version: int, keeps: Collection[UUID], by: Actor,
    now: datetime,
) -> Enterprise:  # fmt: skip
    """Change what stands of an enterprise; a new place takes it to the grid that lies there.

    `version` is the one that the facts were meant for, `keeps` are the grids whose registry is
    in these hands. Raises Outdated, NoChecklistForKind, PlaceInNoGrid, NoSuchGrid, GridOfOthers, or
    NotInThatState for one that was merged into another.
    """
    edits.check_kind(facts, queries.kinds(session, now))
    stand_in_line(session)
    told = dict(facts)
    if told.keys() & {"location", "grid_id"}:
        told |= {"grid_id": _grid_of(session, told, now), "grid_reason": told.get("grid_reason")}
    _check_kept(told.get("grid_id"), keeps)
    enterprise, versions = _locked(session, id, told.get("grid_id"))
    edits.check_version(enterprise, version)
    edits.check_state(enterprise, "proposed", "active", "closed")
    different = edits.changes(enterprise, told)
    if "given" in different:
        different["location"] = told["location"]
    return _enter(session, enterprise, different, versions, "enterprise.change", by=by, now=now)


def decide(
    session: Session, id: UUID, decision: str, *, facts: Facts, reason: str, by: Actor,
    now: datetime,
) -> Enterprise:  # fmt: skip
    """Approve what was found in the field, close an enterprise, or open it again.

    Raises NotInThatState, CodeTaken or NoChecklistForKind.
    """
    edits.check_kind(facts, queries.kinds(session, now))
    enterprise, versions = _locked(session, id)
    edits.check_state(enterprise, edits.STATE_BEFORE[decision])
    _check_code(session, enterprise, facts.get("code"))
    different = edits.changes(enterprise, facts) | {"state": edits.STATE_AFTER[decision]}
    deed = f"enterprise.{decision}"
    return _enter(session, enterprise, different, versions, deed, reason=reason, by=by, now=now)


def merge(
    session: Session, id: UUID, into_id: UUID, *, reason: str, by: Actor, now: datetime
) -> Enterprise:
    """Say that one entry is the same place as another. Its records stay its own, and are
    read with those of the other. Returns the one that goes on.

    Raises MergedIntoItself, StillAnsweredFor or NotInThatState.
    """
    into = queries.existing(session, into_id)
    enterprise, versions = _locked(session, id)
    edits.check_merger(enterprise, into, _roles_held(session, id, now))
    different = {"state": "merged", "merged_into_id": into.id}
    _enter(session, enterprise, different, versions, "enterprise.merge", reason=reason, by=by,
           now=now)  # fmt: skip
    return into


def keep_apart(
    session: Session, id: UUID, other_id: UUID, *, reason: str, by: Actor, now: datetime
) -> None:
    """Say that two entries that look alike are two places. Said again, nothing changes."""
    one, other = sorted([id, other_id])
    for each in (one, other):
        queries.existing(session, each)
    if one == other:
        raise edits.MergedIntoItself("It is one entry, not two.")
    if queries.are_apart(session, one, other):
        return
    session.add(
        KeptApart(
            one_id=one, other_id=other, reason=reason, person_id=by.person_id, recorded_at=now
        )
    )
    told = {"other_id": [None, str(other_id)], "reason": [None, reason]}
    audit.record(session, [line("enterprise.keep_apart", id, told)], by=by, at=now)


def _locked(
    session: Session, id: UUID, to_id: UUID | None = None
) -> tuple[Enterprise, dict[UUID, int]]:
    """Return an enterprise, locked after the clocks of its grid and of where it goes."""
    found = queries.existing(session, id)
    versions = tick(session, {found.grid_id, to_id or found.grid_id})
    session.refresh(found, with_for_update=True)
    if found.grid_id not in versions:
        raise edits.Outdated("It was moved to another grid just now.", version=found.version)
    return found, versions


def _enter(
    session: Session,
    enterprise: Enterprise,
    different: dict[str, Any],
    versions: dict[UUID, int],
    deed: str,
    *,
    reason: str | None = None,
    by: Actor,
    now: datetime,
) -> Enterprise:
    if not different:
        return enterprise
    act = changed(deed, enterprise, different, reason=reason)
    enter_changes(session, enterprise, different, versions, now)
    audit.record(session, [act], by=by, at=now)
    return enterprise


def _grid_of(session: Session, facts: Facts, now: datetime) -> UUID:
    """Return the grid a place lies in, or the one that is named with a reason."""
    if named := facts.get("grid_id"):
        if named not in queries.territorial(session).values():
            raise NoSuchGrid(f"There is no territorial grid {named}.")
        return UUID(str(named))
    key = new_id()
    lies_in = grids_at(session, {key: (facts["location"], now)}).get(key)
    if lies_in is None:
        lon, lat = facts["given"]["coordinates"]
        crs = facts["given"]["crs"]
        raise edits.PlaceInNoGrid(f"{lon} {lat} ({crs}) lies in no grid; is it really {crs}?")
    return lies_in


def _check_kept(grid_id: UUID | None, keeps: Collection[UUID]) -> None:
    if grid_id is not None and grid_id not in keeps:
        raise GridOfOthers("The place lies where others keep the registry.", grid_id=grid_id)


def _next_code(session: Session, now: datetime) -> str:
    year = local_day(now).year
    [number] = draw(session, f"enterprise-{year}")
    return f"Q{year}-{number:05}"


def _check_code(session: Session, enterprise: Enterprise, code: str | None) -> None:
    standing = queries.by_code(session, [code]).get(code) if code else None
    if standing is not None and standing.id != enterprise.id:
        raise edits.CodeTaken(f"{code} is {standing.name}.", enterprise_id=standing.id)


def _roles_held(session: Session, id: UUID, now: datetime) -> Collection[str]:
    held = select(Duty.role).where(Duty.subject_id == id, Duty.period.op("@>")(now))
    return session.scalars(held).all()
