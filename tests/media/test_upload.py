"""Photos on their way in."""

import json

import pytest
from sqlalchemy import select

from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.digests import canonical
from gridsvc.ids import new_id
from gridsvc.media.models import Media
from gridsvc.media.queries import missing
from gridsvc.quarantine import Quarantined
from tests.factories.inspections import a_body
from tests.factories.media import (
    Phone,
    a_claim,
    a_photo,
    base64,
    receipt_in,
    sha256_of,
)


def test_a_photo_arrives_byte_for_byte_and_gets_a_receipt(phone, public_key, files) -> None:
    photo = a_photo()

    answer = phone.send(photo)

    assert answer.status_code == 204
    assert answer.headers["Upload-Offset"] == str(len(photo))
    receipt = receipt_in(answer)
    signature = bytes.fromhex(receipt.pop("signature"))
    public_key.verify(signature, canonical(receipt))  # raises if it is not ours
    assert receipt["digest"] == f"sha256:{sha256_of(photo)}"
    assert files.original(sha256_of(photo)).read_bytes() == photo


def test_it_leaves_one_line_in_the_trail(session, phone, village) -> None:
    photo = a_photo()

    phone.send(photo)

    [line] = session.scalars(select(AuditEntry).where(AuditEntry.deed == "media.receive"))
    assert line.actor == f"person:{village.officer.id}"
    assert sha256_of(photo) in line.text
    assert verify(session) is None


def test_a_photo_may_come_with_its_announcement(session, phone, public_key, files) -> None:
    photo = a_photo()

    answer = phone.bring(photo)
    again = phone.bring(photo)

    assert (answer.status_code, again.status_code) == (201, 200)
    assert answer.headers["Upload-Offset"] == str(len(photo))
    assert answer.headers["Media-Receipt"] == again.headers["Media-Receipt"]
    receipt = receipt_in(answer)
    public_key.verify(bytes.fromhex(receipt.pop("signature")), canonical(receipt))
    assert files.original(sha256_of(photo)).read_bytes() == photo
    assert len(session.scalars(select(Media)).all()) == 1


def test_its_first_bytes_may_come_with_it(phone) -> None:
    photo = a_photo()

    first = phone.bring(photo[:100], **told_of(photo))
    again = phone.bring(photo[:50], **told_of(photo))  # what is there already is not taken twice

    assert (first.status_code, first.headers["Upload-Offset"]) == (201, "100")
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "100")
    assert phone.put(first.location, 100, photo[100:]).status_code == 204


@pytest.mark.parametrize(
    ("content", "changes", "status", "type"),
    [
        (b"no picture at all", {}, 422, "/problems/not-a-photo"),
        (None, {"Upload-Checksum": "sha256 AAAA"}, 460, "/problems/checksum-mismatch"),
        (None, {"Upload-Length": "5"}, 422, "/problems/longer-than-announced"),
    ],
)
def test_what_is_wrong_with_it_is_named_at_once(
    session, phone, content, changes, status: int, type: str
) -> None:
    answer = phone.bring(content or a_photo(), **changes)

    assert (answer.status_code, answer.json["type"]) == (status, type)
    assert session.scalars(select(Media)).all() == []


