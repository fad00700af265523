"""Small drawn pictures that stand for photos. Each is different; each says that it is a demo."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from random import Random

from PIL import ExifTags, Image, ImageDraw, ImageFont

from gridsvc.demo.chance import chance

SIZE = WIDTH, HEIGHT = 480, 360

_QUALITY = 72
_GRAIN = 0.08
_LABEL_SIZE = 22
_EXIF_MOMENT = "%Y:%m:%d %H:%M:%S"

Colour = tuple[int, int, int]
Scene = Callable[[ImageDraw.ImageDraw, Random, int], None]  # brush, chance, horizon


def picture(seed: int, scene: str, number: int, taken_at: datetime | None = None) -> bytes:
    """Return the `number`-th picture of a scene, a key of SCENES, as JPEG.

    `taken_at` goes into its EXIF, where times are local and carry no zone.
    """
    draw = chance(seed, "picture", scene, str(number))
    image, horizon = _open_country(draw)
    brush = ImageDraw.Draw(image)
    SCENES[scene](brush, draw, horizon)
    image = _grained(image, draw)
    _label(ImageDraw.Draw(image), number)
    file = BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, exif=_exif(taken_at))
    return file.getvalue()


def _open_country(draw: Random) -> tuple[Image.Image, int]:
    """Return sky above and ground below, at some hour of some day, and where they meet."""
    horizon = draw.randint(120, 190)
    light = draw.uniform(0.7, 1.0)
    sky = Image.linear_gradient("L").resize((WIDTH, horizon))
    blue, pale = _shade((122, 160, 196), light, draw), _shade((218, 224, 226), light, draw)
    image = Image.new("RGB", SIZE, _shade((146, 138, 98), light, draw))
    image.paste(Image.composite(Image.new("RGB", sky.size, pale), _plain(sky, blue), sky), (0, 0))
    return image, horizon


def _plain(like: Image.Image, colour: Colour) -> Image.Image:
    return Image.new("RGB", like.size, colour)


def _pile(brush: ImageDraw.ImageDraw, draw: Random, horizon: int) -> None:
    """Heaps of material, some of them partly under a green net."""
    for _ in range(draw.randint(2, 4)):
        foot, middle = horizon + draw.randint(60, 140), draw.randint(60, WIDTH - 60)
        half, top = draw.randint(70, 130), foot - draw.randint(70, 130)
        slope = _ragged((middle - half, foot), (middle, top), draw)
        slope += _ragged((middle, top), (middle + half, foot), draw)
        brush.polygon(slope, fill=_shade((104, 92, 78), draw.uniform(0.7, 1.2), draw))
        if draw.random() < 0.5:
            net = [(middle, top), (middle + half, foot), (middle + half // 4, foot)]
            brush.polygon(net, fill=_shade((60, 118, 72), 1, draw))


def _roof(brush: ImageDraw.ImageDraw, draw: Random, horizon: int) -> None:
    """A workshop with a corrugated roof and a gate."""
    left, width = draw.randint(20, 110), draw.randint(240, 320)
    top, foot = horizon - draw.randint(10, 50), horizon + draw.randint(70, 120)
    brush.rectangle((left, top, left + width, foot), fill=_shade((196, 190, 178), 0.95, draw))
    eaves, ridge = (left - 12, top), top - draw.randint(28, 60)
    gable = [eaves, (left + 30, ridge), (left + width - 30, ridge), (left + width + 12, top)]
    brush.polygon(gable, fill=_shade((70, 110, 158), draw.uniform(0.8, 1.1), draw))
    for x in range(left + 34, left + width - 30, 14):
        brush.line((x, ridge, x - 4, top), fill=(58, 88, 128))
    gate = left + draw.randint(40, width - 90)
    brush.rectangle((gate, foot - 70, gate + 60, foot), fill=_shade((88, 80, 76), 1, draw))


def _chimney(brush: ImageDraw.ImageDraw, draw: Random, horizon: int) -> None:
    """A chimney with its plume, over a boiler house."""
    x, top = draw.randint(110, WIDTH - 150), draw.randint(40, 80)
    wind, grey = draw.choice((-1, 1)) * draw.uniform(8, 16), draw.randint(120, 215)
    for puff in range(draw.randint(7, 12)):
        size, y = 10 + puff * 4, top - puff * 5
        middle = x + 12 + wind * puff
        around = (middle - size, y - size, middle + size, y + size)
        brush.ellipse(around, fill=(grey, grey, min(255, grey + 6)))
    foot = horizon + draw.randint(50, 90)
    brush.polygon([(x + 4, top), (x + 22, top), (x + 32, foot), (x - 6, foot)], fill=(146, 92, 76))
    brush.rectangle((x - 3, top + 20, x + 29, top + 32), fill=(206, 200, 194))
    house = (x - 70, foot - 60, x + 110, foot)
    brush.rectangle(house, fill=_shade((172, 160, 146), draw.uniform(0.8, 1.1), draw))


def _water(brush: ImageDraw.ImageDraw, draw: Random, horizon: int) -> None:
    """A ditch that leads away between reeds, clear or dark."""
    colour = _shade(draw.choice(((86, 120, 132), (62, 66, 58), (102, 110, 70))), 1, draw)
    far, near = draw.randint(180, 300), draw.randint(140, 340)
    bank = [(far, horizon), (far + 30, horizon), (near + 150, HEIGHT), (near - 150, HEIGHT)]
    brush.polygon(bank, fill=colour)
    for _ in range(24):
        y = draw.randint(horizon + 30, HEIGHT)
        x, length = draw.randint(near - 60, near + 40), draw.randint(8, 34)
        brush.line((x, y, x + length, y), fill=_shade(colour, 1.3, draw))
    for _ in range(90):
        x, y = (
            draw.choice((draw.randint(0, 150), draw.randint(330, WIDTH))),
            draw.randint(horizon + 10, HEIGHT),
        )
        lean = draw.randint(-6, 6)
        brush.line((x, y, x + lean, y - draw.randint(20, 46)), fill=_shade((122, 130, 62), 1, draw))


def _fence(brush: ImageDraw.ImageDraw, draw: Random, horizon: int) -> None:
    """The hoarding of a building site, perhaps with a gap, and a crane behind it."""
    mast, top = draw.randint(80, WIDTH - 80), draw.randint(20, 60)
    brush.line((mast, top, mast, horizon + 20), fill=(196, 148, 40), width=6)
    brush.line((mast - 60, top + 14, mast + 140, top + 14), fill=(196, 148, 40), width=4)
    height, width = draw.randint(70, 105), draw.randint(38, 54)
    colour, gap = draw.choice(((70, 130, 160), (78, 140, 96), (206, 206, 200))), draw.randint(0, 12)
    for number, x in enumerate(range(-10, WIDTH, width)):
        if number == gap:
            continue
        y = horizon - 10 + draw.randint(-2, 2)
        board = (x, y, x + width - 3, y + height)
        brush.rectangle(board, fill=_shade(colour, draw.uniform(0.9, 1.05), draw))
    for _ in range(draw.randint(10, 40)):
        x, y = draw.randint(0, WIDTH), draw.randint(horizon + height, HEIGHT)
        brush.ellipse((x, y, x + 8, y + 5), fill=_shade((96, 88, 74), 1, draw))


SCENES: dict[str, Scene] = {
    "pile": _pile,
    "roof": _roof,
    "chimney": _chimney,
    "water": _water,
    "fence": _fence,
}


def _ragged(
    start: tuple[int, int], end: tuple[int, int], draw: Random
) -> list[tuple[float, float]]:
    steps = 9
    return [
        (
            start[0] + (end[0] - start[0]) * step / steps,
            start[1] + (end[1] - start[1]) * step / steps + draw.uniform(-4, 4),
        )
        for step in range(steps + 1)
    ]


def _shade(colour: Colour, light: float, draw: Random) -> Colour:
    red, green, blue = (min(255, int(part * light + draw.uniform(-8, 8))) for part in colour)
    return max(0, red), max(0, green), max(0, blue)


def _grained(image: Image.Image, draw: Random) -> Image.Image:
    """Lay the grain of a cheap lens over it, without which no two photos were taken."""
    small = WIDTH // 4, HEIGHT // 4
    grain = Image.frombytes("L", small, draw.randbytes(small[0] * small[1])).resize(SIZE)
    return Image.blend(image, grain.convert("RGB"), _GRAIN)


def _label(brush: ImageDraw.ImageDraw, number: int) -> None:
    text = f"DEMO {number}"
    font = ImageFont.load_default(_LABEL_SIZE)
    brush.rectangle((0, HEIGHT - 32, brush.textlength(text, font) + 16, HEIGHT), fill=(20, 24, 28))
    brush.text((8, HEIGHT - 29), text, fill=(255, 255, 255), font=font)


def _exif(taken_at: datetime | None) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "Synthetic picture, drawn by gridsvc demo"
    if taken_at:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken_at.strftime(
            _EXIF_MOMENT
        )
    return exif
