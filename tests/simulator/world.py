"""A village, a way through it, and a phone that errs like one. Metres, at last in degrees."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from shapely import Point

from geo.track import METRES_PER_DEGREE, trace
from gridsvc.ids import new_id
from gridsvc.inspections.rules import InspectionReport
from gridsvc.patrols.day import Stay, Walk
from gridsvc.records import Envelope

Rng = np.random.Generator
Points = np.ndarray

LON, LAT = 122.05, 41.24
MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC).timestamp()  # 08:30 in Shanghai
EVERY_S = 5.0
DRIFT = 0.95 ** np.arange(80)  # how an error fades, fix by fix


@dataclass
class Visit:
    """One visit as it really was (`place`, `arrived`, `left`), and as the phone told it."""

    site: Points  # where the registry has it, metres
    arrived: float
    left: float
    told: Points | None = None
    accuracy_m: float = 8.0
    written_at: float = 0.0  # by a right clock
    fixed_at: float | None = None  # None: as it was written
    clock_off_s: float = 0.0  # how far the phone was ahead when it was written
    sent_off_s: float = 0.0  # and when it was sent
    has_gps_time: bool = True
    is_mock: bool | None = None
    device_id: UUID | None = None
    text: str = ""
    id: UUID = field(default_factory=new_id)
    enterprise_id: UUID = field(default_factory=new_id)


@dataclass
class Trip:
    """One patrol of one phone: [east, north, Unix seconds] and how far each fix says it errs."""

    fixes: Points
    accuracies: Points
    person_id: UUID
    device_id: UUID
    grid_id: UUID
    began: float
    ended: float
    is_complete: bool = True
    mocked: int = 0
    has_receiver: bool = False
    companions: frozenset[UUID] = frozenset()

    def walk(self) -> Walk:
        fixes = degrees(self.fixes)
        return Walk(
            patrol_id=new_id(), person_id=self.person_id, device_id=self.device_id,
            grid_id=self.grid_id, began=self.began, ended=self.ended, fixes=fixes,
            accuracies=self.accuracies, mocked=self.mocked, is_complete=self.is_complete,
            has_receiver=self.has_receiver, companions=self.companions,
            trace=frozenset(trace(fixes)),
        )  # fmt: skip


@dataclass
class Outing:
    """A whole day: what is handed in, and what it will be held against."""

    trips: list[Trip]
    visits: list[Visit]
    others: list[Trip] = field(default_factory=list)
    earlier: list[Trip] = field(default_factory=list)


def degrees(points: Points) -> Points:
    """Return metres as longitude and latitude, as fine as phones send them."""
    lon = LON + points[:, 0] / METRES_PER_DEGREE / np.cos(np.radians(LAT))
    lat = LAT + points[:, 1] / METRES_PER_DEGREE
    return np.column_stack([lon.round(6), lat.round(6), *points[:, 2:].T])


def degree(point: Points) -> tuple[float, float]:
    [[lon, lat]] = degrees(np.asarray(point)[None, :2])
    return float(lon), float(lat)


def a_village(rng: Rng) -> Points:
    """Four to eight sites, some hundred metres apart at least, within three kilometres or so."""
    sites: list[Points] = []
    wanted = rng.integers(4, 9)
    while len(sites) < wanted:
        at = rng.uniform(-2500, 2500, 2)
        if all(np.hypot(*(at - other)) > 600 for other in sites):
            sites.append(at)
    order = np.argsort([np.arctan2(*site) for site in sites])
    return np.array(sites)[order]


def a_day(rng: Rng, sites: Points, dwell_s: tuple[float, float] = (150, 900)) -> list[Visit]:
    """Visits in order: on foot, by bicycle or motorbike from one to the next."""
    at, here = MORNING + rng.uniform(0, 5400), sites[0] + rng.normal(0, 400, 2)
    speed_mps = rng.choice([1.4, 4.0, 8.0, 11.0])
    visits = []
    for site in sites:
        arrived = at + np.hypot(*(site - here)) * 1.25 / speed_mps
        left = arrived + rng.uniform(*dwell_s)
        visits.append(Visit(site, arrived, left, written_at=left - rng.uniform(5, 60)))
        at, here = left, site
    return visits


def the_way(rng: Rng, visits: list[Visit], every_s: float = EVERY_S) -> Points:
    """Where somebody really was: along bent ways, about at each site."""
    corners, times = [visits[0].site + rng.normal(0, 300, 2)], [visits[0].arrived - 300]
    for visit in visits:
        bend = (corners[-1] + visit.site) / 2 + rng.normal(0, 80, 2)
        corners += [bend, visit.site + rng.normal(0, 12, 2), visit.site + rng.normal(0, 25, 2)]
        times += [(times[-1] + visit.arrived) / 2, visit.arrived, visit.left]
    corners.append(visits[-1].site + rng.normal(0, 200, 2))
    times.append(visits[-1].left + 240)
    moments = np.arange(times[0], times[-1], every_s)
    return np.column_stack(
        [*(np.interp(moments, times, [c[n] for c in corners]) for n in (0, 1)), moments]
    )


def noisy(rng: Rng, way: Points, sigma_m: float = 4.0) -> tuple[Points, Points]:
    """What a phone makes of a way: its error wanders, and so does what it says of it."""
    steps = rng.normal(0, 0.31, (len(way) + len(DRIFT), 2))
    error = np.column_stack([np.convolve(steps[:, n], DRIFT, "valid")[: len(way)] for n in (0, 1)])
    fixes = way.copy()
    fixes[:, :2] += error * sigma_m
    said = np.clip(rng.gamma(4, 2, len(way)) + np.abs(error[:, 0]) * sigma_m, 3, 60)
    return fixes, said.round(1)


def a_trip(rng: Rng, visits: list[Visit], **told: object) -> Trip:
    fixes, accuracies = noisy(rng, the_way(rng, visits))
    usual = {"person_id": new_id(), "device_id": new_id(), "grid_id": new_id()}
    return Trip(
        fixes=fixes, accuracies=accuracies, began=fixes[0, 2] - 5, ended=fixes[-1, 2] + 5,
        **(usual | told),  # type: ignore[arg-type]
    )  # fmt: skip


def tell(rng: Rng, visits: list[Visit], trip: Trip) -> None:
    """Have the phone note each visit, with a fix at the site."""
    for visit in visits:
        visit.device_id = trip.device_id
        if visit.told is None:
            visit.told = visit.site + rng.normal(0, 15, 2)
            visit.accuracy_m = float(np.clip(rng.gamma(4, 2.5), 3, 60))


def without(trip: Trip, lost: Points) -> Trip:
    return replace(trip, fixes=trip.fixes[~lost], accuracies=trip.accuracies[~lost])


def reports(outing: Outing) -> list[tuple[InspectionReport, Point, datetime]]:
    """The visits as the server takes them in, each with where it should have been, and when."""
    return [
        (_report(visit), Point(degree(visit.site)), _occurred(visit)) for visit in outing.visits
    ]


def stays(outing: Outing) -> list[Stay]:
    """The same as the server holds them against the tracks."""
    return [
        Stay(
            id=v.id, at=_occurred(v).timestamp(), enterprise_id=v.enterprise_id,
            site=degree(v.site), device_id=v.device_id,
            position=None if v.told is None else degree(v.told), accuracy_m=v.accuracy_m,
            made_at=v.written_at + v.clock_off_s, text=v.text,
            gps_at=_fixed_at(v) if v.has_gps_time else None,
        )
        for v in outing.visits
    ]  # fmt: skip


def _fixed_at(visit: Visit) -> float:
    """The fix is older than the record if that was written down on the way."""
    return visit.written_at if visit.fixed_at is None else visit.fixed_at


def _occurred(visit: Visit) -> datetime:
    """The phone's clock, put right by how far it was off when it sent."""
    return datetime.fromtimestamp(visit.written_at + visit.clock_off_s - visit.sent_off_s, UTC)


def _report(visit: Visit) -> InspectionReport:
    made_at = datetime.fromtimestamp(visit.written_at, UTC) + timedelta(seconds=visit.clock_off_s)
    envelope = Envelope(
        id=visit.id, sender_id=visit.id, device_id=visit.device_id, made_at=made_at, text="{}",
        clock_offset_s=-visit.sent_off_s,
    )  # fmt: skip
    place = None if visit.told is None else Point(degree(visit.told))
    return InspectionReport(
        envelope=envelope, enterprise_id=visit.enterprise_id, checklist_id=visit.id, answers=[],
        findings=visit.text, position=place, crs="wgs84" if place else None,
        accuracy_m=None if place is None else visit.accuracy_m, is_mock=visit.is_mock,
        no_position_reason=None if place else "室内",
        gps_at=datetime.fromtimestamp(_fixed_at(visit), UTC) if visit.has_gps_time else None,
    )  # fmt: skip
