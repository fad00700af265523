"""Whether two pictures are of one shot, though one was recompressed, resized, turned or cropped.

A window of a picture is told by the signs of its lowest frequencies (a perceptual hash):
63 bits that hardly change when the picture is stored anew, and of which the first KEY_BITS
find it in an index. Of each picture the whole and WINDOWS of it are kept, so the whole of a
later one finds the part of an earlier one that it was cropped from. Hashes only propose:
`compare` lays one picture over the other and looks at the details, since two photos of one
place have the same sky and the same ground.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Window: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom; 0 to 1
Numbers: TypeAlias = NDArray[np.float64]

SIDE, LOWEST = 32, 8
KEY_BITS, UNSURE = 24, 6  # the bits of a key; how many of them may be either way
FLAT = 2.0  # a standard deviation of gray below which there is nothing to tell by

TURNS = (
    None,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
)

DETAIL_SIDE = 48
STEPS = (0.04, 0.02, 0.01, 0.005)
MOST_MOVES = 6  # of each step
LEAST_PART = 0.6
EDGES = ((0,), (1,), (2,), (3,), (0, 2), (1, 3))  # moved alone, or two together

_COSINES = np.array(
    [[np.cos(np.pi * (2 * x + 1) * k / (2 * SIDE)) for x in range(SIDE)] for k in range(LOWEST)]
)
_ORDER = sorted(
    ((i, j) for i in range(LOWEST) for j in range(LOWEST) if i + j), key=lambda at: (sum(at), at[0])
)
_ROWS, _COLUMNS = ([at[n] for at in _ORDER] for n in (0, 1))


@dataclass(frozen=True)
class Fingerprint:
    """What is kept of a picture to find it again: a hash for each of WINDOWS, and their keys."""

    hashes: list[int]
    keys: list[int]


@dataclass(frozen=True)
class Question:
    """What is looked for: the hash of a picture for each of TURNS, and every key it may have."""

    hashes: list[int]
    keys: list[int]


def windows() -> tuple[Window, ...]:
    """Return the whole, what is left if one side is cut off, and parts of three sizes."""
    whole: Window = (0, 0, 1, 1)
    sides = [cut for part in (0.92, 0.85) for cut in _sides(part)]
    parts = [box for part, many in ((0.95, 2), (0.9, 3), (0.85, 4)) for box in _boxes(part, many)]
    return (whole, *sides, *parts)


def _sides(part: float) -> list[Window]:
    return [(0, 0, part, 1), (1 - part, 0, 1, 1), (0, 0, 1, part), (0, 1 - part, 1, 1)]


def _boxes(part: float, many: int) -> list[Window]:
    starts = [(1 - part) * n / (many - 1) for n in range(many)]
    return [(x, y, x + part, y + part) for x in starts for y in starts]


WINDOWS = windows()


def fingerprint(picture: Image.Image) -> Fingerprint:
    """Return what is kept of a picture, nothing if it is of one colour. A small one will do."""
    gray = picture.convert("L")
    if _is_flat(gray):
        return Fingerprint([], [])
    hashes = [_hash(waves) for waves in _waves(gray, WINDOWS)]
    return Fingerprint(hashes, sorted({_key(hash) for hash in hashes}))


def question(picture: Image.Image) -> Question:
    """Return what to look for among fingerprints to find where a picture may come from."""
    gray = picture.convert("L")
    if _is_flat(gray):
        return Question([], [])
    turned = [_waves(_turned(gray, turn), WINDOWS[:1])[0] for turn in range(len(TURNS))]
    keys = {key for waves in turned for key in _likely_keys(waves)}
    return Question([_hash(waves) for waves in turned], sorted(keys))


def compare(
    later: Image.Image, earlier: Image.Image, *, turn: int = 0, window: Window = WINDOWS[0]
) -> float:
    """Return how like a picture, turned, is to a part of another near `window`: at most 1.

    The edges of the part are moved until the two fit best; then their details are compared.
    From a window one may end on a wrong hill, so the way down from the whole is tried, too.
    """
    wanted = _fixed(_turned(later.convert("L"), turn), None)
    there, goal = earlier.convert("L"), _unit(wanted)
    found = (_fitted(there, goal, start) for start in {window, WINDOWS[0]})
    return max(float(np.sum(_details(dots) * _details(wanted))) for dots in found)


def _fitted(there: Image.Image, goal: Numbers, box: Window) -> Numbers:
    """Return the part of a picture that fits best, begun at `box`."""
    best = _fit(there, box, goal)
    for step in STEPS:
        box, best = _climb(there, goal, box, best, step)
    return _fixed(there, box)


def _climb(
    there: Image.Image, goal: Numbers, box: Window, best: float, step: float
) -> tuple[Window, float]:
    for _ in range(MOST_MOVES):
        began = best
        for moved in (_moved(box, edges, way) for edges in EDGES for way in (-step, step)):
            if _is_part(moved) and (fit := _fit(there, moved, goal)) > best:
                box, best = moved, fit
        if best - began < 1e-4:
            break
    return box, best


def _moved(box: Window, edges: tuple[int, ...], by: float) -> Window:
    left, top, right, bottom = (
        edge + by if number in edges else edge for number, edge in enumerate(box)
    )
    return left, top, right, bottom


def _is_part(box: Window) -> bool:
    left, top, right, bottom = box
    large = right - left >= LEAST_PART and bottom - top >= LEAST_PART
    return large and min(box) >= 0 and max(box) <= 1


def _fit(there: Image.Image, box: Window, goal: Numbers) -> float:
    return float(np.sum(_unit(_fixed(there, box)) * goal))


def _details(dots: Numbers) -> Numbers:
    """Return the edges in a picture: what light and haze leave alone."""
    across, down = np.diff(dots, axis=1)[1:], np.diff(dots, axis=0)[:, 1:]
    both: Numbers = np.concatenate([_unit(across).ravel(), _unit(down).ravel()]) / np.sqrt(2)
    return both


def _unit(dots: Numbers) -> Numbers:
    centred = dots - dots.mean()
    found: Numbers = centred / (np.linalg.norm(centred) + 1e-9)
    return found


def _fixed(gray: Image.Image, box: Window | None) -> Numbers:
    part = _dots(gray, box) if box else None
    side = (DETAIL_SIDE, DETAIL_SIDE)
    return np.asarray(gray.resize(side, Image.Resampling.BILINEAR, box=part), dtype=np.float64)


def _dots(gray: Image.Image, box: Window) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return left * gray.width, top * gray.height, right * gray.width, bottom * gray.height


def _turned(gray: Image.Image, turn: int) -> Image.Image:
    way = TURNS[turn]
    return gray if way is None else gray.transpose(way)


def _is_flat(gray: Image.Image) -> bool:
    return float(np.asarray(gray.resize((SIDE, SIDE), Image.Resampling.BOX)).std()) < FLAT


def _waves(gray: Image.Image, parts: tuple[Window, ...]) -> Numbers:
    """Return the lowest frequencies of each part, but for its mean: one row of 63 a part."""
    size, box = (SIDE, SIDE), Image.Resampling.BOX
    small = [np.asarray(gray.resize(size, box, box=_dots(gray, part))) for part in parts]
    found = _COSINES @ np.array(small, dtype=np.float64) @ _COSINES.T
    waves: Numbers = found[:, _ROWS, _COLUMNS]
    return waves


def _hash(waves: Numbers) -> int:
    return sum(1 << number for number in np.flatnonzero(waves > 0).tolist())


def _key(hash: int) -> int:
    return hash & ((1 << KEY_BITS) - 1)


def _likely_keys(waves: Numbers) -> set[int]:
    """Return the key, and those it would be if some of its least certain bits were wrong."""
    key = _key(_hash(waves))
    weakest = [1 << n for n in np.argsort(np.abs(waves[:KEY_BITS]))[:UNSURE].tolist()]
    changes = (some for many in range(UNSURE + 1) for some in combinations(weakest, many))
    return {key ^ sum(some) for some in changes}