@pytest.mark.parametrize(
    ("announced", "content", "kind"),
    [
        ("audio/amr", b"#!AMR\n" + b"\x3c" * 900, "audio/amr"),
        ("video/mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 900, "video/mp4"),
        ("audio/webm", b"\x1a\x45\xdf\xa3" + b"\0" * 900, "audio/webm"),
    ],
)
def test_short_recordings_arrive_as_they_are(
    session, phone, files, announced: str, content: bytes, kind: str
) -> None:
    answer = phone.bring(content, type=announced)

    assert answer.status_code == 201
    [media] = session.scalars(select(Media))
    assert (media.media_type, media.width_px, media.height_px) == (kind, None, None)
    assert files.original(media.sha256).read_bytes() == content
    thumb = phone.get(f"/media/{media.sha256}/thumb")
    assert (thumb.status_code, thumb.json["type"]) == (404, "/problems/nothing-to-show")


def test_what_is_announced_as_a_film_is_no_way_round_the_size_of_a_photo(phone) -> None:
    answer = phone.bring(a_photo(), type="video/mp4")

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-a-photo")


@pytest.mark.parametrize(
    ("type", "mib"), [("image/jpeg", 20), ("audio/amr", 10), ("video/mp4", 60)]
)
def test_each_sort_has_its_bound(phone, type: str, mib: int) -> None:
    answer = phone.announce(a_photo(), type=type, **{"Upload-Length": str(mib * 2**20 + 1)})

    assert answer.status_code == 413


def test_what_was_sent_before_is_not_sent_again_and_has_the_same_receipt(phone) -> None:
    photo = a_photo()
    first = phone.send(photo)

    again = phone.announce(photo)
    asked = phone.ask(again.location)

    assert (again.status_code, asked.status_code) == (200, 200)
    assert again.headers["Upload-Offset"] == str(len(photo))
    receipts = {answer.headers["Media-Receipt"] for answer in (first, again, asked)}
    assert len(receipts) == 1


def test_knowing_a_hash_is_not_having_the_photo(phone, other) -> None:
    photo = a_photo()
    mine = phone.send(photo)

    told = other.announce(photo)

    assert (told.status_code, told.headers["Upload-Offset"]) == (201, "0")
    assert "Media-Receipt" not in told.headers
    assert receipt_in(other.send(photo))["id"] != receipt_in(mine)["id"]


def test_an_upload_goes_on_where_it_stood(phone) -> None:
    photo = a_photo()
    url = phone.announce(photo).location
    phone.put(url, 0, photo[:100])

    again = phone.announce(photo)

    assert (again.location, again.headers["Upload-Offset"]) == (url, "100")
    assert phone.ask(url).headers["Upload-Offset"] == "100"
    assert "Media-Receipt" in phone.put(url, 100, photo[100:]).headers


def test_a_piece_at_another_offset_is_refused_and_says_where_it_stands(phone) -> None:
    photo = a_photo()
    url = phone.announce(photo).location
    phone.put(url, 0, photo[:100])

    for offset in (0, 99, 101):
        answer = phone.put(url, offset, photo[offset:])
        assert (answer.status_code, answer.json["offset"]) == (409, 100)
    assert answer.json["type"] == "/problems/wrong-offset"
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_a_piece_that_was_garbled_on_the_way_is_dropped(phone) -> None:
    photo = a_photo()
    url = phone.announce(photo).location

    answer = phone.put(url, 0, photo, **{"Upload-Checksum": f"sha1 {'A' * 27}="})

    assert answer.status_code == 460
    assert answer.json["type"] == "/problems/checksum-mismatch"
    assert phone.ask(url).headers["Upload-Offset"] == "0"


def test_bytes_of_another_hash_are_dropped_and_the_upload_begins_anew(session, phone) -> None:
    announced, sent = a_photo(), a_photo()
    announced += bytes(max(0, len(sent) - len(announced)))
    sent += bytes(len(announced) - len(sent))
    url = phone.announce(announced).location

    answer = phone.put(url, 0, sent)

    assert (answer.status_code, answer.json["type"]) == (460, "/problems/checksum-mismatch")
    assert phone.ask(url).headers["Upload-Offset"] == "0"
    assert phone.put(url, 0, announced).status_code == 204
    assert session.scalars(select(Media.sha256)).all() == [sha256_of(announced)]


def test_what_is_no_picture_is_refused_by_name(session, phone) -> None:
    answer = phone.send(b"no picture at all")

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-a-photo")
    assert session.scalars(select(Media)).all() == []
    assert session.scalars(select(Quarantined)).all() == []


def test_what_a_record_declared_is_kept_aside_even_if_it_is_no_picture(
    session, client, village, phone, files
) -> None:
    ruined = a_photo()[:-200]
    declare(client, village, phone, ruined)

    for _ in range(2):
        assert phone.send(ruined).status_code == 422

    [aside] = session.scalars(select(Quarantined))
    assert json.loads(aside.record)["body"]["sha256"] == sha256_of(ruined)
    assert aside.problem["type"] == "/problems/not-a-photo"
    assert files.aside(sha256_of(ruined)).read_bytes() == ruined


def test_a_record_knows_which_of_its_photos_have_arrived(session, client, village, phone) -> None:
    first, second = a_photo(), a_photo()
    id = declare(client, village, phone, first, second)

    phone.send(first)

    assert missing(session, [id]) == {id: [sha256_of(second)]}


def told_of(photo: bytes) -> dict[str, str]:
    """The headers that announce a photo of which only a part comes along."""
    metadata = f"sha256 {base64(sha256_of(photo))},filetype {base64('image/jpeg')}"
    return {"Upload-Length": str(len(photo)), "Upload-Metadata": metadata}


def declare(client, village, phone: Phone, *photos: bytes):
    """The officer's visit declares photos; returns its id."""
    id = new_id()
    body = a_body(village.yard, village.checklist, photos=[a_claim(photo) for photo in photos])
    answer = client.put(f"/api/v1/inspections/{id}", json=body, headers=phone.headers)
    assert answer.status_code == 201, answer.json
    return id
