"""What is asked of a client that speaks tus, and told to it."""

import pytest

from tests.factories.media import (
    ALL,
    TUS,
    a_photo,
)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": str(20 * 2**20 + 1)}, 413),
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": "-1"}, 422),
        ({"Upload-Metadata": ""}, 422),
        ({"Upload-Metadata": "sha256 é,filetype !"}, 422),
        ({"Upload-Metadata": "sha256 YWJj,filetype aW1hZ2UvanBlZw=="}, 422),
    ],
)
def test_a_wrong_announcement_is_a_4xx(phone, changes: dict[str, str], status: int) -> None:
    answer = phone.announce(a_photo(), **changes)

    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert (answer.headers.get("Tus-Version") == "1.0.0") == (status == 412)


def test_only_photos_are_announced(phone) -> None:
    assert phone.announce(b"<svg/>", type="image/svg+xml").status_code == 422


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Tus-Resumable": ""}, 412),
        ({"Content-Type": "application/json"}, 415),
        ({"Upload-Offset": "x"}, 422),
        ({"Upload-Offset": "-1"}, 422),
        ({"Upload-Checksum": "crc32 AAAA"}, 400),
        ({"Upload-Checksum": "sha256 ?"}, 422),
    ],
)
def test_a_wrong_piece_is_a_4xx(phone, changes: dict[str, str], status: int) -> None:
    photo = a_photo()
    url = phone.announce(photo).location

    assert phone.put(url, 0, photo, **changes).status_code == status
    assert phone.ask(url).headers["Upload-Offset"] == "0"


def test_no_more_bytes_are_taken_than_were_announced(phone) -> None:
    photo = a_photo()
    url = phone.announce(photo).location

    answer = phone.put(url, 0, photo + b"!")

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/longer-than-announced")


def test_options_announces_what_is_spoken(client) -> None:
    answer = client.options(ALL)

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration"
    assert answer.headers["Tus-Max-Size"] == str(60 * 2**20)
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"


def test_a_stranger_sends_nothing(client) -> None:
    assert client.post(ALL, headers=TUS).status_code == 401
