"""What somebody's day says about its visits: tracks and visits side by side. No session, no clock.

Each rule gives the benefit of the doubt: a gap in a track, a poor fix, a jump between high
walls speak against nobody. docs/flags.md tells each rule in words.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from geo.presence import apart_m, is_covered, longest_possible_s, where_at
from geo.track import duration_s, during, fastest, planar, track_m
from gridsvc.flags.rules import Finding
from gridsvc.patrols.day import Day, Limits, Place, Stay, Walk

GAP_S = 120.0  # without a fix for longer, a track has a gap
FASTEST_MPS = 45.0  # 162 km/h: nobody patrols faster
SLACK_M = 200.0  # how far a smoothed track may still jump between high walls
COLD_S = 60.0  # at first a phone asks the nearest mast, and may be sure of it
POOR_M = 150.0  # fixes that say they are worse prove no speed
WRITTEN_S = 1800.0  # a visit may be written down that long after its fix
TRACKED_S = 1800.0  # a visit without any fix that near to it has no track
SAMPLE_S = 60.0  # between two fixes that near, we know where somebody was
APART_M = 500.0  # two phones of one person
TOGETHER_M = 20.0  # two phones in one pocket
TOGETHER_SHARE = 0.98
TOGETHER_LEAST_S = 1800.0
SAME_FIXES = 0.3  # of the digests of two tracks
LEAST_TRACE = 20
CONSTANT_SHARE = 0.98
CONSTANT_LEAST = 60  # fixes
CONSTANT_WAY_M = 500.0
ZERO_SHARE = 0.05
SITTING_S = 1800.0  # visits made in one sitting ...
SPREAD_S = 7200.0  # ... said to have been hours apart
MOVED_S = 3600.0  # less may be the time between a fix and the record
MOVES = 2  # one is a repair: the clock was wrong, and then it was right
LONG_TEXT = 40
SAME_TEXT_PLACES = 3


def judge(day: Day, limits: Limits) -> list[Finding]:
    """Return what speaks against the patrols and the visits of a day."""
    return [
        *_by_track(day.walks),
        *_two_phones(day),
        *_same_trace(day),
        *_visits(day, limits),
        *_speeds(day.stays),
        *_clock(day.stays, limits),
        *_texts(day.stays),
    ]


def _by_track(walks: Sequence[Walk]) -> Iterator[Finding]:
    for walk in walks:
        if walk.mocked and not walk.has_receiver:
            yield _on(walk, "mock_location", points=walk.mocked)
        told = _constant(walk)
        if told and not walk.has_receiver:
            yield _on(walk, "constant_accuracy", **told)
        warm = during(walk.fixes, [(walk.began + COLD_S, float("inf"))])
        fast = fastest(
            walk.fixes[warm], walk.accuracies[warm],
            limit_mps=FASTEST_MPS, slack_m=SLACK_M, worst_m=POOR_M,
        )  # fmt: skip
        if fast:
            yield _on(walk, "impossible_speed", speed_kmh=round(fast[0] * 3.6), at=_said(fast[1]))


def _constant(walk: Walk) -> dict[str, Any] | None:
    """A receiver that moves errs now more, now less; an app that makes up fixes does not."""
    known = walk.accuracies[~np.isnan(walk.accuracies)]
    if len(known) < CONSTANT_LEAST:
        return None
    zeros = int(np.sum(known == 0))
    if zeros >= ZERO_SHARE * len(known):
        return {"accuracy_m": 0, "points": zeros}
    values, counts = np.unique(known, return_counts=True)
    if counts.max() < CONSTANT_SHARE * len(known) or track_m(walk.fixes) < CONSTANT_WAY_M:
        return None
    return {"accuracy_m": float(values[np.argmax(counts)]), "points": int(counts.max())}


def _two_phones(day: Day) -> Iterator[Finding]:
    """One person's phones cannot be in two places."""
    for one, other in combinations(day.walks, 2):
        if one.device_id == other.device_id or min(len(one.fixes), len(other.fixes)) < 2:
            continue
        far = apart_m(one.fixes, other.fixes, SAMPLE_S)
        if np.sum(far > APART_M) >= 3:
            facts = {"apart_m": round(float(far.max())), "other": str(one.patrol_id)}
            yield _on(other, "two_phones", about=str(one.patrol_id), **facts)
    for stay in day.stays:
        yield from _elsewhere(stay, day.walks)


