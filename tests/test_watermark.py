"""Words on a picture."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from gridsvc.watermark import font_file, marked

WORDS = ["2026-02-28 12:00:00  张三", "高家村 · 示例建材料场"]


def test_the_words_are_at_its_foot_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480), (90, 140, 90)).save(tmp_path / "photo", "JPEG", comment=b"secret")
    before = (tmp_path / "photo").read_bytes()

    with_words = Image.open(BytesIO(marked(tmp_path / "photo", WORDS, font_file())))
    with_one = Image.open(BytesIO(marked(tmp_path / "photo", WORDS[:1], font_file())))

    plain = Image.open(BytesIO(before)).convert("RGB")
    changed = ImageChops.difference(plain, with_words).convert("L").point(lambda d: 255 * (d > 20))
    left, top, right, bottom = changed.getbbox()
    assert with_words.size == (640, 480)
    assert (left, right, bottom) == (0, 640, 480)
    assert 360 < top < 440
    assert with_words.tobytes() != with_one.tobytes()
    assert not with_words.getexif()
    assert "comment" not in with_words.info
    assert (tmp_path / "photo").read_bytes() == before


def test_what_is_too_long_goes_on_in_the_next_line(tmp_path: Path) -> None:
    Image.new("RGB", (320, 400), "white").save(tmp_path / "photo", "JPEG")

    short = Image.open(BytesIO(marked(tmp_path / "photo", ["高家村"], font_file())))
    long = Image.open(BytesIO(marked(tmp_path / "photo", ["高家村" * 30], font_file())))

    dark = [(np.asarray(i.convert("L")).mean(axis=1) < 160).sum() for i in (short, long)]
    assert dark[1] > dark[0] * 2
