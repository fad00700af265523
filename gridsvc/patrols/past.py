"""What objects were on days gone by, as far as it was something else than now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from gridsvc.enterprises.models import Enterprise, EnterprisePast
from gridsvc.patrols.due import DAY, Days, Lay, Was
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight

FEW = 2000  # so many can be named one by one in a query
LONG_AGO, FOR_EVER = date(1990, 1, 1), date(2250, 1, 1)
ACTIVE = "active"


class Past(NamedTuple):
    """What an object was: for the rules, where, and on which days it was not at work."""

    was: tuple[Was, ...] = ()
    lay: tuple[Lay, ...] = ()
    idle: tuple[Days, ...] = ()


def at_work(grid_ids: Collection[UUID], gone: Collection[UUID]) -> ColumnElement[bool]:
    """Say of an enterprise, in SQL, that it is at work in some grids; or one of those `gone`."""
    here = and_(Enterprise.grid_id.in_(grid_ids), Enterprise.state == ACTIVE)
    return or_(here, Enterprise.id.in_(list(gone))) if gone else here


def gone_since(session: Session, grid_ids: Collection[UUID], day: date) -> set[UUID]:
    """Return what was at work in some grids on a day or later, and is not any more."""
    same = and_(
        Enterprise.jurisdiction_id == EnterprisePast.jurisdiction_id,
        Enterprise.id == EnterprisePast.enterprise_id,
    )
    past = (
        select(EnterprisePast.enterprise_id)
        .join(Enterprise, same)
        .where(
            EnterprisePast.grid_id.in_(grid_ids), EnterprisePast.until >= midnight(day),
            EnterprisePast.state == ACTIVE,
            or_(Enterprise.state != ACTIVE, Enterprise.grid_id.not_in(grid_ids)),
        )
    )  # fmt: skip
    return set(session.scalars(past))


def pasts(
    session: Session, now: Mapping[UUID, tuple[str, str, UUID, str]], grid_ids: Collection[UUID],
    gone: Collection[UUID],
) -> dict[UUID, Past]:  # fmt: skip
    """Return what those objects were that were ever something else.

    `now` says of each its class, kind, grid and state of today.
    """
    told = select(EnterprisePast)
    if len(now) <= FEW:
        told = told.where(EnterprisePast.enterprise_id.in_(list(now)))
    else:
        same = and_(
            Enterprise.jurisdiction_id == EnterprisePast.jurisdiction_id,
            Enterprise.id == EnterprisePast.enterprise_id,
        )
        told = told.join(Enterprise, same).where(at_work(grid_ids, gone))
    by_object: dict[UUID, list[EnterprisePast]] = defaultdict(list)
    for row in session.scalars(told.order_by(EnterprisePast.until, EnterprisePast.id)):
        by_object[row.enterprise_id].append(row)
    return {id: past_of(rows, *now[id]) for id, rows in by_object.items()}


def past_of(
    rows: Sequence[EnterprisePast], supervision_class: str, kind: str, grid_id: UUID, state: str
) -> Past:
    """Return the past of one object from what it was before each change, in order.

    The rules judge a day by what the object was as it began, as they do with rule sets. Where
    it lay, and whether it was at work, goes by the end of the day.
    """
    was = [Was(_judges_from(row.until), row.supervision_class, row.kind) for row in rows]
    lay = [Lay(local_day(row.until), row.grid_id) for row in rows]
    states = [(local_day(row.until), row.state) for row in rows]
    return Past(
        tuple(_changes(was, (supervision_class, kind))),
        tuple(_changes(lay, (grid_id,))),
        tuple(_idle(states, state)),
    )


def _judges_from(moment: datetime) -> date:
    """Return the first day that begins at a moment or after it."""
    day = local_day(moment)
    return day if midnight(day) == moment else day + DAY


Step = TypeVar("Step", Was, Lay)


def _changes(steps: Iterable[Step], now: tuple[object, ...]) -> list[Step]:
    """Return the last of each run of steps that say the same, but for what is still so."""
    runs = [list(run)[-1] for _, run in groupby(steps, key=lambda step: step[1:])]
    return runs[:-1] if runs and runs[-1][1:] == now else runs


def _idle(states: Iterable[tuple[date, str]], now: str) -> list[Days]:
    """Return the days at whose end an object was not at work; of the first, from its beginning."""
    found, since = list[Days](), LONG_AGO
    for until, state in [*states, (FOR_EVER + DAY, now)]:
        if state != ACTIVE and since < until:
            found.append((since, until - DAY))
        since = until
    return found
