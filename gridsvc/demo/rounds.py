"""What the officers of the county do on a day. Pure: the same day gives the same rounds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import cos, pi, radians, sin
from random import Random
from typing import Any
from uuid import UUID

from shapely import Point

from gridsvc.demo.bend import KM_PER_DEGREE
from gridsvc.demo.chance import chance
from gridsvc.demo.texts import CATEGORIES, FINDINGS, NO_POSITION, UNVISITED
from gridsvc.demo.world import SEED, SHOWN_CODE, Site, Village, World
from gridsvc.patrols.due import DAY
from gridsvc.weeks import midnight, week_of, week_span

MOST_VISITS = 8  # on one round
MISS_PCT = (2, 2, 5, 5, 6, 18)  # of its patrol days; each village has one of these habits
ALONG_PCT = 4  # of the rounds: the head of the village walks along
LATE_PCT = 5
SKIP_PCT = 5  # of the visits that are due, for today
NEGLECTED_PCT, NEGLECTED_DAYS = 6, (2, 9)  # of the visits: so many days later than they are due
LEAVE_PCT = 2.5  # of an officer's weeks
EARLY_DAYS = {"key": (0, 1), "special": (1, 4), "general": (4, 11)}  # as a rule; the first time
WEAK_SITES_PCT, WEAK_PCT, USUAL_PCT = 25, 10, 2  # of problems found
STORY_DAYS = (range(2, 6), range(30, 34))  # of the history, when the shown site has its problem


@dataclass(frozen=True)
class Leave:
    """Days off of an officer. Both days are included."""

    person_id: UUID
    village: Village
    first: date
    last: date
    has_substitute: bool


@dataclass(frozen=True)
class Visit:
    """One enterprise looked at. `problem` is the item of the checklist that is not in order."""

    site: Site
    at: datetime
    problem: Mapping[str, Any] | None
    findings: str
    position: Point | None
    accuracy_m: float
    no_position_reason: str | None
    has_photo: bool
    is_fixed: bool  # at once, before the officer left

    @property
    def category(self) -> str:
        return CATEGORIES[self.problem["item"]] if self.problem else ""


@dataclass(frozen=True)
class Round:
    """One officer's day in one village."""

    village: Village
    officer_id: UUID
    day: date
    begins: datetime
    ends: datetime
    closes: datetime
    visits: tuple[Visit, ...]
    unvisited: tuple[tuple[Site, str], ...]
    arrives_on: date  # when the phone had a signal again
    fast_s: float  # by how much its clock was
    has_track: bool
    has_end: bool
    has_close: bool
    companions: tuple[UUID, ...] = ()  # who walked along

    @property
    def key(self) -> str:
        return f"{self.village.code}/{self.day}"


def rounds(world: World, day: date, seen: Mapping[UUID, date], began: date) -> Iterator[Round]:
    """Yield the rounds of a day. `seen` says when each enterprise was last visited before it."""
    if not world.is_patrol_day(day):
        return
    for village in world.villages:
        draw = chance(SEED, "round", village.code, day.isoformat())
        habit = chance(SEED, "habit", village.code).choice(MISS_PCT)
        is_missed = draw.random() < habit / 100
        officer_id = _officer(world, village, day, draw)
        if officer_id and not is_missed:
            yield _round(world, village, officer_id, day, seen, began=began, draw=draw)


def leaves(world: World, day: date) -> Iterator[Leave]:
    """Yield the leaves that have `day` among their days."""
    for village in world.villages:
        yield from _leaves_of(world, village, day)


def noon(day: date) -> datetime:
    return midnight(day) + timedelta(hours=12)


def _leave(world: World, village: Village, officer_id: UUID, day: date) -> Leave | None:
    """Return the leave of an officer in the week of a day: about one week in forty has one."""
    week = week_of(day)
    draw = chance(SEED, "leave", world.logins[officer_id], week)
    if draw.random() >= LEAVE_PCT * world.trouble / 100:
        return None
    first = week_span(week).first + DAY * draw.randint(0, 3)
    last = min(first + DAY * draw.randint(0, 2), week_span(week).first + DAY * 4)
    return Leave(officer_id, village, first, last, draw.random() < 0.5)


def _officer(world: World, village: Village, day: date, draw: Random) -> UUID | None:
    """Return who walks: an officer who is there, else the head who stands in for one."""
    off = {leave.person_id: leave for leave in _leaves_of(world, village, day)}
    officers = world.holders("grid_officer", village.id, noon(day))
    there = [officer_id for officer_id in officers if officer_id not in off]
    if there:
        return there[0] if draw.random() < 0.7 else there[-1]
    if any(leave.has_substitute for leave in off.values()):
        return world.holder("grid_head", village.id, noon(day))
    return None


def _leaves_of(world: World, village: Village, day: date) -> Iterator[Leave]:
    for officer_id in world.holders("grid_officer", village.id, noon(day)):
        leave = _leave(world, village, officer_id, day)
        if leave and leave.first <= day <= leave.last:
            yield leave


