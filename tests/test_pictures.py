from io import BytesIO
from pathlib import Path

import orjson
import pytest
from PIL import Image
from PIL.ExifTags import IFD

from gridsvc.pictures import NotAPicture, Picture, examine, inspect


@pytest.fixture
def look(tmp_path: Path):
    """Examine an image after it was saved."""

    def _look(image: Image.Image, kind: str = "JPEG", **options: object) -> Picture:
        image.save(tmp_path / "picture", kind, **options)
        return examine(tmp_path / "picture")

    return _look


@pytest.fixture
def noise() -> Image.Image:
    """The worst to compress."""
    return Image.effect_noise((1600, 1200), 120).convert("RGB")


def thumb_of(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.thumb))


@pytest.mark.parametrize(
    ("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_it_knows_the_pictures_that_phones_make(tmp_path, kind: str, media_type: str) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "picture", kind)

    frame = inspect(tmp_path / "picture")

    assert (frame.media_type, frame.width_px, frame.height_px) == (media_type, 40, 30)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_others_are_not_shown(look, kind: str) -> None:
    with pytest.raises(NotAPicture):
        look(Image.new("RGB", (4, 4)), kind)


def test_a_thumbnail_is_small_whatever_it_shows(look, noise) -> None:
    thumb = look(noise).thumb

    assert len(thumb) <= 20_000
    assert max(Image.open(BytesIO(thumb)).size) == 320


def test_a_thumbnail_stands_upright_and_tells_nothing(look) -> None:
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("red", (0, 0, 100, 200))  # at the left, which will be the top
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"

    thumb = thumb_of(look(picture, exif=exif, comment=b"secret"))

    assert thumb.size == (160, 320)
    red, green, _ = thumb.getpixel((80, 20))
    assert red > 200
    assert green < 60
    assert not thumb.getexif()
    assert "comment" not in thumb.info


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16", "CMYK"])
def test_every_mode_has_a_thumbnail(look, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert thumb_of(look(Image.new(mode, (50, 40)), kind)).mode == "RGB"


def test_what_is_transparent_becomes_white(look) -> None:
    assert thumb_of(look(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG")).getpixel((4, 4)) == (
        255, 255, 255,
    )  # fmt: skip


def test_exif_is_kept_as_json_with_the_position(look) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker\0"
    exif.get_ifd(IFD.Exif)[0x9003] = "2026:02:28 12:00:00"
    exif.get_ifd(IFD.Exif)[0x927C] = b"\0\1 private to the maker"
    exif.get_ifd(IFD.GPSInfo).update({1: "N", 2: (41.0, 14.0, 24.5), 11: 0.0})

    told = look(Image.new("RGB", (4, 4)), exif=exif).exif

    assert told["Make"] == "Maker"
    assert told["DateTimeOriginal"] == "2026:02:28 12:00:00"
    assert told["GPSInfo"] == {
        "GPSLatitudeRef": "N", "GPSLatitude": [41.0, 14.0, 24.5], "GPSDOP": 0.0,
    }  # fmt: skip
    assert "MakerNote" not in told
    assert orjson.loads(orjson.dumps(told)) == told


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # of Pillow; no more than that
def test_broken_exif_is_no_reason_to_refuse(look) -> None:
    picture = look(Image.new("RGB", (4, 4)), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 40)

    assert thumb_of(picture).size == (4, 4)


def test_half_of_a_picture_is_none(tmp_path: Path, noise) -> None:
    noise.save(tmp_path / "whole", "JPEG")
    content = (tmp_path / "whole").read_bytes()
    (tmp_path / "half").write_bytes(content[: len(content) // 2])

    for looks in (examine, inspect):
        with pytest.raises(NotAPicture):
            looks(tmp_path / "half")


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_unopened(look, tmp_path) -> None:
    with pytest.raises(NotAPicture, match="DecompressionBomb"):
        look(Image.new("1", (10_000, 9_500)), "PNG")
    with pytest.raises(NotAPicture, match="DecompressionBomb"):
        inspect(tmp_path / "picture")
