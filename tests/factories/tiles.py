"""Reading a Mapbox vector tile: protobuf with only the parts that PostGIS writes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan
from typing import Any

from shapely import Point as Place

POINT, LINE, POLYGON = 1, 2, 3


@dataclass
class Shown:
    """A feature of a tile. `at` is the first position of its geometry, in steps of the tile."""

    properties: dict[str, Any]
    kind: int
    at: tuple[int, int]


def tile_of(place: Place, z: int) -> tuple[int, int]:
    """The x and y of the tile around a place."""
    across = (place.x + 180) / 360
    down = (1 - asinh(tan(radians(place.y))) / pi) / 2
    return floor(across * 2**z), floor(down * 2**z)


def read_tile(tile: bytes) -> dict[str, list[Shown]]:
    """The features of a tile by layer."""
    layers = [list(_fields(value)) for number, value in _fields(tile) if number == 3]
    return {_all(layer, 1)[0].decode(): list(_features(layer)) for layer in layers}


def _features(layer: list[tuple[int, Any]]) -> Iterator[Shown]:
    keys = [key.decode() for key in _all(layer, 3)]
    values = [_value(value) for value in _all(layer, 4)]
    for feature in _all(layer, 2):
        parts = list(_fields(feature))
        tags = list(_varints(b"".join(_all(parts, 2))))
        properties = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
        _, x, y, *_ = _varints(_all(parts, 4)[0])
        yield Shown(properties, _all(parts, 3)[0], (_zigzag(x), _zigzag(y)))


def _value(message: bytes) -> Any:
    [(number, value)] = _fields(message)
    if number == 1:
        return value.decode()
    if number == 3:
        return struct.unpack("<d", value)[0]
    return _zigzag(value) if number == 6 else value


def _all(fields: list[tuple[int, Any]], wanted: int) -> list[Any]:
    return [value for number, value in fields if number == wanted]


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        size, at = (8, at) if key & 7 == 1 else (4, at) if key & 7 == 5 else _varint(message, at)
        yield key >> 3, message[at : at + size]
        at += size


def _varints(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def _zigzag(value: int) -> int:
    return value >> 1 ^ -(value & 1)
