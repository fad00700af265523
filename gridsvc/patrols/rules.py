"""What of a round can be entered, and what a track tells. No session, no clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import orjson

from geo.track import Fixes, Numbers, Stretch, during
from gridsvc.accountability.rules import Held, may, saw
from gridsvc.digests import canonical, digest
from gridsvc.errors import Conflict, DomainError, Forbidden, NotFound, Refused
from gridsvc.ids import part_id
from gridsvc.inspections.rules import NotYourGrid
from gridsvc.patrols.due import DAY, INSTANT
from gridsvc.patrols.models import Patrol
from gridsvc.patrols.tracks import as_line, order_of, told
from gridsvc.records import Envelope, Row
from gridsvc.weeks import local_day, midnight

LEEWAY = timedelta(seconds=60)  # a fix may be that much older or newer than its patrol
UNKNOWN = np.empty(0)


class UnknownGrid(NotFound):
    """No such grid."""


class NotPatrolled(Refused):
    """Patrols go through level-3 grids, and through a level-2 grid only if it has none."""


class NoCompanion(Refused):
    """Who walks along is somebody else with a duty to patrol there."""


class UnknownPatrol(NotFound):
    """No such patrol, or its start has not arrived yet."""


class NotYourPatrol(Forbidden):
    """Somebody else is on that patrol."""


class EndsBeforeStart(Refused):
    """The patrol cannot end before it began."""


class PatrolAlreadyEnded(Conflict):
    """The patrol has ended already."""


class ChunkTaken(Conflict):
    """That part of the track is already there, with another content."""


class DayNotCome(Refused):
    """That day has not come yet."""


class DayAlreadyClosed(Conflict):
    """You have already closed that day in that grid."""


@dataclass(frozen=True, kw_only=True)
class PatrolReport:
    """A round begins. The position is evidence only, and stays in the body."""

    envelope: Envelope
    grid_id: UUID
    companions: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrackReport:
    """A part of the track of a patrol; `fixes` in EPSG:4326, with the times of the phone.

    `accuracies` are metres beside the fixes, NaN where the phone did not know; or none at all.
    """

    envelope: Envelope
    patrol_id: UUID
    seq: int
    fixes: Fixes
    accuracies: Numbers = field(default_factory=lambda: UNKNOWN)
    mocked: int = 0  # fixes of which the phone says that an app made them up
    dropped: int = 0  # by the phone, before it sent them

    @property
    def digest(self) -> str:
        """The digest of what makes a part the same part, however and whenever it is sent."""
        body = orjson.loads(self.envelope.text)
        return digest(canonical({"crs": body["crs"], "points": body["points"]}))


@dataclass(frozen=True, kw_only=True)
class PatrolEndReport:
    """A round ends; `facts` are what the phone counted on the way, and when it paused."""

    envelope: Envelope
    patrol_id: UUID
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DayCloseReport:
    """What an officer says of a day in a grid."""

    envelope: Envelope
    grid_id: UUID
    day: date
    visits: int
    problems: int
    remark: str | None = None
    unvisited: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What matters of a grid for a patrol."""

    level: int
    is_divided: bool  # there are grids below


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """All that the rules need to know about the places, the people and the patrols."""

    held: Mapping[UUID, Iterable[Held]]  # by each sender, and by whoever walks along
    received_at: datetime
    grounds: Mapping[UUID, Ground] = field(default_factory=dict)
    patrols: Mapping[UUID, Patrol] = field(default_factory=dict)
    ended_at: Mapping[UUID, datetime] = field(default_factory=dict)  # by patrol, if it has
    pauses: Mapping[UUID, Sequence[Stretch]] = field(default_factory=dict)  # put right, by patrol


def admit_patrol(report: PatrolReport, known: Circumstances) -> Row:
    """Return the row of a patrol that can begin.

    Raises UnknownGrid, NotYourGrid, NotPatrolled or NoCompanion.
    """
    row = report.envelope.row(known.received_at)
    ground = _ground(report.grid_id, known)
    _need_duty("patrol.walk", report.envelope, report.grid_id, [row["occurred_at"]], known)
    if ground.level < 2 or ground.is_divided:
        raise NotPatrolled("Name the level-3 grid.", level=ground.level)
    _need_companions(report, row["occurred_at"], known)
    return row | {"grid_id": report.grid_id, "companions": [str(id) for id in report.companions]}


def _need_companions(report: PatrolReport, at: datetime, known: Circumstances) -> None:
    for person_id in report.companions:
        walks = may(list(known.held[person_id]), "patrol.walk", report.grid_id, at)
        if person_id == report.envelope.sender_id or not walks:
            raise NoCompanion("Choose an officer of that grid.", person_id=person_id)


