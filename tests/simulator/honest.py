"""Honest days: high walls, tunnels, dead batteries, wrong clocks, screens that go off."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gridsvc.ids import new_id
from tests.simulator.world import (
    Outing,
    Rng,
    Trip,
    Visit,
    a_day,
    a_trip,
    a_village,
    noisy,
    tell,
    the_way,
    without,
)

SAYINGS = (
    "",
    "",
    "正常",
    "现场无异味，料堆已苫盖，台账齐全",
    "未发现问题，废气治理设施正常运行，周边无异味",
)


def honest(rng: Rng) -> Outing:
    """An honest day, with about one and a half troubles."""
    visits = a_day(rng, a_village(rng))
    trip = a_trip(rng, visits)
    tell(rng, visits, trip)
    saying = rng.choice(SAYINGS)
    for visit in visits:
        visit.has_gps_time = bool(rng.random() < 0.6)
        visit.text = str(saying)
        if rng.random() < 0.1:  # written down later, somewhere on the way
            visit.fixed_at = visit.written_at
            visit.written_at += rng.uniform(60, 1200)
    outing = Outing([trip], visits)
    for share, trouble in TROUBLES:
        if rng.random() < share:
            outing = trouble(rng, outing)
    return outing


def high_walls(rng: Rng, outing: Outing) -> Outing:
    """Echoes between houses: for half a minute the phone is up to 350 m off, and sure of it."""
    [trip, *_] = outing.trips
    for _ in range(rng.integers(2, 12)):
        begins = rng.integers(0, max(len(trip.fixes) - 10, 1))
        hit = slice(begins, begins + rng.integers(1, 9))
        trip.fixes[hit, :2] += rng.normal(0, 110, 2)
        trip.accuracies[hit] = rng.uniform(8, 70)
    return outing


def tunnel(rng: Rng, outing: Outing) -> Outing:
    """No fix for a while; or the last one again and again, and then the other side at once."""
    [trip, *_] = outing.trips
    begins = int(rng.integers(0, len(trip.fixes) - 40))
    hit = slice(begins, begins + int(rng.integers(6, 36)))
    if rng.random() < 0.5:
        trip.fixes[hit, :2] = trip.fixes[begins, :2]
        return outing
    lost = np.zeros(len(trip.fixes), dtype=bool)
    lost[hit] = True
    return replace(outing, trips=[without(trip, lost), *outing.trips[1:]])


def dead_battery(rng: Rng, outing: Outing) -> Outing:
    """The track breaks off and never ends; half of them go on with another phone."""
    [trip, *_] = outing.trips
    dies = rng.uniform(trip.began + 1800, trip.ended)
    first = without(trip, trip.fixes[:, 2] > dies)
    first = replace(first, is_complete=False, ended=first.fixes[-1, 2])
    kept = [visit for visit in outing.visits if visit.written_at < dies]
    later = [visit for visit in outing.visits if visit.written_at >= dies + 900]
    if not later or rng.random() < 0.5:
        return replace(outing, trips=[first], visits=kept)
    second = without(trip, trip.fixes[:, 2] < dies + 600)
    second = replace(second, device_id=new_id(), began=dies + 590)
    for visit in later:
        visit.device_id = second.device_id
    return replace(outing, trips=[first, second], visits=kept + later)


def wrong_clock(rng: Rng, outing: Outing) -> Outing:
    """Hours off all day; or put right in the middle of it, before anything is sent."""
    off_s = float(rng.choice([8 * 3600, -8 * 3600, rng.uniform(700, 90000)]))
    repaired = rng.uniform(0, 1) < 0.3
    middle = outing.visits[len(outing.visits) // 2].written_at
    for visit in outing.visits:
        visit.clock_off_s = 0.0 if repaired and visit.written_at > middle else off_s
        visit.sent_off_s = 0.0 if repaired else off_s
    return outing


def receiver(rng: Rng, outing: Outing) -> Outing:
    """An external receiver that the office knows: through an app, and always one metre."""
    for trip in outing.trips:
        trip.accuracies[:] = 1.0
        trip.mocked, trip.has_receiver = len(trip.fixes), True
    for visit in outing.visits:
        visit.is_mock = True
    return outing


def screen_off(rng: Rng, outing: Outing) -> Outing:
    """A web page gets no fix while the phone is in the pocket: only around each visit."""
    [trip, *rest] = outing.trips
    seen = np.zeros(len(trip.fixes), dtype=bool)
    for visit in outing.visits:
        opened, closed = (
            visit.written_at - rng.uniform(20, 200),
            visit.written_at + rng.uniform(5, 40),
        )
        seen |= (trip.fixes[:, 2] >= opened) & (trip.fixes[:, 2] <= closed)
    seen[:3] = seen[-3:] = True
    return replace(outing, trips=[without(trip, ~seen), *rest])


def coarse_phone(rng: Rng, outing: Outing) -> Outing:
    """A phone that knows but three accuracies, and mostly the one."""
    for trip in outing.trips:
        trip.accuracies[:] = rng.choice([4.0, 10.0, 30.0], len(trip.fixes), p=[0.85, 0.12, 0.03])
    return outing


def poor_phone(rng: Rng, outing: Outing) -> Outing:
    """A phone that is 60 m off most of the time, and says so."""
    for trip in outing.trips:
        way = trip.fixes
        trip.fixes, _ = noisy(rng, way, 60.0)
        trip.accuracies = rng.uniform(70, 220, len(way)).round()
    for visit in outing.visits:
        if visit.told is not None:
            visit.told, visit.accuracy_m = visit.site + rng.normal(0, 60, 2), 120.0
    return outing


def two_together(rng: Rng, outing: Outing) -> Outing:
    """Two officers of a grid side by side, each with a phone."""
    [trip, *_] = outing.trips
    fixes, accuracies = noisy(rng, trip.fixes, 3.0)
    mate = replace(trip, fixes=fixes, accuracies=accuracies, person_id=new_id(), device_id=new_id())
    return replace(outing, others=[mate])


def neighbours(rng: Rng, outing: Outing) -> Outing:
    """Officers of two villages meet on the way, and walk the last quarter of an hour together."""
    [trip, *_] = outing.trips
    shared = trip.fixes[:, 2] > trip.fixes[-1, 2] - 900
    fixes, accuracies = noisy(rng, trip.fixes, 3.0)
    fixes[~shared, :2] += rng.choice([-1, 1], 2) * 900
    mate = replace(
        trip, fixes=fixes, accuracies=accuracies, person_id=new_id(), device_id=new_id(),
        grid_id=new_id(),
    )  # fmt: skip
    return replace(outing, others=[mate])


def cold_start(rng: Rng, outing: Outing) -> Outing:
    """The first fixes come from the radio mast: a kilometre off, which most of them say."""
    [trip, *_] = outing.trips
    first = slice(0, int(rng.integers(1, 8)))
    trip.fixes[first, :2] += rng.normal(0, 900, 2)
    trip.accuracies[first] = rng.uniform(600, 2000) if rng.random() < 0.97 else 40.0
    return outing


def indoors(rng: Rng, outing: Outing) -> Outing:
    """No fix inside the halls: the visit has none, and the track a hole."""
    [trip, *rest] = outing.trips
    visit: Visit = outing.visits[int(rng.integers(0, len(outing.visits)))]
    visit.told = None
    lost = (trip.fixes[:, 2] > visit.arrived + 20) & (trip.fixes[:, 2] < visit.left - 10)
    return replace(outing, trips=[without(trip, lost), *rest])


def same_round(rng: Rng, outing: Outing) -> Outing:
    """The same way as last week, as every week."""
    earlier: list[Trip] = []
    for _ in range(5):
        fixes, accuracies = noisy(rng, the_way(rng, outing.visits))
        earlier.append(replace(outing.trips[0], fixes=fixes, accuracies=accuracies))
    return replace(outing, earlier=earlier)


def forgot_to_start(rng: Rng, outing: Outing) -> Outing:
    """Nobody pressed the button: visits, and no track at all."""
    return replace(outing, trips=[])


def misplaced_site(rng: Rng, outing: Outing) -> Outing:
    """The registry has one enterprise 300 to 700 m from where it is."""
    visit = outing.visits[int(rng.integers(0, len(outing.visits)))]
    turn = rng.uniform(0, 2 * np.pi)
    visit.site = visit.site + rng.uniform(300, 700) * np.array([np.cos(turn), np.sin(turn)])
    return outing


Trouble = Callable[[Rng, Outing], Outing]

TROUBLES: tuple[tuple[float, Trouble], ...] = (
    (0.12, high_walls),
    (0.06, tunnel),
    (0.25, screen_off),
    (0.10, coarse_phone),
    (0.04, poor_phone),
    (0.05, cold_start),
    (0.10, indoors),
    (0.05, wrong_clock),
    (0.03, receiver),
    (0.05, two_together),
    (0.02, neighbours),
    (0.10, same_round),
    (0.04, dead_battery),
    (0.002, forgot_to_start),
    (0.002, misplaced_site),
)
