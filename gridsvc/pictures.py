"""What a picture is and says of itself, and a small one made from it. Never changes a file."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from math import isfinite
from numbers import Rational
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.ExifTags import GPSTAGS, IFD, TAGS

MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

THUMB_PX = 320
THUMB_BYTES = 20_000
LONGEST = 500  # of a text in EXIF, characters; of a list, items

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


class NotAPicture(Exception):
    """It cannot be shown: no JPEG, PNG or WebP, damaged, or larger than any camera's."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is known of a picture. `thumb` is a JPEG without EXIF, upright."""

    media_type: str
    width_px: int
    height_px: int
    exif: dict[str, Any]
    thumb: bytes


def examine(path: Path) -> Picture:
    """Look at the picture in a file, all of it. Raises NotAPicture."""
    try:
        with Image.open(path, formats=list(MEDIA_TYPES)) as image:
            exif, (width_px, height_px) = _exif(image), image.size
            return Picture(
                media_type=MEDIA_TYPES[str(image.format)],
                width_px=width_px,
                height_px=height_px,
                exif=exif,
                thumb=_thumb(image, UPRIGHT.get(exif.get("Orientation", 1))),
            )
    except MemoryError:
        raise
    except Exception as fault:  # a damaged file makes Pillow raise nearly anything
        raise NotAPicture(f"{type(fault).__name__}: {fault}") from fault


def _thumb(image: Image.Image, turn: Image.Transpose | None) -> bytes:
    image.draft("RGB", (THUMB_PX * 2, THUMB_PX * 2))  # a JPEG is read at an eighth, if that does
    small = image.copy()
    small.thumbnail((THUMB_PX, THUMB_PX))
    flat = _on_white(small if turn is None else small.transpose(turn))
    for quality in (80, 60, 40, 20, 5):
        content = _jpeg(flat, quality)
        if len(content) <= THUMB_BYTES:
            break
    return content


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    with_alpha = image.convert("RGBA")
    white = Image.new("RGBA", with_alpha.size, "white")
    return Image.alpha_composite(white, with_alpha).convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    bare = Image.frombytes("RGB", image.size, image.tobytes())  # nothing but its dots
    bare.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _exif(image: Image.Image) -> dict[str, Any]:
    """Return what EXIF says, by the names of its tags: JSON values, without bytes."""
    try:
        exif = image.getexif()
        found = _named(exif.items(), TAGS) | _named(exif.get_ifd(IFD.Exif).items(), TAGS)
        gps = _named(exif.get_ifd(IFD.GPSInfo).items(), GPSTAGS)
    except Exception as fault:  # it is no reason to refuse a photo
        return {"unreadable": str(fault)[:LONGEST]}
    return found | ({"GPSInfo": gps} if gps else {})


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