def admit_end(report: PatrolEndReport, known: Circumstances) -> Row:
    """Return the row of an end. Raises UnknownPatrol, NotYourPatrol, EndsBeforeStart.

    Who has set out may come home: no duty is asked for any more.
    """
    patrol = _own_patrol(report, known)
    row = report.envelope.row(known.received_at)
    if row["occurred_at"] < patrol.occurred_at:
        raise EndsBeforeStart("It began later.", began_at=patrol.occurred_at.isoformat())
    return row | {"grid_id": patrol.grid_id, "patrol_id": patrol.id, "facts": report.facts}


def admit_close(report: DayCloseReport, known: Circumstances) -> Row:
    """Return the row of a day close. Raises UnknownGrid, NotYourGrid, DayNotCome.

    Whoever had the duty at the beginning of that day, or at its end, may close it; also
    later, when somebody else has it.
    """
    row = report.envelope.row(known.received_at)
    at = row["occurred_at"]
    _ground(report.grid_id, known)
    if report.day > local_day(at):
        raise DayNotCome(f"It is {local_day(at)}.", today=local_day(at).isoformat())
    last = min(at, midnight(report.day + DAY) - INSTANT)
    moments = [midnight(report.day), last]
    _need_duty("day.close", report.envelope, report.grid_id, moments, known)
    return row | {
        "grid_id": report.grid_id,
        "day": report.day,
        "visits": report.visits,
        "problems": report.problems,
        "remark": report.remark,
        "unvisited": report.unvisited,
    }


def admit_track(report: TrackReport, known: Circumstances) -> Row:
    """Return the row of a part of a track. Raises UnknownPatrol, NotYourPatrol.

    The times of its fixes are put right by as much as the start of the patrol was. Those
    outside the patrol, or in a pause, are dropped and counted: nobody is to be followed home.
    """
    patrol = _own_patrol(report, known)
    order = order_of(report.fixes)
    fixes = report.fixes[order] + np.array([0.0, 0.0, put_right_s(patrol)])
    until = known.ended_at.get(patrol.id, known.received_at)
    span = ((patrol.occurred_at - LEEWAY).timestamp(), (until + LEEWAY).timestamp())
    is_inside = during(fixes, [span]) & ~during(fixes, known.pauses.get(patrol.id, ()))
    inside = fixes[is_inside]
    known_m = report.accuracies[order][is_inside] if len(report.accuracies) else UNKNOWN
    return {
        "id": part_id(patrol.id, str(report.seq)),
        "record_id": report.envelope.id,
        "patrol_id": patrol.id,
        "seq": report.seq,
        "line": as_line(inside),
        "points": len(inside),
        "dropped": report.dropped + len(fixes) - len(inside),
        "digest": report.digest,
        "accuracies": told(known_m),
        "mocked": report.mocked,
    }


def put_right_s(patrol: Patrol) -> float:
    """Return by how many seconds what a phone says of a patrol is put right."""
    return (patrol.occurred_at - patrol.made_at).total_seconds()


def pauses_of(patrol: Patrol, facts: Mapping[str, Any]) -> list[Stretch]:
    """Return the pauses that the phone told with the end of a patrol, put right."""
    off_s = put_right_s(patrol)
    return [(since + off_s, until + off_s) for since, until in facts.get("pauses", ())]


def _own_patrol(report: TrackReport | PatrolEndReport, known: Circumstances) -> Patrol:
    """Return the patrol of a report. One that its sender never saw is as if it had not begun."""
    patrol, sender_id = known.patrols.get(report.patrol_id), report.envelope.sender_id
    if patrol is not None and patrol.sender_id == sender_id:
        return patrol
    if patrol is None or not saw(known.held[sender_id], "field.read", patrol.grid_id):
        raise UnknownPatrol(f"There is no patrol {report.patrol_id} yet.")
    raise NotYourPatrol("It is somebody else's.")


def _ground(grid_id: UUID, known: Circumstances) -> Ground:
    ground = known.grounds.get(grid_id)
    if ground is None:
        raise UnknownGrid(f"There is no grid {grid_id}.")
    return ground


def _need_duty(
    deed: str, envelope: Envelope, grid_id: UUID, moments: Sequence[datetime], known: Circumstances
) -> None:
    held = list(known.held[envelope.sender_id])
    if not any(may(held, deed, grid_id, moment) for moment in moments):
        raise NotYourGrid("You held no duty there at that time.", grid_id=grid_id)


Key = TypeVar("Key")


def without_rivals(
    rows: Iterable[Row],
    standing: Mapping[Key, UUID],
    key: Callable[[Row], Key],
    refusal: Callable[[Row, UUID], DomainError],
) -> tuple[list[Row], dict[UUID, DomainError]]:
    """Return the rows that may stand, one for each key, and the refusals of the others.

    `standing` are the ids of what is already entered, by key: who came first, stays.
    """
    first, kept, refusals = dict(standing), [], {}
    for row in rows:
        winner = first.setdefault(key(row), row["id"])
        if winner == row["id"]:
            kept.append(row)
        else:
            refusals[row["id"]] = refusal(row, winner)
    return kept, refusals
