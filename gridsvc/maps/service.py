"""A county drawn anew: its grids, and the enterprises that come to lie in another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.enterprises import queries
from gridsvc.enterprises import service as enterprises
from gridsvc.enterprises.rules import Move
from gridsvc.grids import service as grids
from gridsvc.grids.service import Redrawing
from gridsvc.session import Session


@dataclass(frozen=True)
class Consequence:
    """What a drawing means for the registry, from its first moment on."""

    moves: Sequence[Move]
    outside: Sequence[UUID]  # enterprises that lie in no grid then
    is_in_force: bool  # else they move when that moment comes


def redraw(
    session: Session,
    planned: Redrawing,
    *,
    name: str,
    source: str,
    crs: str,
    by: Actor,
    now: datetime,
) -> Consequence:
    """Put a drawing in force, and move the enterprises with it if it begins now.

    Raises FaultyDrawing.
    """
    acts = grids.redraw(session, planned, name=name, source=source, crs=crs, now=now)
    starts = max(planned.since or now, now)
    moves, outside = queries.moves(session, starts)
    is_in_force = starts == now
    if is_in_force:
        acts += enterprises.settle(session, moves, now)
    audit.record(session, acts, by=by, at=now)
    return Consequence(moves, outside, is_in_force)
