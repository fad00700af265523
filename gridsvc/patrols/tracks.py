"""Tracks as they are kept, and what they tell. No session, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, from_wkt, get_coordinates

from geo.track import Fixes, Numbers, Stretch, duration_s, during, gaps, legs, stops, track_m
from gridsvc.patrols.models import PatrolMeasure, TrackChunk

GAP_S = 120.0  # without a fix for longer, a track has a gap
STOP_S = 180.0  # standing still for as long is a stop


def order_of(fixes: Fixes) -> NDArray[np.intp]:
    """Return the places of fixes in order of time."""
    return np.argsort(fixes[:, 2], kind="stable")


def as_line(fixes: Fixes) -> LineString:
    """Return fixes as a line whose M is the Unix time. A lonely fix stands in it twice.

    A line needs two points, so what is kept beside it says how many there were.
    """
    twice = np.vstack([fixes, fixes]) if len(fixes) == 1 else fixes
    points = ", ".join(f"{lon!r} {lat!r} {at!r}" for lon, lat, at in twice.tolist())
    return from_wkt(f"LINESTRING M ({points})" if points else "LINESTRING M EMPTY")


def told(accuracies: Numbers) -> list[float | None]:
    """Return accuracies as JSON knows them."""
    return [None if np.isnan(metres) else round(metres, 1) for metres in accuracies.tolist()]


def fixes_of(chunks: Iterable[TrackChunk]) -> Fixes:
    """Return the fixes of a whole track, in order of time."""
    return errors_of(chunks)[0]


def errors_of(chunks: Iterable[TrackChunk]) -> tuple[Fixes, Numbers]:
    """Return the fixes of a whole track, in order of time, and how far each may err."""
    chunks = list(chunks)
    parts = [part(chunk) for chunk in chunks]
    known = [_accuracies(chunk) for chunk in chunks]
    fixes = np.vstack([np.empty((0, 3)), *parts])
    order = order_of(fixes)
    return fixes[order], np.concatenate([np.empty(0), *known])[order]


def part(chunk: TrackChunk) -> Fixes:
    """Return the fixes of one piece of a track."""
    fixes: Fixes = get_coordinates(chunk.line, include_m=True)[: chunk.points]
    return fixes


def _accuracies(chunk: TrackChunk) -> Numbers:
    if len(chunk.accuracies) != chunk.points:
        return np.full(chunk.points, np.nan)
    return np.array(chunk.accuracies, dtype=np.float64)


def measured(chunks: Sequence[TrackChunk]) -> dict[str, Any]:
    """Return what an open track tells so far without telling where."""
    return measure(fixes_of(chunks), sum(chunk.dropped for chunk in chunks), ())


def measure(fixes: Fixes, dropped: int, pauses: Sequence[Stretch]) -> dict[str, Any]:
    """Return what a track tells without telling where: length, duration, stops, gaps, points.

    The time and the way of a pause are nobody's business, and count for nothing.
    """
    walked = legs(fixes, GAP_S)
    paused = [(max(since, fixes[0, 2]), min(until, fixes[-1, 2])) for since, until in pauses
              if len(fixes)]  # fmt: skip
    paused_s = sum(max(0.0, until - since) for since, until in paused)
    silent = [gap for gap in gaps(fixes, GAP_S) if not _is_pause(gap, pauses)]
    return {
        "points": len(fixes),
        "dropped": dropped,
        "distance_m": round(sum(map(track_m, walked)), 1) if pauses else round(track_m(fixes), 1),
        "duration_s": round(duration_s(fixes) - paused_s),
        "stops": list(map(stretch, stops(fixes, STOP_S, GAP_S))),
        "gaps": list(map(stretch, silent)),
        "pauses": list(map(stretch, pauses)),
    }


def _is_pause(gap: Stretch, pauses: Sequence[Stretch]) -> bool:
    """Say whether a gap is no more than a pause."""
    return any(gap[0] >= since - GAP_S and gap[1] <= until + GAP_S for since, until in pauses)


def stretch(span: Stretch) -> dict[str, datetime]:
    """Return a stretch as moments."""
    since, until = (datetime.fromtimestamp(moment, UTC) for moment in span)
    return {"since": since, "until": until}


def without(chunk: TrackChunk, pauses: Sequence[Stretch]) -> bool:
    """Take the points of pauses out of a piece of a track; say whether there were any.

    The phone tells its pauses with the end of the patrol, after most of the track has come.
    """
    fixes = part(chunk)
    stays = ~during(fixes, pauses)
    if stays.all():
        return False
    if len(chunk.accuracies) == len(fixes):
        chunk.accuracies = told(_accuracies(chunk)[stays])
    chunk.line, chunk.points = as_line(fixes[stays]), int(stays.sum())
    chunk.dropped += int((~stays).sum())
    return True


def as_told(kept: PatrolMeasure) -> Mapping[str, Any]:
    """Return what was measured when the track was complete, as `measured` tells it."""
    names = ("points", "dropped", "distance_m", "duration_s", "covered_pct", "is_complete")
    spans = {name: list(map(_moments, getattr(kept, name))) for name in ("stops", "gaps", "pauses")}
    passed = {"passed": len(kept.passed)}
    return {name: getattr(kept, name) for name in names} | spans | passed


def _moments(span: dict[str, Any]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(moment) for name, moment in span.items()}
