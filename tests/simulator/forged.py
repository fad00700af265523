"""Forged days of ten kinds. Who forges knows the sites, and sends fixes that look like fixes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gridsvc.ids import new_id
from tests.simulator.world import (
    MORNING,
    Outing,
    Rng,
    Visit,
    a_day,
    a_trip,
    a_village,
    noisy,
    tell,
    the_way,
)


def _planned(rng: Rng) -> list[Visit]:
    return a_day(rng, a_village(rng))


def from_home(rng: Rng) -> Outing:
    """All visits are written at home; the phone tells where it is."""
    visits = _planned(rng)
    home = visits[0].site + rng.normal(0, 1, 2) + np.array([900.0, 900.0])
    trip = a_trip(rng, visits)
    still = np.column_stack([np.tile(home, (len(trip.fixes), 1)), trip.fixes[:, 2]])
    trip.fixes, trip.accuracies = noisy(rng, still)
    for visit in visits:
        visit.told = home + rng.normal(0, 10, 2)
    tell(rng, visits, trip)
    return Outing([trip], visits)


def mock_app(rng: Rng) -> Outing:
    """An app makes up a perfect day, and the phone says so."""
    visits = _planned(rng)
    trip = a_trip(rng, visits)
    trip.mocked = len(trip.fixes)
    tell(rng, visits, trip)
    for visit in visits:
        visit.is_mock = True
    return Outing([trip], visits)


def teleport(rng: Rng) -> Outing:
    """An app that hides jumps from site to site and waits there, with noise added."""
    visits = _planned(rng)
    trip = a_trip(rng, visits)
    starts = np.array([visit.arrived for visit in visits])
    here = np.clip(np.searchsorted(starts, trip.fixes[:, 2]) - 1, 0, None)
    places = np.array([visit.site for visit in visits])[here]
    trip.fixes, trip.accuracies = noisy(rng, np.column_stack([places, trip.fixes[:, 2]]))
    tell(rng, visits, trip)
    return Outing([trip], visits)


def drive_by(rng: Rng) -> Outing:
    """A drive past all of them, 4 to 30 s at each gate, to have a fix there."""
    visits = _planned(rng)
    at, here, speed_mps = MORNING, visits[0].site + 300, rng.uniform(9, 14)
    for visit in visits:
        visit.arrived = at + np.hypot(*(visit.site - here)) / speed_mps
        visit.left = visit.arrived + rng.uniform(4, 30)
        visit.written_at = visit.left
        at, here = visit.left, visit.site
    trip = a_trip(rng, visits)
    tell(rng, visits, trip)
    return Outing([trip], visits)


def no_track(rng: Rng) -> Outing:
    """Positions typed in from the map; the patrol was walked on another occasion, or never."""
    visits = _planned(rng)
    trip = a_trip(rng, visits)
    tell(rng, visits, trip)
    if rng.random() < 0.5:
        return Outing([], visits)
    early = trip.fixes[:, 2] < trip.began + 300
    trip.fixes, trip.accuracies = trip.fixes[early], trip.accuracies[early]
    for visit in visits:
        visit.written_at += 7200
    return Outing([trip], visits)


def carried_phone(rng: Rng) -> Outing:
    """One officer carries the phone of the neighbour, too."""
    visits = _planned(rng)
    way = the_way(rng, visits)
    trip, mate = a_trip(rng, visits), a_trip(rng, visits)
    for each in (trip, mate):
        each.fixes, each.accuracies = noisy(rng, way, 3.0)
        each.began, each.ended = way[0, 2] - 5, way[-1, 2] + 5
    tell(rng, visits, trip)
    return Outing([trip], visits, others=[mate])


def two_phones(rng: Rng) -> Outing:
    """One account on two phones, in two places at once: the one walks, the other visits."""
    visits = _planned(rng)
    trip = a_trip(rng, visits)
    other = replace(trip, device_id=new_id())
    away = np.array([rng.choice([-1, 1]) * rng.uniform(1500, 4000), rng.uniform(-500, 500), 0])
    other.fixes, other.accuracies = noisy(rng, trip.fixes + away)
    tell(rng, visits, trip)
    return Outing([trip, other], visits)


def replay(rng: Rng) -> Outing:
    """The track of an earlier day again, with other times; one in five is shaken a little."""
    visits = _planned(rng)
    trip = a_trip(rng, visits)
    tell(rng, visits, trip)
    before = replace(trip, fixes=trip.fixes - np.array([0, 0, 7 * 86400.0]))
    if rng.random() < 0.2:
        trip.fixes = trip.fixes + np.column_stack(
            [rng.normal(0, 2, (len(trip.fixes), 2)), np.zeros(len(trip.fixes))]
        )
    return Outing([trip], visits, earlier=[before])


def clock_moved(rng: Rng) -> Outing:
    """Made in one sitting at noon, the clock moved before each; the track is one of the village."""
    visits = _planned(rng)
    trip = a_trip(rng, visits)
    tell(rng, visits, trip)
    noon = MORNING + 4 * 3600
    for n, visit in enumerate(visits):
        claimed = MORNING + n * rng.uniform(2000, 3600)
        visit.written_at = noon + n * 120
        visit.clock_off_s = claimed - visit.written_at
    return Outing([trip], visits)


def scripted(rng: Rng) -> Outing:
    """A program draws straight lines from site to site, and gives every fix the same accuracy."""
    visits = _planned(rng)
    trip = a_trip(rng, visits)
    way = the_way(rng, visits)
    trip.fixes = way + np.column_stack([rng.normal(0, 1, (len(way), 2)), np.zeros(len(way))])
    trip.accuracies = np.full(len(way), rng.choice([0.0, 1.0, 5.0, 10.0]))
    tell(rng, visits, trip)
    return Outing([trip], visits)


KINDS: tuple[Callable[[Rng], Outing], ...] = (
    from_home, mock_app, teleport, drive_by, no_track, carried_phone, two_phones, replay,
    clock_moved, scripted,
)  # fmt: skip
