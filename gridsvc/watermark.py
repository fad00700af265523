"""A picture with words on it: when, where and by whom it was taken. A rendering, never evidence."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from gridsvc.pictures import File, as_jpeg, upright

MOST_PX = 1600
QUALITY = 85
LINE = 1 / 32  # the height of a line, of the longer side
SHADE = (0, 0, 0, 150)

# Fonts that can write Chinese, as Debian and others install them; the simplified face of each.
FONTS = (
    ("opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("truetype/wqy/wqy-microhei.ttc", 0),
    ("truetype/wqy/wqy-zenhei.ttc", 0),
    ("truetype/droid/DroidSansFallbackFull.ttf", 0),
)
PLACES = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@cache
def font_file() -> tuple[Path, int] | None:
    """Return a font of this machine that can write Chinese, or None if it has none."""
    found = ((place / name, face) for place in PLACES for name, face in FONTS)
    return next((font for font in found if font[0].exists()), None)


def marked(file: File, lines: Sequence[str], font: tuple[Path, int]) -> bytes:
    """Return a picture with `lines` at its foot, as JPEG without EXIF. Raises NotAPicture."""
    picture = upright(file, MOST_PX)
    size = max(12, round(max(picture.size) * LINE))
    letters = ImageFont.truetype(str(font[0]), size, index=font[1])
    fitting = [part for line in lines for part in _broken(line, letters, picture.width - size)]
    return as_jpeg(_written(picture, fitting, letters, size), QUALITY)


def _broken(line: str, letters: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    """Return a line in parts that fit. Chinese may be broken anywhere."""
    parts = [""]
    for letter in line:
        if parts[-1] and letters.getlength(parts[-1] + letter) > width_px:
            parts.append("")
        parts[-1] += letter
    return parts


def _written(
    picture: Image.Image, lines: Sequence[str], letters: ImageFont.FreeTypeFont, size: int
) -> Image.Image:
    height = round(size * 1.4)
    top = max(0, picture.height - height * len(lines) - size // 2)
    shade = Image.new("RGBA", picture.size)
    brush = ImageDraw.Draw(shade)
    brush.rectangle((0, top, picture.width, picture.height), fill=SHADE)
    for number, line in enumerate(lines):
        at = (size // 2, top + size // 4 + number * height)
        brush.text(at, line, fill="white", font=letters)
    return Image.alpha_composite(picture.convert("RGBA"), shade).convert("RGB")