def _round(
    world: World,
    village: Village,
    officer_id: UUID,
    day: date,
    seen: Mapping[UUID, date],
    *,
    began: date,
    draw: Random,
) -> Round:
    wanted = _wanted(world, village, day, seen, began)
    chosen = [
        site for site in wanted[:MOST_VISITS] if draw.random() >= SKIP_PCT * world.trouble / 100
    ]
    left = [(site, draw.choice(UNVISITED)) for site in wanted if site not in chosen]
    begins = midnight(day) + timedelta(minutes=draw.randint(500, 610), seconds=draw.randint(0, 59))
    visits, at = [], begins
    for site in chosen:
        at += timedelta(minutes=draw.randint(9, 24), seconds=draw.randint(0, 59))
        visits.append(_visit(world, village, site, day, at, began))
    ends = at + timedelta(minutes=draw.randint(8, 40))
    is_late = draw.random() < LATE_PCT * world.trouble / 100
    is_shown = village.town_id in world.shown_towns
    return Round(
        village=village,
        officer_id=officer_id,
        day=day,
        begins=begins,
        ends=ends,
        closes=max(ends, midnight(day) + timedelta(hours=16))
        + timedelta(minutes=draw.randint(2, 80)),
        visits=tuple(visits),
        unvisited=tuple(left),
        arrives_on=day + DAY * draw.randint(1, 3) if is_late else day,
        fast_s=draw.choice((-1, 1)) * draw.uniform(900, 2400) if draw.random() < 0.01 else 0.0,
        has_track=draw.random() < (0.35 if is_shown else 0.05),
        has_end=draw.random() < 0.98,
        has_close=draw.random() < 0.985,
        companions=_companions(world, village, officer_id, begins),
    )


def _companions(world: World, village: Village, officer_id: UUID, at: datetime) -> tuple[UUID, ...]:
    """Now and then the head of the village walks along."""
    head = world.holder("grid_head", village.id, at)
    luck = chance(SEED, "along", village.code, at.isoformat()).random()
    return (head,) if head and head != officer_id and luck < ALONG_PCT / 100 else ()


def _wanted(
    world: World, village: Village, day: date, seen: Mapping[UUID, date], began: date
) -> list[Site]:
    """Return what the officer means to visit: what is due, and some of it a little early."""
    asked = []
    for site in village.sites:
        last = seen[site.id]
        due = world.next_due(site, last)
        usual, at_first = EARLY_DAYS[site.supervision_class]
        most = at_first if last < began else usual
        draw = chance(SEED, "early", site.code, last.isoformat())
        is_neglected = draw.random() < NEGLECTED_PCT / 100
        early = -draw.randint(*NEGLECTED_DAYS) if is_neglected else draw.randint(0, most)
        if due - DAY * early <= day and last < day:
            asked.append((due, site.code, site))
    return [site for _, _, site in sorted(asked, key=lambda each: each[:2])]


def _visit(
    world: World, village: Village, site: Site, day: date, at: datetime, began: date
) -> Visit:
    draw = chance(SEED, "visit", site.code, day.isoformat())
    problem = _problem(world, site, day, began, draw)
    position, accuracy_m, reason = _fix(world, site, draw)
    shown = 0.08 if village.town_id in world.shown_towns else 0.005
    is_light = problem is not None and problem["severity"] != "serious"
    return Visit(
        site=site,
        at=at,
        problem=problem,
        findings=draw.choice(FINDINGS[problem["item"]]) if problem else "",
        position=position,
        accuracy_m=accuracy_m,
        no_position_reason=reason,
        has_photo=problem is not None or draw.random() < shown,
        is_fixed=is_light and site.code != SHOWN_CODE and draw.random() < 0.08,
    )


def _problem(
    world: World, site: Site, day: date, began: date, draw: Random
) -> Mapping[str, Any] | None:
    if site.code == SHOWN_CODE and any((day - began).days in days for days in STORY_DAYS):
        return next((item for item in site.items if item["item"] == "cover"), site.items[0])
    nature = chance(SEED, "nature", site.code)
    is_weak, weakness = nature.random() < WEAK_SITES_PCT / 100, nature.choice(site.items)
    pct = WEAK_PCT if is_weak or world.trouble > 1 else USUAL_PCT
    if site.code == SHOWN_CODE or draw.random() >= pct * world.trouble / 100:
        return None
    return weakness if is_weak or draw.random() < 0.5 else draw.choice(site.items)


def _fix(world: World, site: Site, draw: Random) -> tuple[Point | None, float, str | None]:
    """Return where the phone thought it was: now and then far off, inexact, or nowhere."""
    luck = draw.random() / world.trouble
    if luck < 0.01:
        return None, 0.0, draw.choice(NO_POSITION)
    away_m = draw.uniform(320, 900) if luck < 0.025 else draw.uniform(5, 70)
    accuracy_m = draw.uniform(120, 420) if 0.025 <= luck < 0.04 else draw.uniform(4, 28)
    return moved(site.location, away_m, draw.uniform(0, 2 * pi)), round(accuracy_m, 1), None


def moved(place: Point, away_m: float, turn: float) -> Point:
    """Return the place `away_m` metres from another."""
    degrees = away_m / 1000 / KM_PER_DEGREE
    lon = place.x + degrees * cos(turn) / cos(radians(place.y))
    return Point(round(lon, 6), round(place.y + degrees * sin(turn), 6))


def way(of: Round) -> Sequence[tuple[float, float, float]]:
    """Return a short track: longitude, latitude and Unix seconds, every half a minute."""
    draw = chance(SEED, "track", of.key)
    stops = [(of.begins, moved(of.visits[0].site.location, 400, draw.uniform(0, 6)))]
    stops += [(visit.at, visit.site.location) for visit in of.visits]
    fixes = []
    for (since, here), (until, there) in pairwise(stops):
        steps = max(1, int((until - since).total_seconds() // 30))
        for step in range(steps):
            part = step / steps
            at = since + (until - since) * part
            place = Point(here.x + (there.x - here.x) * part, here.y + (there.y - here.y) * part)
            near = moved(place, draw.uniform(0, 9), draw.uniform(0, 6))
            fixes.append((near.x, near.y, float(int(at.timestamp()))))
    return fixes
