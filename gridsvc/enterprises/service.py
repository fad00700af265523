"""Entering enterprises in the registry, changing them, and moving them with their grids."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_new
from gridsvc.enterprises import queries
from gridsvc.enterprises.models import Enterprise, EnterprisePast
from gridsvc.enterprises.rules import Move, Plan, Told, add, cell_faults, grid_fault, placed, told
from gridsvc.grids.queries import grids_at
from gridsvc.grids.service import stand_in_line
from gridsvc.ids import new_id
from gridsvc.session import Session
from gridsvc.synced import stamp, tick
from gridsvc.tables import Line

FOR_RULES = ("grid_id", "supervision_class", "kind", "state")


def plan(session: Session, lines: Iterable[Line], *, crs: str, now: datetime) -> Plan:
    """Return what the lines of a file would change in the registry, and what is wrong with them.

    `crs` is what their coordinates are in. An enterprise is known by its code.
    """
    stand_in_line(session)
    planned, good = Plan(), list[Told]()
    kinds, first = queries.kinds(session, now), dict[str, int]()
    for line in lines:
        first.setdefault(line["code"], line.number)
        if faults := list(cell_faults(line, kinds, first)):
            planned.faults += [line.fault(reason) for reason in faults]
        else:
            good.append(told(line, crs))
    _place(session, good, planned, now)
    return planned


def _place(session: Session, good: Sequence[Told], planned: Plan, now: datetime) -> None:
    grids, keys = queries.territorial(session), [new_id() for _ in good]
    places = {key: (each.location, now) for key, each in zip(keys, good, strict=True)}
    lies_in = grids_at(session, places)
    standing = queries.by_code(session, [each.row["code"] for each in good])
    for key, each in zip(keys, good, strict=True):
        if fault := grid_fault(each, grids, lies_in.get(key)):
            planned.faults.append(each.line.fault(fault))
        else:
            row = placed(each, grids, lies_in[key])
            add(planned, row, standing.get(row["code"]), now)


def register(session: Session, planned: Plan, *, by: Actor, now: datetime) -> None:
    """Carry out a plan without faults: new enterprises and changes of those that stand."""
    grid_ids = {row["grid_id"] for row in planned.new}
    for enterprise, changes in planned.changed:
        grid_ids |= {enterprise.grid_id, changes.get("grid_id", enterprise.grid_id)}
    versions = tick(session, grid_ids)
    rows = [{**row, "sync_version": versions[row["grid_id"]]} for row in planned.new]
    insert_new(session, Enterprise, rows)
    acts = [registered(row) for row in planned.new]
    for enterprise, changes in planned.changed:
        acts.append(changed("enterprise.change", enterprise, changes))
        enter_changes(session, enterprise, changes, versions, now)
    audit.record(session, acts, by=by, at=now)


def settle(session: Session, moves: Sequence[Move], now: datetime) -> list[Act]:
    """File enterprises under the grids they lie in now; return the lines for the trail."""
    versions = tick(session, {id for move in moves for id in (move.from_id, move.to_id)})
    to = {move.enterprise_id: move.to_id for move in moves}
    in_order = select(Enterprise).where(Enterprise.id.in_(to)).order_by(Enterprise.id)
    acts = []
    for enterprise in session.scalars(in_order.with_for_update()):
        changes = {"grid_id": to[enterprise.id]}
        acts.append(changed("enterprise.settle", enterprise, changes))
        enter_changes(session, enterprise, changes, versions, now)
    session.flush()
    return acts


def settle_all(session: Session, *, by: Actor, now: datetime) -> int:
    """File every enterprise under the grid it lies in now; return how many moved."""
    stand_in_line(session)
    moves, _ = queries.moves(session, now)
    audit.record(session, settle(session, moves, now), by=by, at=now)
    return len(moves)


def enter_changes(
    session: Session, enterprise: Enterprise, changes: dict[str, Any], versions: dict[UUID, int],
    now: datetime,
) -> None:  # fmt: skip
    """Change columns of an enterprise whose grids have ticked, for phones to see.

    What it was for the rules is kept: days that have gone by are judged by that.
    """
    if changes.keys() & set(FOR_RULES):
        was = {name: getattr(enterprise, name) for name in FOR_RULES}
        past = {"id": new_id(), "enterprise_id": enterprise.id, "until": now}
        insert_new(session, EnterprisePast, [past | was])
    grid_id = changes.get("grid_id", enterprise.grid_id)
    stamp(session, enterprise, versions, grid_id=grid_id)
    for name, value in changes.items():
        setattr(enterprise, name, value)
    enterprise.version += 1


def registered(row: dict[str, Any]) -> Act:
    """Return the line for the trail of a new enterprise."""
    facts = {name: [None, value] for name, value in _plain(row).items() if value is not None}
    del facts["id"]
    return line("enterprise.register", row["id"], facts)


def changed(
    deed: str, enterprise: Enterprise, changes: dict[str, Any], *, reason: str | None = None
) -> Act:
    """Return the line for the trail of a change that is about to be made."""
    after = _plain(changes)
    told = {name: [getattr(enterprise, name), after[name]] for name in after}
    return line(deed, enterprise.id, told | ({"reason": [None, reason]} if reason else {}))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row for the trail, where `given` tells the place."""
    return {name: value for name, value in row.items() if name != "location"}


def line(deed: str, id: UUID, changes: dict[str, Any]) -> Act:
    """Return a line for the trail about an enterprise."""
    return Act(deed=deed, subject_kind="enterprise", subject_id=id, changes=changes)
