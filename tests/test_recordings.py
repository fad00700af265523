"""Sounds and films by their first bytes."""

import pytest

from gridsvc.recordings import MEDIA_TYPES, media_type_of


@pytest.mark.parametrize(
    ("head", "announced", "kind"),
    [
        (b"#!AMR\n", "audio/amr", "audio/amr"),
        (b"ID3\x04", "audio/mpeg", "audio/mpeg"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", "audio/wav"),
        (b"\x1a\x45\xdf\xa3", "video/webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3", "audio/webm", "audio/webm"),  # only the announcement can tell
        (b"\0\0\0\x18ftypmp42", "video/mp4", "video/mp4"),
        (b"\0\0\0\x18ftypisom", "audio/mp4", "audio/mp4"),
        (b"\0\0\0\x18ftypM4A ", "video/mp4", "audio/mp4"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", None),
        (b"\xff\xd8\xff\xe0", "audio/mpeg", None),
        (b"<html>", "video/mp4", None),
        (b"", "video/mp4", None),
    ],
)
def test_a_recording_is_told_by_its_first_bytes(head: bytes, announced: str, kind) -> None:
    assert media_type_of(head, announced) == kind
    assert kind is None or kind in MEDIA_TYPES
