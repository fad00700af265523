"""What a picture's EXIF says of itself. A claim, as all that a phone says: kept, never believed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from numbers import Rational
from typing import Any

from PIL import Image
from PIL.ExifTags import GPSTAGS, IFD, TAGS
from shapely import Point

LONGEST = 500  # of a text, characters; of a list, items
WRITTEN = "%Y:%m:%d %H:%M:%S"

Tags = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What can be compared with the record. `taken_local` has no zone, as EXIF has none."""

    make: str | None
    model: str | None
    software: str | None
    taken_local: datetime | None
    position: Point | None  # EPSG:4326, longitude and latitude in degrees
    orientation: int | None


def tags_of(image: Image.Image) -> dict[str, Any]:
    """Return what EXIF says, by the names of its tags: JSON values, without bytes."""
    try:
        exif = image.getexif()
        found = _named(exif.items(), TAGS) | _named(exif.get_ifd(IFD.Exif).items(), TAGS)
        gps = _named(exif.get_ifd(IFD.GPSInfo).items(), GPSTAGS)
    except Exception as fault:  # it is no reason to refuse a photo
        return {"unreadable": str(fault)[:LONGEST]}
    return found | ({"GPSInfo": gps} if gps else {})


def claims_of(tags: Tags) -> Claims:
    """Return the claims in the tags of a picture. What makes no sense is left out."""
    return Claims(
        make=_text(tags.get("Make")),
        model=_text(tags.get("Model")),
        software=_text(tags.get("Software")),
        taken_local=_moment(tags.get("DateTimeOriginal") or tags.get("DateTime")),
        position=_position(tags.get("GPSInfo")),
        orientation=_orientation(tags.get("Orientation")),
    )


def _text(value: Any) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.strptime(str(value)[:19], WRITTEN)  # noqa: DTZ007  EXIF knows no zone
    except ValueError:
        return None


def _orientation(value: Any) -> int | None:
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def _position(gps: Any) -> Point | None:
    if not isinstance(gps, Mapping):
        return None
    lat = _degrees(gps.get("GPSLatitude"), gps.get("GPSLatitudeRef"), 90)
    lon = _degrees(gps.get("GPSLongitude"), gps.get("GPSLongitudeRef"), 180)
    if lat is None or lon is None or (lat, lon) == (0, 0):  # cameras without a fix write zeros
        return None
    return Point(lon, lat)


def _degrees(parts: Any, side: Any, most: int) -> float | None:
    if not isinstance(parts, list) or not 1 <= len(parts) <= 3:
        return None
    if not all(isinstance(part, int | float) and isfinite(part) for part in parts):
        return None
    found = float(sum(part / 60**n for n, part in enumerate(parts)))
    if abs(found) > most:
        return None
    return -found if str(side).upper()[:1] in ("S", "W") else found


def _named(tags: Iterable[tuple[int, Any]], names: dict[int, str]) -> dict[str, Any]:
    pointers = {IFD.Exif.value, IFD.GPSInfo.value, IFD.Interop.value}
    plain = {tag: _plain(value) for tag, value in tags if tag not in pointers}
    return {names.get(tag, str(tag)): value for tag, value in plain.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return `value` as PostgreSQL keeps it in jsonb, or None."""
    match value:
        case bool() | int():
            return value
        case str():
            kept = (c for c in value[:LONGEST] if c != "\0" and not "\ud800" <= c <= "\udfff")
            return "".join(kept)
        case tuple() | list() if len(value) <= LONGEST:
            return [_plain(item) for item in value]
        case float() | Rational():
            return _number(value)
        case _:
            return None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except ZeroDivisionError:
        return None
    return number if isfinite(number) else None
