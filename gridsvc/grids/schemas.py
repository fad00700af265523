"""Grids as GeoJSON: a FeatureCollection that says its crs, one feature a grid.

Everything is looked at before anything is believed, and each feature is told what is wrong with it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import shapely
from shapely import MultiPolygon

from geo.boundaries import multipolygon, rings_fault
from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.errors import Refused
from gridsvc.grids.rules import KINDS, Drawn
from gridsvc.tables import Fault

LONGEST_TEXT = 100

NAMED_CRS = {  # of the old GeoJSON, {"type": "name", "properties": {"name": ...}}
    "urn:ogc:def:crs:OGC:1.3:CRS84": "wgs84",
    "urn:ogc:def:crs:OGC::CRS84": "wgs84",
    "OGC:CRS84": "wgs84",
    "CRS84": "wgs84",
    "urn:ogc:def:crs:EPSG::4326": "wgs84",
    "EPSG:4326": "wgs84",
    "urn:ogc:def:crs:EPSG::4490": "cgcs2000",
    "EPSG:4490": "cgcs2000",
}


class UnreadableDrawing(Refused):
    """The file is not a GeoJSON FeatureCollection."""


class UndeclaredCrs(Refused):
    """The file does not say in which coordinate system it is drawn."""


@dataclass(frozen=True)
class Drawing:
    """A file of grids, read: those that are whole, and what is wrong with the others."""

    crs: str
    rows: dict[int, tuple[str, str]]  # the code and the name of every feature, by its number
    grids: list[Drawn]
    faults: list[Fault]

    @property
    def spoilt(self) -> set[str]:
        """The codes of the features that could not be read."""
        return {self.rows[fault.line][0] for fault in self.faults}


def read_drawing(text: str, watched: Callable[[Sequence[Any]], Iterable[Any]] = iter) -> Drawing:
    """Read a GeoJSON text; `watched` may count the features that pass.

    Raises UnreadableDrawing, UndeclaredCrs.
    """
    try:
        collection = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise UnreadableDrawing(f"It is no JSON: {wrong}.") from None
    match collection:
        case {"type": "FeatureCollection", "features": [_, *_] as features}:
            return _drawing(declared_crs(collection), watched(features))
        case _:
            raise UnreadableDrawing("It is not a FeatureCollection with features in it.")


def declared_crs(collection: Mapping[str, Any]) -> str:
    """Return the key of KNOWN_CRS that a collection declares. Raises UndeclaredCrs."""
    match collection.get("crs"):
        case str(name) if name in KNOWN_CRS:
            return name
        case {"type": "name", "properties": {"name": str(name)}} if name in NAMED_CRS:
            return NAMED_CRS[name]
        case given:
            known = ", ".join(f'"{name}"' for name in KNOWN_CRS)
            told = f"not {json.dumps(given, ensure_ascii=False)}" if given else "which is missing"
            raise UndeclaredCrs(
                f'Add a member "crs" beside "type", one of {known}; {told}. Coordinates copied'
                ' from a Chinese map service are "gcj02", from Baidu "bd09".'
            )


def _drawing(crs: str, features: Iterable[Any]) -> Drawing:
    read = Drawing(crs, {}, [], [])
    for number, feature in enumerate(features, start=1):
        properties, polygons = _parts(feature)
        reasons = [*_property_faults(properties), *_area_faults(polygons, crs)]
        code = _text(properties.get("code"))
        read.rows[number] = code, _text(properties.get("name"))
        read.faults.extend(Fault(number, f"{code} {reason}".strip()) for reason in reasons)
        if not reasons:
            read.grids.append(_drawn(number, properties, _area(polygons, crs)))
    return read


def _parts(feature: Any) -> tuple[Mapping[str, Any], Any]:
    """Return the properties of a feature, and the coordinates of its MultiPolygon or None."""
    members = feature if isinstance(feature, dict) else {}
    properties, geometry = members.get("properties"), members.get("geometry")
    polygons = None
    match geometry:
        case {"type": "Polygon", "coordinates": rings}:
            polygons = [rings]
        case {"type": "MultiPolygon", "coordinates": coordinates}:
            polygons = coordinates
    return (properties if isinstance(properties, dict) else {}), polygons


def _property_faults(properties: Mapping[str, Any]) -> Iterator[str]:
    for name in ("code", "name"):
        yield from _text_faults(name, _text(properties.get(name)), is_needed=True)
    yield from _text_faults("parent", _text(properties.get("parent")), is_needed=False)
    level = properties.get("level")
    if isinstance(level, bool) or level not in (1, 2, 3):
        yield f"level is 1, 2 or 3, not {json.dumps(level)}"
    kind = properties.get("kind", KINDS[0])
    if kind not in KINDS:
        yield f"kind is one of {', '.join(KINDS)}, not {json.dumps(kind, ensure_ascii=False)}"


def _text_faults(name: str, text: str, *, is_needed: bool) -> Iterator[str]:
    if is_needed and not text:
        yield f"has no {name}"
    if len(text) > LONGEST_TEXT:
        yield f"{name} is longer than {LONGEST_TEXT} characters"
    if any(character < " " or "\ud800" <= character <= "\udfff" for character in text):
        yield f"{name} contains a character that is none"


def _text(value: Any) -> str:
    """Return a property as text; many programs write a code as a number."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value).strip() if is_number or isinstance(value, str) else ""


def _area_faults(polygons: Any, crs: str) -> Iterator[str]:
    if polygons is None:
        yield "its geometry is neither a Polygon nor a MultiPolygon"
        return
    if fault := rings_fault(polygons):
        yield fault
        return
    drawn = multipolygon(polygons)
    if not drawn.is_valid:
        yield f"its area is not valid: {shapely.is_valid_reason(drawn)}"
    elif not (moved := to_wgs84(drawn, crs)).is_valid:
        yield f"its area is not valid in WGS 84: {shapely.is_valid_reason(moved)}"


def _area(polygons: Any, crs: str) -> MultiPolygon:
    return cast(MultiPolygon, to_wgs84(multipolygon(polygons), crs))


def _drawn(number: int, properties: Mapping[str, Any], area: MultiPolygon) -> Drawn:
    return Drawn(
        number=number,
        code=_text(properties["code"]),
        name=_text(properties["name"]),
        level=int(properties["level"]),
        parent=_text(properties.get("parent")) or None,
        kind=properties.get("kind", KINDS[0]),
        area=area,
    )