def _elsewhere(stay: Stay, walks: Sequence[Walk]) -> Iterator[Finding]:
    if stay.position is None or (stay.accuracy_m or 0) > POOR_M:
        return
    for walk in walks:
        if walk.device_id == stay.device_id or walk.device_id is None or len(walk.fixes) < 2:
            continue
        [there] = where_at(walk.fixes, np.array([stay.at]), SAMPLE_S)
        away_m = _apart(stay.position, (there[0], there[1]))
        if away_m > APART_M:
            facts = {"apart_m": round(away_m), "other": str(walk.patrol_id)}
            yield _at(stay, "two_phones", about=str(walk.patrol_id), **facts)


def _same_trace(day: Day) -> Iterator[Finding]:
    """Two people's phones in one pocket; or a track that was there before, fix for fix."""
    for walk in day.walks:
        for other in day.others:
            if not _may_walk_together(walk, other) and (s := _together_s(walk, other)):
                facts = {"together_s": round(s), "person": str(other.person_id)}
                yield _on(walk, "same_trace", about=str(other.patrol_id), **facts)
        for patrol_id, trace in day.earlier.items():
            shared = len(walk.trace & trace)
            least = min(len(walk.trace), len(trace))
            if least >= LEAST_TRACE and shared >= SAME_FIXES * least:
                facts = {"shared_pct": round(100 * shared / least), "other": str(patrol_id)}
                yield _on(walk, "same_trace", about=str(patrol_id), **facts)


def _may_walk_together(one: Walk, other: Walk) -> bool:
    """Officers of one grid, and those who said so, go together as they should."""
    named = other.person_id in one.companions or one.person_id in other.companions
    return named or one.grid_id == other.grid_id


def _together_s(one: Walk, other: Walk) -> float:
    if min(duration_s(one.fixes), duration_s(other.fixes)) < TOGETHER_LEAST_S:
        return 0.0
    far = apart_m(one.fixes, other.fixes, SAMPLE_S)
    spent_s = len(far) * 20.0
    moved = track_m(one.fixes) >= CONSTANT_WAY_M
    if spent_s < TOGETHER_LEAST_S or not moved:
        return 0.0
    return spent_s if np.mean(far <= TOGETHER_M) >= TOGETHER_SHARE else 0.0


def _visits(day: Day, limits: Limits) -> Iterator[Finding]:
    """Hold each visit against all of the day's tracks, whenever it was written down."""
    if not all(walk.is_complete for walk in day.walks):
        return  # what is missing of the tracks may tell another story
    for stay in day.stays:
        possible_s = sum(_possible_s(walk, stay, limits) for walk in day.walks)
        if possible_s >= limits.minimum_dwell_s:
            continue
        if any(is_covered(walk.fixes, stay.at, TRACKED_S) for walk in day.walks):
            least_s = limits.minimum_dwell_s
            yield _at(stay, "dwell_too_short", at_most_s=round(possible_s), least_s=least_s)
        else:
            yield _at(stay, "no_track", on_patrol=any(_is_on(walk, stay) for walk in day.walks))


def _is_on(walk: Walk, stay: Stay) -> bool:
    return walk.began - SAMPLE_S <= stay.at <= walk.ended + SAMPLE_S


