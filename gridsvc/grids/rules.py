"""What a drawing of grids must satisfy, and how it differs from what stands. No clock."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from shapely import MultiPolygon

from geo.boundaries import Piece, gaps, moved_share, overlaps, same_area, strays
from gridsvc.errors import Conflict, Refused
from gridsvc.tables import Fault
from gridsvc.weeks import local_day, midnight

KINDS = ("territorial", "reserve", "park", "construction_dust", "river")


class PastBoundaries(Refused):
    """Boundaries of the past do not change."""


class LaterBoundaries(Conflict):
    """A later change of the boundaries is already drawn."""


class FaultyDrawing(Refused):
    """The drawing of the grids has faults, so nothing of it was put in force."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A grid as a file draws it. `number` is the place of its feature, from 1."""

    number: int
    code: str
    name: str
    level: int
    parent: str | None  # a code
    kind: str
    area: MultiPolygon  # EPSG:4326


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A grid as it stands, with its boundary at some moment."""

    id: UUID
    code: str
    name: str
    level: int
    parent: str | None
    kind: str
    boundary_id: UUID | None
    area: MultiPolygon | None


@dataclass(frozen=True)
class Difference:
    """How a drawing differs from what stands.

    `redrawn` has the share of its land that changes sides, None for a first boundary.
    """

    new: list[Drawn] = field(default_factory=list)
    renamed: list[tuple[Standing, Drawn]] = field(default_factory=list)
    redrawn: list[tuple[Standing, Drawn, float | None]] = field(default_factory=list)
    unchanged: list[Standing] = field(default_factory=list)
    not_drawn: list[Standing] = field(default_factory=list)  # left as they are

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.renamed or self.redrawn)


def begins(asked: date | None, now: datetime, *, is_first: bool) -> datetime | None:
    """Return from when new boundaries are in force; None is since ever.

    The first boundaries of a jurisdiction are in force since ever, or from any day. Later ones
    begin with the local day `asked`, or tomorrow; today means from this moment on. Raises
    PastBoundaries.
    """
    today = local_day(now)
    if is_first:
        return midnight(asked) if asked else None
    day = asked or today + timedelta(days=1)
    if day < today:
        raise PastBoundaries(f"New boundaries begin today or later, not on {day}.", day=day)
    return max(midnight(day), now)


def difference(drawn: Iterable[Drawn], standing: Mapping[str, Standing]) -> Difference:
    """Return how a drawing without faults differs from the grids that stand, by code."""
    drawn = list(drawn)
    codes = {grid.code for grid in drawn}
    found = Difference(not_drawn=[grid for code, grid in standing.items() if code not in codes])
    for grid in drawn:
        if before := standing.get(grid.code):
            _compare(before, grid, found)
        else:
            found.new.append(grid)
    return found


def _compare(before: Standing, grid: Drawn, found: Difference) -> None:
    is_renamed = before.name != grid.name
    is_redrawn = before.area is None or not same_area(before.area, grid.area)
    if is_renamed:
        found.renamed.append((before, grid))
    if is_redrawn:
        share = moved_share(before.area, grid.area) if before.area else None
        found.redrawn.append((before, grid, share))
    if not (is_renamed or is_redrawn):
        found.unchanged.append(before)


def faults(
    drawn: Sequence[Drawn], standing: Mapping[str, Standing], spoilt: Collection[str] = ()
) -> list[Fault]:
    """Return everything that keeps a drawing from being put in force, feature by feature.

    `spoilt` are the codes of features that could not be read: what hangs on them is not judged.
    The tree is looked at first; where it is broken, areas have nothing to be compared with.
    """
    found = [*_tree(drawn, standing, spoilt)]
    if not found:
        sound = {code: grid for code, grid in standing.items() if code not in spoilt}
        picture = _picture(drawn, sound)
        found = [*_outside(drawn, picture), *_overlapping(drawn, picture)]
    return sorted(Fault(grid.number, f"{grid.code} {reason}") for grid, reason in found)


def _tree(
    drawn: Sequence[Drawn], standing: Mapping[str, Standing], spoilt: Collection[str]
) -> Iterator[tuple[Drawn, str]]:
    levels = {code: grid.level for code, grid in standing.items()}
    levels |= {grid.code: grid.level for grid in drawn}
    times = Counter(grid.code for grid in drawn)
    roots = {code for code, level in levels.items() if level == 1}
    for grid in drawn:
        if times[grid.code] > 1:
            yield grid, f"stands {times[grid.code]} times in the file"
        if grid.level == 1 and len(roots) > 1:
            yield grid, f"is not the only grid of level 1: {', '.join(sorted(roots))}"
        if grid.parent not in spoilt:
            yield from ((grid, reason) for reason in _parentage(grid, levels))
        if before := standing.get(grid.code):
            yield from ((grid, reason) for reason in _turned(before, grid))


def _parentage(grid: Drawn, levels: Mapping[str, int]) -> Iterator[str]:
    if (grid.level == 1) != (grid.parent is None):
        yield "must have a parent, unless it is of level 1"
    elif grid.parent is not None and grid.parent not in levels:
        yield f"has the parent {grid.parent}, which is neither in the file nor known"
    elif grid.parent is not None and levels[grid.parent] != grid.level - 1:
        yield (
            f"is of level {grid.level} and its parent {grid.parent} of level"
            f" {levels[grid.parent]}: a level is jumped"
        )


def _turned(before: Standing, grid: Drawn) -> Iterator[str]:
    """Yield what a grid that stands can never change: duties and records hang on it."""
    for name, was, becomes in (
        ("level", before.level, grid.level),
        ("parent", before.parent, grid.parent),
        ("kind", before.kind, grid.kind),
    ):
        if was != becomes:
            yield f"has the {name} {was}, which cannot become {becomes}"


Picture = dict[str, tuple[str | None, str, MultiPolygon]]  # code: parent, kind, area


def _picture(drawn: Iterable[Drawn], standing: Mapping[str, Standing]) -> Picture:
    """Return the whole picture once the drawing is in force."""
    kept = {
        code: (grid.parent, grid.kind, grid.area)
        for code, grid in standing.items()
        if grid.area is not None
    }
    return kept | {grid.code: (grid.parent, grid.kind, grid.area) for grid in drawn}


def _outside(drawn: Sequence[Drawn], picture: Picture) -> Iterator[tuple[Drawn, str]]:
    by_code = {grid.code: grid for grid in drawn}
    for code, (parent, _, area) in picture.items():
        blamed = by_code.get(code) or by_code.get(parent or "")
        if blamed is None or parent not in picture:
            continue
        if pieces := strays(area, picture[parent][2]):
            told = f"lies outside its parent {parent} with {_told(pieces)}"
            yield blamed, told if blamed.code == code else f"is drawn anew, and {code} {told}"


def _overlapping(drawn: Sequence[Drawn], picture: Picture) -> Iterator[tuple[Drawn, str]]:
    by_code = {grid.code: grid for grid in drawn}
    for codes in _siblings(picture).values():
        for one, other, pieces in overlaps([picture[code][2] for code in codes]):
            names = codes[one], codes[other]
            for name, neighbour in (names, names[::-1]):
                if name in by_code:
                    yield by_code[name], f"overlaps its neighbour {neighbour} with {_told(pieces)}"


def _siblings(picture: Picture) -> Mapping[tuple[str | None, str], list[str]]:
    found = defaultdict(list)
    for code, (parent, kind, _) in picture.items():
        found[parent, kind].append(code)
    return found


def uncovered(drawn: Sequence[Drawn], standing: Mapping[str, Standing]) -> list[Fault]:
    """Return the gaps: land of a grid that belongs to none of the grids below it. No fault."""
    picture, touched = _picture(drawn, standing), _touched(drawn)
    found = []
    for (parent, kind), codes in _siblings(picture).items():
        if kind == "territorial" and parent in touched and parent in picture:
            pieces = gaps(picture[parent][2], [picture[code][2] for code in codes])
            if pieces:
                reason = f"none of the grids in {parent} covers {_told(pieces)}"
                found.append(Fault(touched[parent], reason))
    return sorted(found)


def _touched(drawn: Sequence[Drawn]) -> dict[str, int]:
    """Return the number of the first feature that draws each grid, or one right below it."""
    touched = {grid.code: grid.number for grid in drawn}
    for grid in drawn:
        touched.setdefault(grid.parent or "", grid.number)
    return touched


def _told(pieces: Collection[Piece]) -> str:
    total_m2 = sum(piece.area_m2 for piece in pieces)
    at = next(iter(pieces)).at
    places = "1 place" if len(pieces) == 1 else f"{len(pieces)} places"
    return f"{total_m2:,.0f} m² in {places}, the largest at {at.x:.6f} {at.y:.6f} (WGS 84)"
