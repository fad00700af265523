"""The same shot, and not merely the same place."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from gridsvc.demo.pictures import SCENES, picture
from gridsvc.likeness import WINDOWS, compare, fingerprint, question
from gridsvc.media.look import ALIKE, MOST_BITS

MANY = 200 if os.environ.get("PROVE") == "full" else 20

Change = Callable[[Image.Image, Random], Image.Image]


def small(image: Image.Image) -> Image.Image:
    gray = image.convert("L")
    gray.thumbnail((320, 320))
    return gray


def saved(image: Image.Image, quality: int = 75) -> Image.Image:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out)


def cropped(image: Image.Image, chance: Random, part: float) -> Image.Image:
    width, height = round(image.width * part), round(image.height * part)
    x, y = chance.randint(0, image.width - width), chance.randint(0, image.height - height)
    return image.crop((x, y, x + width, y + height))


CHANGES: dict[str, tuple[Change, float]] = {
    "recompressed at quality 40": (lambda image, _: saved(image, 40), 99),
    "half as large": (lambda image, _: saved(image.resize((240, 180))), 99),
    "turned by 90°": (lambda image, _: saved(image.transpose(Image.Transpose.ROTATE_90)), 99),
    "turned by 180°": (lambda image, _: saved(image.transpose(Image.Transpose.ROTATE_180)), 99),
    "10 % cropped each way": (lambda image, chance: saved(cropped(image, chance, 0.9)), 90),
    "15 % cropped each way": (lambda image, chance: saved(cropped(image, chance, 0.85)), 90),
    "its foot cut off": (lambda image, _: saved(image.crop((0, 0, 480, 318))), 90),
}


def drawn(number: int) -> Image.Image:
    scene = list(SCENES)[number % len(SCENES)]
    return Image.open(BytesIO(picture(5, scene, number))).convert("RGB")


@dataclass
class Known:
    """A picture, and what is kept of it and asked about it."""

    image: Image.Image

    def __post_init__(self) -> None:
        self.asked, self.kept = question(self.image), fingerprint(self.image)

    def is_from(self, earlier: "Known") -> bool:
        """As the job finds it: by a key that both have, by the hashes, by the details."""
        if not set(self.asked.keys) & set(earlier.kept.keys):
            return False
        distance, turn, part = min(
            ((one ^ other).bit_count(), turn, part)
            for turn, one in enumerate(self.asked.hashes)
            for part, other in enumerate(earlier.kept.hashes)
        )
        if distance > MOST_BITS:
            return False
        return compare(self.image, earlier.image, turn=turn, window=WINDOWS[part]) >= ALIKE


@pytest.fixture(scope="module")
def shots() -> list[Image.Image]:
    return [drawn(number) for number in range(MANY)]


@pytest.fixture(scope="module")
def known(shots) -> list[Known]:
    return [Known(small(shot)) for shot in shots]


@pytest.mark.parametrize("name", CHANGES)
def test_a_shot_is_known_again_whatever_was_done_to_it(shots, known, name: str) -> None:
    change, least_pct = CHANGES[name]
    chance = Random(name)

    found = [
        Known(small(change(shot, chance))).is_from(earlier)
        for shot, earlier in zip(shots, known, strict=True)
    ]

    recall_pct = 100 * sum(found) / MANY
    sys.stdout.write(f"\n{name}: {recall_pct:.1f} % of {MANY} known again")
    assert recall_pct >= least_pct


def test_pictures_of_one_sort_are_not_one_shot(known) -> None:
    """Drawn scenes share sky, ground and horizon more than any two photos do."""
    pairs = [(a, b) for a in range(MANY) for b in range(a)]

    alike = [pair for pair in pairs if known[pair[0]].is_from(known[pair[1]])]

    sys.stdout.write(f"\n{len(alike)} of {len(pairs)} pairs of different pictures held alike")
    assert len(alike) <= len(pairs) / 10_000


@pytest.mark.parametrize("colour", ["black", "white", (90, 120, 80)])
def test_of_one_colour_nothing_is_told(colour) -> None:
    plain = small(Image.new("RGB", (320, 240), colour))

    assert fingerprint(plain).keys == question(plain).keys == []
    assert compare(plain, plain) < ALIKE


def test_a_hash_fits_into_a_column_and_keys_into_theirs() -> None:
    told = fingerprint(small(drawn(1)))

    assert len(told.hashes) == len(WINDOWS)
    assert all(0 <= hash < 2**63 for hash in told.hashes)
    assert all(0 <= key < 2**24 for key in told.keys)
