"""Tracks as other devices write them: GPX 1.0 and 1.1."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from geo.track import Fixes

MOST_BYTES = 50 * 2**20


class BadGpx(ValueError):
    """The file is no track that can be told from others: the message says why."""


def read_gpx(content: bytes) -> Fixes:
    """Return the fixes of all tracks of a GPX file, in order of time. Raises BadGpx.

    GPX is in WGS-84 by its own definition, and does not say how far a fix may err.
    """
    root = _parsed(content)
    if _name(root) != "gpx":
        raise BadGpx(f"It is no GPX file: it begins with <{_name(root)}>.")
    segments = [one for one in root.iter() if _name(one) == "trkseg"]
    if not segments:
        raise BadGpx("It has no track: waypoints and routes say nothing of when.")
    for n, segment in enumerate(segments, start=1):
        if not any(_name(child) == "trkpt" for child in segment):
            raise BadGpx(f"Segment {n} is empty.")
    points = [child for one in segments for child in one if _name(child) == "trkpt"]
    rows = [_point(point, n) for n, point in enumerate(points, start=1)]
    rows.sort(key=lambda row: row[2])
    if len({row[2] for row in rows}) < 2:
        raise BadGpx("All its points have one time: it does not say when.")
    return np.array(rows, dtype=np.float64)


def _parsed(content: bytes) -> Element:
    if len(content) > MOST_BYTES:
        raise BadGpx(f"It is larger than {MOST_BYTES // 2**20} MiB.")
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise BadGpx("It declares entities, which no receiver does: it may be a bomb.") from None
    except (ParseError, ValueError, LookupError) as wrong:
        raise BadGpx(f"It is no XML: {wrong}.") from None
    return root


def _point(point: Element, n: int) -> tuple[float, float, float]:
    try:
        lon, lat = float(point.get("lon", "")), float(point.get("lat", ""))
    except ValueError:
        raise BadGpx(f"Point {n} has no lon and lat.") from None
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise BadGpx(f"Point {n} is not in degrees: {lon}, {lat}. Metres of a projection?")
    said = {_name(child): (child.text or "").strip() for child in point}
    return lon, lat, _moment(said.get("time", ""), n)


def _moment(text: str, n: int) -> float:
    if not text:
        raise BadGpx(f"Point {n} has no time.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadGpx(f"Point {n} has no time that can be read: {text[:40]!r}.") from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # GPX: always UTC
    return aware.timestamp()


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
