"""What due.py needs to know of the objects in some grids, in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Interval,
    ScalarSelect,
    Select,
    and_,
    cast,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import moment_of
from gridsvc.marks.models import Mark, Visit
from gridsvc.patrols.due import Days, Rulebook, Seen, Watched, period_of
from gridsvc.patrols.past import FEW, Past, at_work, gone_since, pasts
from gridsvc.rules.models import RuleSet
from gridsvc.rules.queries import calendar
from gridsvc.rules.rules import Duty
from gridsvc.session import Session
from gridsvc.weeks import LOCAL, local_day

EARLIEST, LATEST = date(1990, 1, 1), date(2250, 1, 1)
NOTHING = Past()
ONE_PERIOD = timedelta(days=16)


@dataclass(frozen=True)
class Place:
    """Where an object is filed, and what it is called."""

    grid_id: UUID
    code: str
    name: str


class Made(NamedTuple):
    """A visit, on its local day."""

    day: date
    id: UUID
    level: int
    is_night: bool


@dataclass(frozen=True)
class Watch:
    """The objects at work in some grids, and the rules for them."""

    book: Rulebook
    objects: list[Watched]  # in order of code
    places: Mapping[UUID, Place]
    grid_ids: Collection[UUID]
    beside: tuple[Rulebook, ...] = ()  # that may ask for visits, too
    gone: frozenset[UUID] = frozenset()  # what was at work there, and is not any more

    @property
    def books(self) -> tuple[Rulebook, ...]:
        return self.book, *self.beside

    @property
    def duties(self) -> list[Duty]:
        """Everybody's duties under any of the rule sets, the village by day first."""
        every = {duty for book in self.books for duty in book.duties}
        return sorted(every, key=lambda duty: (-duty[0], duty[1]))

    def grid_on(self, one: Watched, day: date) -> UUID:
        """Return the grid that an object lay in on a day."""
        lay = (lay.grid_id for lay in one.lay if day < lay.until)
        return next(lay, self.places[one.id].grid_id)

    def is_there(self, one: Watched, day: date) -> bool:
        """Say whether an object was at work in the grids on a day."""
        return one.is_at_work(day) and self.grid_on(one, day) in self.grid_ids

    def on(self, day: date) -> "Watch":
        """Return what was at work in the grids on a day."""
        there = [one for one in self.objects if self.is_there(one, day)]
        return replace(self, objects=there)

    def asked(self, duty: Duty) -> list[Watched]:
        """Return the objects of which a duty ever asks for visits."""
        return [
            one for one in self.objects if any(book.course(duty, one).asks for book in self.books)
        ]

    def counts(self, duty: Duty) -> bool:
        """Say whether it matters for a duty how many visits there were in a period."""
        return any(book.course(duty, one).counts for one in self.objects for book in self.books)


def rulebook(session: Session, *more: RuleSet) -> Rulebook:
    """Return all rule sets of the jurisdiction, those proposed too, and its calendar."""
    rule_sets = [*session.scalars(select(RuleSet)), *more]
    return Rulebook(rule_sets, calendar(session, EARLIEST, LATEST))


def watch(
    session: Session,
    grid_ids: Collection[UUID],
    book: Rulebook | None = None,
    *,
    since: date | None = None,
) -> Watch:
    """Return what is at work in some grids now, or was on a day `since` some other."""
    gone = frozenset(gone_since(session, grid_ids, since)) if since else frozenset[UUID]()
    there = select(
        Enterprise.id, Enterprise.supervision_class, Enterprise.kind, Enterprise.grid_id,
        Enterprise.state, Enterprise.code, Enterprise.name,
    ).where(at_work(grid_ids, gone))  # fmt: skip
    rows = session.execute(there.order_by(Enterprise.code)).all()
    marks = _marks(session, grid_ids, gone)
    now = {row.id: (row.supervision_class, row.kind, row.grid_id, row.state) for row in rows}
    past = pasts(session, now, grid_ids, gone)
    objects = [_watched(row, marks, past.get(row.id, NOTHING)) for row in rows]
    places = {row.id: Place(row.grid_id, row.code, row.name) for row in rows}
    return Watch(book or rulebook(session), objects, places, frozenset(grid_ids), gone=gone)


def _watched(row: Any, marks: Mapping[tuple[UUID, str], list[Days]], past: Past) -> Watched:
    return Watched(
        row.id,
        row.supervision_class,
        row.kind,
        local_day(moment_of(row.id)),
        attention=tuple(sorted(marks.get((row.id, "attention"), ()))),
        exempt=tuple(sorted([*marks.get((row.id, "exemption"), ()), *past.idle])),
        idle=past.idle,
        was=past.was,
        lay=past.lay,
    )


def _marks(
    session: Session, grid_ids: Collection[UUID], gone: Collection[UUID]
) -> dict[tuple[UUID, str], list[Days]]:
    here = and_(
        Enterprise.jurisdiction_id == Mark.jurisdiction_id, Enterprise.id == Mark.enterprise_id
    )
    marked = (
        select(Mark.enterprise_id, Mark.kind, Mark.first_day, Mark.last_day)
        .join(Enterprise, here)
        .where(at_work(grid_ids, gone), Mark.last_day >= Mark.first_day)
    )
    found: dict[tuple[UUID, str], list[Days]] = defaultdict(list)
    for enterprise_id, kind, first, last in session.execute(marked):
        found[enterprise_id, kind].append((first, last))
    return found


