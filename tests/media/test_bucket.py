"""Photos in an S3-compatible store, which is a real one that checks signatures."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from gridsvc.bucket import Bucket, StoreFault
from gridsvc.ids import new_id
from gridsvc.media import jobs
from gridsvc.media.models import Media, Picture, Upload
from gridsvc.store import store
from tests.buckets import BUCKET, SECRET, a_store
from tests.conftest import HERE
from tests.factories.inspections import a_body
from tests.factories.media import Phone, a_claim, a_photo, a_scene, sha256_of


@pytest.fixture(scope="module")
def directory(tmp_path_factory) -> Path:
    return Path(tmp_path_factory.mktemp("s3"))


@pytest.fixture(scope="module")
def away(directory):
    with a_store(directory) as settings:
        yield settings


@pytest.fixture
def in_bucket(app, away, monkeypatch):
    """From now on photos go into the bucket."""
    for name, value in away.items():
        monkeypatch.setitem(app.config, name, value)


@pytest.fixture
def phone(client, village, as_, in_bucket) -> Phone:
    return Phone(client, as_(village.officer))


def test_originals_are_in_the_bucket_byte_for_byte(app, phone, directory) -> None:
    photo = a_photo((900, 600))

    sent = phone.send(photo)

    sha256 = sha256_of(photo)
    assert sent.headers["Media-Receipt"]
    assert (directory / BUCKET / str(HERE) / sha256[:2] / sha256).read_bytes() == photo
    answer = phone.get(f"/media/{sha256}")
    assert (answer.status_code, answer.data) == (200, photo)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{sha256}"'


def test_nothing_stays_on_this_machine(session, phone) -> None:
    phone.bring(a_photo())

    upload = session.scalars(select(Upload)).one()
    assert store(HERE).arrived(upload.id) == 0


def test_a_part_is_fetched_as_a_part(client, phone) -> None:
    photo = a_photo((900, 600))
    phone.bring(photo)
    headers = phone.headers | {"Range": "bytes=1000-1999"}

    part = client.get(f"/api/v1/media/{sha256_of(photo)}", headers=headers, buffered=True)

    assert (part.status_code, part.data) == (206, photo[1000:2000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(photo)}"


def test_pictures_are_looked_at_there(session, phone, directory) -> None:
    photo = a_scene(1)
    phone.bring(photo)

    jobs.look(HERE)

    picture = session.scalars(select(Picture)).one()
    assert (picture.fault, len(picture.hashes)) == (None, 38)
    thumb = phone.get(f"/media/{sha256_of(photo)}/thumb")
    assert max(Image.open(BytesIO(thumb.data)).size) == 320
    there = directory / BUCKET / str(HERE) / sha256_of(photo)[:2] / f"{sha256_of(photo)}.thumb"
    assert there.read_bytes() == thumb.data


def test_what_is_missing_there_is_told_as_lost(session, phone) -> None:
    lost = a_scene(2)
    phone.bring(lost)
    store(HERE).original(sha256_of(lost)).unlink()

    for way in ("", "/thumb"):
        answer = phone.get(f"/media/{sha256_of(lost)}{way}")
        assert (answer.status_code, answer.json["type"]) == (410, "/problems/photo-lost")
    jobs.look(HERE)
    assert session.scalars(select(Picture.fault)).one()


def test_what_a_record_declared_and_is_no_photo_is_set_aside_there(
    client, village, phone, directory
) -> None:
    ruined = a_photo()[:-200]
    body = a_body(village.yard, village.checklist, photos=[a_claim(ruined)])
    client.put(f"/api/v1/inspections/{new_id()}", json=body, headers=phone.headers)

    assert phone.bring(ruined).status_code == 422

    there = directory / BUCKET / str(HERE) / "aside" / sha256_of(ruined)
    assert there.read_bytes() == ruined


def test_while_it_does_not_answer_nothing_is_lost(app, session, phone, monkeypatch) -> None:
    photo = a_photo()
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "S3_ENDPOINT", "http://127.0.0.1:9")
        refused = phone.send(photo)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert session.scalars(select(Media)).all() == []
    told = phone.announce(photo)  # all its bytes had come: they are not sent again
    assert told.status_code == 200
    assert told.headers["Media-Receipt"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"S3_SECRET_KEY": "wrong"}, "SignatureDoesNotMatch"),
        ({"S3_ACCESS_KEY": "nobody"}, "InvalidAccessKeyId"),
        ({"S3_BUCKET": "elsewhere"}, "NoSuchBucket"),
        ({"S3_ENDPOINT": "http://127.0.0.1:9"}, "EndpointConnectionError"),
    ],
)
def test_wrong_settings_are_told_by_name_at_start(
    app, in_bucket, monkeypatch, changes: dict[str, str], why: str
) -> None:
    client = app.test_client()
    assert client.get("/readyz").json["checks"]["media"] is True
    for name, value in changes.items():
        monkeypatch.setitem(app.config, name, value)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json["checks"]["media"]) == (503, False)
    assert why in answer.json["reasons"]["media"]
    assert SECRET not in answer.text


def test_a_file_there_is_read_like_one_here(away) -> None:
    bucket = Bucket(
        *(away[f"S3_{n}"] for n in ["ENDPOINT", "BUCKET", "REGION", "ACCESS_KEY", "SECRET_KEY"])
    )
    item = bucket.at("a/file")
    content = bytes(range(256)) * 1000

    assert not item.exists()
    item.write_bytes(content)

    assert item.exists()
    with item.open() as file:
        assert (file.read(3), file.seek(-4, 2), file.read()) == (content[:3], 255_996, content[-4:])
        assert (file.seek(0), file.read(), file.read()) == (0, content, b"")
    item.unlink()
    with pytest.raises(FileNotFoundError):
        item.open()
    with pytest.raises(FileNotFoundError):
        item.read_bytes()
    with pytest.raises(StoreFault, match="InvalidAccessKeyId"):
        Bucket(away["S3_ENDPOINT"], "photos", "us-east-1", "nobody", "x").check()
