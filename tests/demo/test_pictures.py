from datetime import datetime
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from gridsvc.demo.pictures import SCENES, picture

EACH_SCENE = pytest.mark.parametrize("scene", SCENES)


@EACH_SCENE
def test_a_picture_is_a_small_jpeg(scene: str) -> None:
    photo = picture(1, scene, 1)
    opened = Image.open(BytesIO(photo))
    assert (opened.format, opened.size) == ("JPEG", (480, 360))
    assert 6_000 < len(photo) < 20_000


@EACH_SCENE
def test_the_same_picture_is_the_same_to_the_byte(scene: str) -> None:
    assert picture(1, scene, 1) == picture(1, scene, 1)


@EACH_SCENE
def test_no_two_pictures_are_the_same(scene: str) -> None:
    pictures = {picture(seed, scene, number) for seed in range(2) for number in range(6)}
    assert len(pictures) == 12


def test_a_picture_can_say_when_it_was_taken() -> None:
    photo = Image.open(BytesIO(picture(1, "pile", 1, datetime(2026, 11, 2, 9, 44, 7))))  # noqa: DTZ001 (EXIF has no zone)
    details = photo.getexif().get_ifd(ExifTags.IFD.Exif)
    assert details[ExifTags.Base.DateTimeOriginal] == "2026:11:02 09:44:07"
    assert "Synthetic" in photo.getexif()[ExifTags.Base.ImageDescription]