def _possible_s(walk: Walk, stay: Stay, limits: Limits) -> float:
    """Return for how long somebody can have been there, as far as one track tells."""
    if len(walk.fixes) < 2:
        return 0.0
    if _began_or_broke_off_there(walk, stay, limits):
        return limits.minimum_dwell_s
    return longest_possible_s(
        walk.fixes, walk.accuracies, stay.site, radius_m=limits.site_radius_m, gap_s=GAP_S
    )


def _began_or_broke_off_there(walk: Walk, stay: Stay, limits: Limits) -> bool:
    """A phone that began or ceased to record at a place may have been there for longer."""
    first, last = (_apart((end[0], end[1]), stay.site) for end in walk.fixes[[0, -1]])
    broke_off = walk.ended - walk.fixes[-1, 2] > GAP_S
    return first <= limits.site_radius_m or (broke_off and last <= APART_M)


def _speeds(stays: Sequence[Stay]) -> Iterator[Finding]:
    """Nobody is in two places at once. A visit may be written down a good while after its fix."""
    placed = [s for s in stays if s.position is not None and (s.accuracy_m or 0) <= POOR_M]
    for one, other in pairwise(sorted(placed, key=_fixed_at)):
        assert one.position and other.position  # noqa: S101 (chosen above)
        away_m = _apart(one.position, other.position) - APART_M
        took_s = _fixed_at(other) - _fixed_at(one) + _doubt_s(one) + _doubt_s(other)
        if away_m > FASTEST_MPS * took_s:
            facts = {"speed_kmh": round(away_m / took_s * 3.6), "other": str(one.id)}
            yield _at(other, "impossible_speed", about=str(one.id), **facts)


def _fixed_at(stay: Stay) -> float:
    return stay.at if stay.gps_at is None else stay.gps_at


def _doubt_s(stay: Stay) -> float:
    return WRITTEN_S if stay.gps_at is None else SAMPLE_S / 2


def _clock(stays: Sequence[Stay], limits: Limits) -> Iterator[Finding]:
    """The satellites' clock says when each visit was made. A wrong clock alone proves nothing."""
    timed = sorted(
        ((s.gps_at, s.made_at, s) for s in stays if s.gps_at is not None), key=lambda t: t[0]
    )
    if len(timed) < 3:
        return
    off = np.array([made - gps for gps, made, _ in timed])
    moves = int(np.sum(np.abs(np.diff(off)) > max(limits.clock_skew_s, MOVED_S)))
    sat_s, said_s = timed[-1][0] - timed[0][0], float(np.ptp([made for _, made, _ in timed]))
    in_one_sitting = sat_s <= SITTING_S and said_s >= SPREAD_S
    if moves >= MOVES or in_one_sitting:
        last = timed[-1][2]
        yield _at(last, "clock_moved", moves=moves, sat_s=round(sat_s), said_s=round(said_s))


def _texts(stays: Sequence[Stay]) -> Iterator[Finding]:
    by_text: dict[str, list[Stay]] = defaultdict(list)
    for stay in sorted(stays, key=lambda stay: stay.at):
        text = "".join(stay.text.split())
        if len(text) >= LONG_TEXT:
            by_text[text].append(stay)
    for same in by_text.values():
        places = {stay.enterprise_id for stay in same}
        if len(places) >= SAME_TEXT_PLACES:
            yield _at(same[-1], "identical_text", places=len(places))


def _apart(a: Place, b: Place) -> float:
    [there] = planar(np.array([[b[0], b[1], 0.0]]), a)
    return float(np.hypot(*there))


def _on(walk: Walk, kind: str, about: str = "", **evidence: Any) -> Finding:
    return Finding(
        kind=kind, record_kind="patrol", record_id=walk.patrol_id, about=about, evidence=evidence
    )


def _at(stay: Stay, kind: str, about: str = "", **evidence: Any) -> Finding:
    return Finding(
        kind=kind, record_kind="inspection", record_id=stay.id, about=about, evidence=evidence
    )


def _said(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
