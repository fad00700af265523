"""What a picture is and says of itself, and a small one made from it. Never changes a file."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from PIL import Image

from gridsvc.exif import tags_of

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

THUMB_PX = 320
THUMB_BYTES = 20_000
ROUGH_PX = 16

UPRIGHT = {  # by the value of Orientation in EXIF
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# A picture of a few kilobytes may unpack to gigabytes. Pillow only warns of half of those.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

File = Path | IO[bytes]


class NotAPicture(Exception):
    """It cannot be shown: no JPEG, PNG or WebP, damaged, or larger than any camera's."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What kind of picture a file is, and how large."""

    media_type: str
    width_px: int
    height_px: int


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What can be known of a picture. `thumb` is a JPEG without EXIF, upright."""

    exif: dict[str, Any]
    thumb: bytes


def inspect(file: File) -> Frame:
    """Read a picture to its end, at the least cost. Raises NotAPicture."""
    with _opened(file) as image:
        width_px, height_px = image.size
        image.draft("L", (ROUGH_PX, ROUGH_PX))  # a JPEG at an eighth, and without its colours
        image.load()
        return Frame(
            media_type=MEDIA_TYPES[str(image.format)], width_px=width_px, height_px=height_px
        )


def examine(file: File) -> Picture:
    """Look at a picture, all of it. Raises NotAPicture."""
    with _opened(file) as image:
        exif = tags_of(image)
        return Picture(exif=exif, thumb=_thumb(image, UPRIGHT.get(exif.get("Orientation", 1))))


def upright(file: File, most_px: int) -> Image.Image:
    """Return a picture as people look at it, no side longer than `most_px`. Raises NotAPicture."""
    with _opened(file) as image:
        turn = UPRIGHT.get(tags_of(image).get("Orientation", 1))
        return _small(image, most_px, turn)


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    """Return an RGB image as JPEG, with nothing but its dots."""
    out = BytesIO()
    bare = Image.frombytes("RGB", image.size, image.tobytes())
    bare.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


@contextmanager
def _opened(file: File) -> Iterator[Image.Image]:
    try:
        with Image.open(file, formats=list(MEDIA_TYPES)) as image:
            yield image
    except (MemoryError, NotAPicture):
        raise
    except Exception as fault:  # a damaged file makes Pillow raise nearly anything
        raise NotAPicture(f"{type(fault).__name__}: {fault}") from fault


def _thumb(image: Image.Image, turn: Image.Transpose | None) -> bytes:
    flat = _small(image, THUMB_PX, turn)
    for quality in (80, 60, 40, 20, 5):
        content = as_jpeg(flat, quality)
        if len(content) <= THUMB_BYTES:
            break
    return content


def _small(image: Image.Image, most_px: int, turn: Image.Transpose | None) -> Image.Image:
    image.draft("RGB", (most_px * 2, most_px * 2))  # a JPEG is read at an eighth, if that does
    small = image.copy()
    small.thumbnail((most_px, most_px))
    return _on_white(small if turn is None else small.transpose(turn))


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    with_alpha = image.convert("RGBA")
    white = Image.new("RGBA", with_alpha.size, "white")
    return Image.alpha_composite(white, with_alpha).convert("RGB")
