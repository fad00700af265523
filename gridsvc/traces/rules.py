"""How duties become a time line without holes, and what was due but not done. No session, no clock.

A trace covers [begins, ends). Nothing that happened at `ends` or later shows in it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from gridsvc.accountability.models import Duty, Handover
from gridsvc.accountability.rules import PERMISSION, SEATED, Held, Role
from gridsvc.db import Period
from gridsvc.errors import Refused
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.patrols.span import Made, dues
from gridsvc.weeks import Span, local_day, midnight

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
USUAL_DAYS = 90


class TraceTooLong(Refused):
    """There is too much in that span. Shorten it, or trace something smaller."""


class SpanInverted(Refused):
    """The span of a trace ends before it begins."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a trace covers."""

    begins: datetime
    ends: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.begins <= moment < self.ends

    def knows(self, moment: datetime | None) -> datetime | None:
        """Return a moment, unless it lies behind the end of the trace."""
        return moment if moment is not None and moment <= self.ends else None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A grid in which something lay during a period."""

    grid_id: UUID
    level: int
    code: str
    period: Period


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What somebody answered for, and while it mattered to what is traced; None is open."""

    kind: str
    id: UUID
    name: str
    roles: Sequence[str]
    since: datetime | None = None
    until: datetime | None = None

    @property
    def ref(self) -> dict[str, Any]:
        return {"kind": self.kind, "id": self.id, "name": self.name}


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A visit that was due and not made on its day. `until` is the day it was made up for."""

    enterprise_id: UUID
    due_on: date
    until: date | None
    owed_days: int

    @property
    def owed_at(self) -> datetime:
        """The moment from which the visit was owed."""
        return midnight(self.due_on + DAY)


def span_of(traced: Any, since: date | None, until: date | None, today: date) -> Span:
    """Return the days of a trace: the last 90, unless asked otherwise. Raises SpanInverted.

    An issue is traced from the day on which it was found, at least.
    """
    last = until or today
    usual = last - timedelta(days=USUAL_DAYS - 1)
    if isinstance(traced.row, Issue):
        usual = min(usual, local_day(traced.row.occurred_at))
    first = since or usual
    if first > min(last, today):
        raise SpanInverted("Its first day comes after its last.", first=first.isoformat())
    return Span(first, last)


def read_until(held: Iterable[Held], subject_id: UUID, now: datetime) -> datetime | None:
    """Return up to when somebody may read the trace of what lies in a grid, None for not at all.

    Now, by a duty held now. Else up to the end of the last duty that allowed it: what
    somebody answered for stays readable to them.
    """
    reading = [
        duty.period
        for duty in held
        if duty.subject_id == subject_id and duty.post in PERMISSION["trace.read"]
    ]
    if any(now in period for period in reading):
        return now
    return max((p.upper for p in reading if p.upper and p.upper <= now), default=None)


def homes(places: Sequence[Place], window: Window) -> list[tuple[datetime, UUID]]:
    """Return the grids that something lay in, each with the moment from which on it did.

    At any moment it is the deepest grid; on a border, the one with the lower code.
    """
    edges = {
        edge
        for place in places
        for edge in (place.period.lower, place.period.upper)
        if edge is not None and edge in window
    }
    found: list[tuple[datetime, UUID]] = []
    for since in sorted({window.begins, *edges}):
        here = [place for place in places if since in place.period]
        if not here:
            continue
        home = min(here, key=lambda place: (-place.level, place.code)).grid_id
        if not found or found[-1][1] != home:
            found.append((since, home))
    return found


def responsibility(
    subjects: Iterable[Subject],
    duties: Sequence[Duty],
    handovers: Mapping[UUID, Handover],
    window: Window,
) -> list[dict[str, Any]]:
    """Return who answered, period by period. Where a seat has no holder, that is a period, too.

    `handovers` are by the duty that they began. A period that began earlier, or goes on
    beyond the end, keeps its own moment or None; a vacancy lies within the window.
    """
    return [
        period
        for subject in subjects
        for role in subject.roles
        for period in _periods(subject, role, duties, handovers, window)
    ]


def _periods(
    subject: Subject,
    role: str,
    duties: Sequence[Duty],
    handovers: Mapping[UUID, Handover],
    window: Window,
) -> Iterator[dict[str, Any]]:
    begins = max(window.begins, subject.since or window.begins)
    ends = min(window.ends, subject.until or window.ends)
    if begins >= ends:
        return
    ever = [duty for duty in duties if duty.subject_id == subject.id and duty.role == role]
    held = [duty for duty in ever if _overlaps(duty.period, begins, ends)]
    if role not in SEATED:
        yield from (_held(subject, duty, handovers, window) for duty in held)
        return
    for seat in sorted({1, *(duty.seat for duty in held)}):
        cursor: datetime | None = begins
        for duty in sorted((d for d in held if d.seat == seat), key=_begin):
            if cursor and duty.period.lower and duty.period.lower > cursor:
                yield _vacant(subject, role, seat, cursor, duty.period.lower)
            yield _held(subject, duty, handovers, window)
            cursor = duty.period.upper
        if cursor and cursor < ends:
            yield _vacant(subject, role, seat, cursor, ends)


def _overlaps(period: Period, begins: datetime, ends: datetime) -> bool:
    begun = period.lower is None or period.lower < ends
    return begun and (period.upper is None or period.upper > begins)


def _begin(duty: Duty) -> float:
    return duty.period.lower.timestamp() if duty.period.lower else float("-inf")


def _held(
    subject: Subject, duty: Duty, handovers: Mapping[UUID, Handover], window: Window
) -> dict[str, Any]:
    handover = handovers.get(duty.id)
    return {
        "role": duty.role,
        "subject": subject.ref,
        "seat": duty.seat,
        "person": duty.person,
        "since": max(filter(None, (duty.period.lower, subject.since)), default=None),
        "until": min(filter(None, (window.knows(duty.period.upper), subject.until)), default=None),
        "vacant": False,
        "handover": {"reason": handover.reason, "at": handover.at} if handover else None,
    }


def _vacant(
    subject: Subject, role: str, seat: int, since: datetime, until: datetime
) -> dict[str, Any]:
    return {
        "role": role,
        "subject": subject.ref,
        "seat": seat,
        "person": None,
        "since": since,
        "until": until,
        "vacant": True,
        "handover": None,
    }


def missing_visits(
    enterprise_id: UUID,
    seen_on: date,
    made: Sequence[Made],
    next_due: Callable[[date], date],
    *,
    last: date,
    today: date,
) -> list[Missing]:
    """Return the visits of an enterprise that were not made on the day they were due.

    `seen_on`, `made`, `last` and `today` are as for patrols.span.dues. One that is made up
    for later is owed until then.
    """
    days = {inspection_id: day for day, inspection_id in made}
    found = []
    for due_on, inspection_id in dues(seen_on, made, next_due, last=last, today=today):
        until = days[inspection_id] if inspection_id else None
        owed_days = ((until or today) - due_on).days
        if owed_days > 0:
            found.append(
                Missing(
                    enterprise_id=enterprise_id, due_on=due_on, until=until, owed_days=owed_days
                )
            )
    return found


def owner_of(
    enterprise_id: UUID, grid_id: UUID | None, at: datetime, duties: Sequence[Duty]
) -> tuple[Any, bool]:
    """Return who owed a visit at a moment, and whether the enterprise had nobody of its own.

    Its responsible person; where that seat is vacant, the head of its grid.
    """
    for subject_id, role in (
        (enterprise_id, Role.RESPONSIBLE_PERSON),
        (grid_id, Role.GRID_HEAD),
    ):
        for duty in duties:
            if (duty.subject_id, duty.role, duty.seat) == (subject_id, role, 1) and (
                at in duty.period
            ):
                return duty.person, role != Role.RESPONSIBLE_PERSON
    return None, True


def by_issue(actions: Iterable[IssueAction]) -> dict[UUID, list[IssueAction]]:
    """Return actions in the order in which they took effect, by issue."""
    found: dict[UUID, list[IssueAction]] = defaultdict(list)
    for action in sorted(actions, key=lambda action: (action.sync_version, action.id)):
        found[action.issue_id].append(action)
    return dict(found)


def state_at_end(issue: Issue, actions: Sequence[IssueAction], window: Window) -> str:
    """Return the state of an issue when the trace ends, of whose `actions` that is all."""
    taken = [action for action in actions if action.occurred_at < window.ends]
    if taken:
        return taken[-1].to_state
    return actions[0].from_state if actions else issue.state