def serves(duty: Duty) -> list[ColumnElement[bool]]:
    """Return what a visit must be to serve a duty: of that level or above, and at night if so.

    What the town has looked at the village need not look at again; not the other way round.
    """
    level, night = duty
    conditions: list[ColumnElement[bool]] = [] if level == 3 else [Visit.level < 3]
    conditions += [Visit.level <= level] if level == 1 else []
    return [*conditions, Visit.is_night == true()] if night else conditions


def seen_before(
    session: Session, watched: Watch, duty: Duty, before: datetime
) -> dict[UUID, tuple[Seen, datetime | None]]:
    """Return when each object of a duty was last seen before a moment, and the visit's moment."""
    asked = watched.asked(duty)
    if not asked:
        return {}
    visited = _visited(session, watched, asked, duty, before)
    return {one.id: _seen(one, *visited.get(one.id, (None, ()))) for one in asked}


def _visited(
    session: Session, watched: Watch, asked: Sequence[Watched], duty: Duty, before: datetime
) -> dict[UUID, tuple[datetime, Sequence[datetime]]]:
    """Return the last visit of each object, and those shortly before it where they count."""
    newest = _newest(before, duty).correlate(Enterprise).lateral("newest")
    around: Any = null()
    if watched.counts(duty):
        near = [Visit.occurred_at > newest.c.occurred_at - literal(ONE_PERIOD, Interval())]
        near += [Visit.occurred_at <= newest.c.occurred_at, *serves(duty), *_here()]
        days = select(func.array_agg(Visit.occurred_at)).where(*near)
        around = days.correlate(Enterprise, newest).scalar_subquery()
    wanted = select(Enterprise.id, newest.c.occurred_at, around).join(newest, true())
    rows = session.execute(_among(wanted, asked, watched))
    return {id: (at, moments or ()) for id, at, moments in rows}


def _among(query: Select[Any], asked: Sequence[Watched], watched: Watch) -> Select[Any]:
    """Narrow a query of enterprises to those asked about, or to their grids if these are many."""
    if len(asked) <= FEW and len(asked) < len(watched.objects):
        return query.where(Enterprise.id.in_([one.id for one in asked]))
    return query.where(at_work(watched.grid_ids, watched.gone))


def _seen(
    one: Watched, visited_at: datetime | None, around: Sequence[datetime]
) -> tuple[Seen, datetime | None]:
    seen = Seen(one.registered_on)
    if visited_at is None:
        return seen, None
    last = local_day(visited_at)
    for day in sorted({local_day(at) for at in around} | {last}):
        if _same_period(day, last):
            seen = seen.visited(day)
    return seen, visited_at


def _same_period(day: date, last: date) -> bool:
    return any(period_of(day, per) == period_of(last, per) for per in ("week", "half_month"))


def last_visit(before: datetime) -> ScalarSelect[Any]:
    """The moment of an enterprise's last visit, whoever made it. A correction is none."""
    return _newest(before, (3, False)).correlate(Enterprise).scalar_subquery()


def _newest(before: datetime, duty: Duty) -> Select[Any]:
    """The last visit that serves a duty: one step back along an index, however long its history.

    (max() would do, too, but without fresh statistics it is planned to read them all.)
    """
    visits = select(Visit.occurred_at).where(Visit.occurred_at < before, *serves(duty), *_here())
    return visits.order_by(Visit.occurred_at.desc()).limit(1)


def _here() -> list[ColumnElement[bool]]:
    return [
        Visit.jurisdiction_id == Enterprise.jurisdiction_id,
        Visit.enterprise_id == Enterprise.id,
    ]


def visits_between(
    session: Session, watched: Watch, since: datetime, until: datetime
) -> dict[UUID, list[Made]]:
    """Return the visits of a span by object, in order of time."""
    here = and_(
        Enterprise.jurisdiction_id == Visit.jurisdiction_id, Enterprise.id == Visit.enterprise_id
    )
    made = (
        select(Visit.enterprise_id, Visit.occurred_at, Visit.id, Visit.level, Visit.is_night)
        .join(Enterprise, here)
        .where(
            at_work(watched.grid_ids, watched.gone),
            Visit.occurred_at >= since,
            Visit.occurred_at < until,
        )
    )
    found: dict[UUID, list[Made]] = defaultdict(list)
    for of, at, id, level, night in session.execute(made.order_by(Visit.occurred_at, Visit.id)):
        found[of].append(Made(local_day(at), id, level, night))
    return found


def days_between(
    session: Session, watched: Watch, duty: Duty, since: datetime, until: datetime
) -> dict[UUID, Sequence[date]]:
    """Return the local days of the visits of a span that serve a duty by object, in order."""
    here = and_(
        Enterprise.jurisdiction_id == Visit.jurisdiction_id, Enterprise.id == Visit.enterprise_id
    )
    day = cast(func.timezone(LOCAL.key, Visit.occurred_at), Date)
    made = (
        select(Visit.enterprise_id, func.array_agg(aggregate_order_by(day, day)))
        .join(Enterprise, here)
        .where(
            at_work(watched.grid_ids, watched.gone),
            Visit.occurred_at >= since,
            Visit.occurred_at < until,
            *serves(duty),
        )
        .group_by(Visit.enterprise_id)
    )
    return {id: days for id, days in session.execute(made)}


def made_for(duty: Duty, visits: Iterable[Made]) -> list[Made]:
    """Return those of some visits that serve a duty, as `serves` says it of a query."""
    level, night = duty
    return [one for one in visits if one.level <= level and (one.is_night or not night)]
