"""What a line of the registry must satisfy, and how it differs from what stands. No clock."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any
from uuid import UUID

from shapely import Point

from geo.crs import to_wgs84
from geo.distance import distance_m
from gridsvc import uscc
from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import id_at
from gridsvc.rules.rules import CLASSES
from gridsvc.tables import Fault, Line

COLUMNS = (
    "code", "name", "uscc", "kind", "supervision_class", "industry_code", "permit_no", "address",
    "lon", "lat", "grid", "contact_name", "contact_phone", "scattered",
)  # fmt: skip
OPTIONAL = ("grid_reason", "permit_class", "permit_until", "disposition")

PERMIT_CLASSES = ("key", "simplified", "registered")  # 重点, 简化, 登记
DISPOSITIONS = ("shut_down", "moved", "upgraded")  # 关停取缔, 搬迁入园, 整治提升
LEFT_IF_EMPTY = ("permit_class", "permit_until", "disposition")  # few files have these columns
SAME_PLACE_M = 0.05  # less comes of writing coordinates in another crs
NEEDED = ("code", "name", "address")
YES, NO = {"true", "yes", "1", "是"}, {"false", "no", "0", "否", ""}
INDUSTRY_CODE = re.compile(r"[A-T]?[0-9]{2,4}")  # GB/T 4754

Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """A line whose cells make sense, each by itself: the row it asks for, but for the grid."""

    line: Line
    row: Row

    @property
    def location(self) -> Point:
        point: Point = self.row["location"]
        return point


@dataclass
class Plan:
    """What an import would do: rows to insert, changes of rows that stand, and what is wrong."""

    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Enterprise, Row]] = field(default_factory=list)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)


def told(line: Line, crs: str) -> Told:
    """Return what a line asks for; its cells must have no cell_faults."""
    lon, lat = float(line["lon"]), float(line["lat"])
    texts = ("code", "name", "kind", "supervision_class", "address")
    or_none = (
        "industry_code", "permit_no", "permit_class", "disposition", "contact_name",
        "contact_phone",
    )  # fmt: skip
    row = {
        **{name: line[name] for name in texts},
        **{name: line[name] or None for name in or_none},
        "uscc": line["uscc"].upper() or None,
        "location": to_wgs84(Point(lon, lat), crs),
        "given": {"crs": crs, "coordinates": [lon, lat]},
        "is_scattered_polluter": line["scattered"].lower() in YES,
        "permit_until": _day(line["permit_until"]),
    }
    return Told(line, row)


def cell_faults(line: Line, kinds: Collection[str], first: Mapping[str, int]) -> Iterator[str]:
    """Yield what is wrong with the cells of a line.

    `kinds` are the kinds of object that have a checklist, `first` says on which line of the file
    each code comes first.
    """
    yield from (f"{name} is empty" for name in NEEDED if not line[name])
    if line["code"] and first[line["code"]] != line.number:
        yield f"code {line['code']!r} stands already in line {first[line['code']]}"
    if line["uscc"] and not uscc.is_valid(line["uscc"].upper()):
        yield wrong_uscc(line["uscc"].upper())
    if line["kind"] not in kinds:
        yield f"kind {line['kind']!r} has no checklist; known are {', '.join(sorted(kinds))}"
    if line["supervision_class"] not in CLASSES:
        yield f"supervision_class {line['supervision_class']!r} is none of {', '.join(CLASSES)}"
    if line["industry_code"] and not INDUSTRY_CODE.fullmatch(line["industry_code"]):
        yield f"industry_code {line['industry_code']!r} is none of GB/T 4754, such as 3033"
    if line["scattered"].lower() not in YES | NO:
        yield f"scattered {line['scattered']!r} is neither true nor false"
    for name, known in (("permit_class", PERMIT_CLASSES), ("disposition", DISPOSITIONS)):
        if line[name] and line[name] not in known:
            yield f"{name} {line[name]!r} is none of {', '.join(known)}"
    if line["permit_until"] and _day(line["permit_until"]) is None:
        yield f"permit_until {line['permit_until']!r} is no day, such as 2027-06-30"
    yield from _position_faults(line)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def wrong_uscc(code: str) -> str:
    """Say what is wrong with a code that is none."""
    spelled = len(code) == uscc.LENGTH and set(code) <= set(uscc.ALPHABET)
    if not spelled:
        return f"uscc {code!r} does not consist of 18 digits and letters without I, O, S, V, Z"
    if uscc.check_digit(code[:-1]) == code[-1]:
        return f"uscc {code!r} has no division code in its places 3 to 8"
    return f"uscc {code!r} has a wrong check digit: {code[-1]}"


def _position_faults(line: Line) -> Iterator[str]:
    lon, lat = _number(line["lon"]), _number(line["lat"])
    if lon is None or lat is None:
        yield f"lon {line['lon']!r} and lat {line['lat']!r} are not both numbers"
    elif abs(lon) <= 90 < abs(lat) <= 180:
        yield f"lon {lon} and lat {lat} are exchanged"
    elif not (abs(lon) <= 180 and abs(lat) <= 90):
        yield f"lon {lon} and lat {lat} are not degrees on the earth"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def grid_fault(told: Told, grids: Mapping[str, UUID], lies_in: UUID | None) -> str | None:
    """Return what is wrong with where a line says it is, or None.

    `grids` are the territorial grids by code, `lies_in` is the deepest around its location.
    """
    named, reason = told.line["grid"], told.line["grid_reason"]
    lon, lat = told.row["given"]["coordinates"]
    if named and named not in grids:
        return f"grid {named!r} is no grid here"
    if lies_in is None:
        crs = told.row["given"]["crs"]
        return f"{lon} {lat} ({crs}) lies in no grid; is it really {crs}?"
    if named and grids[named] != lies_in and not reason:
        actual = next(code for code, id in grids.items() if id == lies_in)
        return f"lies in grid {actual}, not {named}; say why in a column grid_reason"
    return None


def placed(told: Told, grids: Mapping[str, UUID], lies_in: UUID) -> Row:
    """Return the row that a line without a grid_fault asks for, with its grid."""
    named = told.line["grid"]
    is_elsewhere = bool(named) and grids[named] != lies_in
    return told.row | {
        "grid_id": grids[named] if is_elsewhere else lies_in,
        "grid_reason": told.line["grid_reason"] if is_elsewhere else None,
    }


def add(plan: Plan, row: Row, stands: Enterprise | None, now: datetime) -> None:
    """Add to a plan what `row` makes of the enterprise that stands under its code.

    The id of a new one says when it was registered: its visits are due from then on.
    """
    if stands is None:
        plan.new.append({"id": id_at(now), **row, "state": "active", "version": 1})
    elif changes := _changes(stands, row):
        plan.changed.append((stands, changes))
    else:
        plan.unchanged += 1


def _changes(stands: Enterprise, row: Row) -> Row:
    """Return the columns that change. The same place in another crs is the same place."""
    changes = {
        name: value
        for name, value in row.items()
        if name not in ("location", "given")
        and getattr(stands, name) != value
        and not (value is None and name in LEFT_IF_EMPTY)
    }
    if distance_m(stands.location, row["location"]) > SAME_PLACE_M:
        changes |= {"given": row["given"], "location": row["location"]}
    return changes


@dataclass(frozen=True)
class Move:
    """An enterprise that comes to lie in another grid."""

    enterprise_id: UUID
    from_id: UUID
    to_id: UUID
