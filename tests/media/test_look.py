"""What is found out about pictures after they arrived, and what it says of their records."""

from datetime import datetime
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from gridsvc.audit.models import AuditEntry
from gridsvc.flags.models import Flag
from gridsvc.ids import new_id
from gridsvc.media import jobs
from gridsvc.media.models import Media, Picture, PictureMatch
from gridsvc.store import store
from tests.conftest import HERE
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import a_body
from tests.factories.media import (
    Phone,
    a_claim,
    a_photo,
    a_scene,
    as_jpeg,
    exif_of,
    sha256_of,
)

MARCH = "2026-03-01T09:00:00+08:00"


@pytest.fixture
def phone(client, village, as_) -> Phone:
    return Phone(client, as_(village.officer))


@pytest.fixture
def visit(client, village):
    """Somebody sends a photo, declares it in a visit, and the jobs do their work."""

    def _visit(phone: Phone, photo: bytes, *, place=None, first=None, **claim) -> str:
        id = str(new_id())
        body = a_body(place or village.yard, village.checklist, photos=[a_claim(photo, **claim)])
        url = f"/api/v1/inspections/{id}"
        if first != "record":
            phone.bring(photo)
            jobs.look(HERE)
        answer = client.put(url, json=body, headers=phone.headers)
        assert answer.status_code == 201, answer.json
        if first == "record":
            phone.bring(photo)
            jobs.look(HERE)
        jobs.weigh_records(HERE, [id])
        return id

    return _visit


@pytest.fixture
def flags(session):
    """The flags on a record, but for those of its place and time."""

    def _flags(record_id: str) -> list[Flag]:
        of = ("photo_seen_before", "picture_seen_before", "exif_conflict")
        found = select(Flag).where(Flag.record_id == record_id, Flag.kind.in_(of))
        return list(session.scalars(found.order_by(Flag.kind)))

    return _flags


def test_what_exif_claims_stands_beside_the_original(session, phone) -> None:
    exif = exif_of("2026:02:28 12:00:30", (122.05, 41.24))
    photo = as_jpeg(Image.open(BytesIO(a_scene(1))), exif=exif)
    phone.send(photo)

    jobs.look(HERE)

    picture = session.scalars(select(Picture)).one()
    media = session.get(Media, picture.id)
    assert media.looked_at is not None
    assert picture.make == "Maker"
    assert picture.taken_local == datetime(2026, 2, 28, 12, 0, 30)  # noqa: DTZ001
    assert (round(picture.position.x, 4), round(picture.position.y, 4)) == (122.05, 41.24)
    assert picture.exif["Make"] == "Maker"
    assert picture.fault is None
    assert store(HERE).original(media.sha256).read_bytes() == photo
    assert len(store(HERE).thumb(media.sha256).read_bytes()) <= 20_000


def test_each_picture_is_looked_at_once_and_the_oldest_first(session, phone) -> None:
    for number in (1, 2, 3):
        phone.send(a_scene(number))

    jobs.look(HERE)
    jobs.look(HERE)

    looked_at = session.scalars(select(Media.looked_at).order_by(Media.id)).all()
    assert looked_at == sorted(looked_at)
    assert len(session.scalars(select(Picture)).all()) == 3


def test_a_picture_that_the_store_lost_says_so_and_stops_nobody(session, phone) -> None:
    lost, there = a_scene(1), a_scene(2)
    phone.send(lost)
    phone.send(there)
    store(HERE).original(sha256_of(lost)).unlink()

    jobs.look(HERE)

    first, second = session.scalars(select(Picture).order_by(Picture.id)).all()
    assert "No such file" in first.fault
    assert first.hashes == []
    assert second.fault is None


def changed(photo: bytes, how: str) -> bytes:
    image = Image.open(BytesIO(photo)).convert("RGB")
    width, height = image.size
    match how:
        case "recompressed":
            return as_jpeg(image, quality=40)
        case "turned":
            return as_jpeg(image.transpose(Image.Transpose.ROTATE_90))
        case "cropped":
            part = (int(width * 0.05), int(height * 0.1), int(width * 0.9), int(height * 0.95))
            return as_jpeg(image.crop(part))
        case _:
            return as_jpeg(image.resize((width // 2, height // 2)))


@pytest.mark.parametrize(
    ("how", "first"),
    [
        ("recompressed", "photo"),
        ("turned", "photo"),
        ("cropped", "photo"),
        ("resized", "photo"),
        ("recompressed", "record"),
    ],
)
def test_a_picture_that_was_seen_before_is_flagged_with_where(
    session, phone, visit, flags, how: str, first: str
) -> None:
    photo = a_scene(4)
    earlier = visit(phone, photo)
    visit(phone, a_scene(5), taken_at=MARCH)

    later = visit(phone, changed(photo, how), taken_at=MARCH, first=first)

    [flag] = flags(later)
    assert flag.kind == "picture_seen_before"
    assert flag.evidence["earlier_record_id"] == earlier
    assert flag.evidence["earlier_record_kind"] == "inspection"
    assert flag.evidence["earlier_sha256"] == sha256_of(photo)
    assert flag.evidence["likeness_pct"] >= 90
    assert flag.evidence["turned_deg"] == (270 if how == "turned" else 0)
    assert flags(earlier) == []
    assert len(session.scalars(select(PictureMatch)).all()) == 1


def test_the_same_bytes_in_a_later_visit_are_flagged_even_before_they_are_sent_again(
    session, client, village, phone, visit, flags
) -> None:
    photo = a_scene(4)
    earlier = visit(phone, photo)

    later = visit(phone, photo, taken_at=MARCH)

    [flag] = flags(later)
    assert flag.kind == "photo_seen_before"
    assert flag.evidence["earlier_record_id"] == earlier
    line = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == flag.id)).one()
    assert (line.deed, line.actor) == ("flag.raise", "system:media.weigh")


def test_a_photo_of_somebody_else_is_flagged_whatever_its_time(
    session, client, village, as_, phone, visit, flags
) -> None:
    neighbour = add_person(session, "邻村网格员")
    add_duty(session, neighbour, village.qian)
    photo = a_scene(4)
    visit(phone, photo)

    later = visit(Phone(client, as_(neighbour)), photo, place=village.farm)

    assert [flag.kind for flag in flags(later)] == ["photo_seen_before"]


def test_two_shots_of_one_visit_are_no_news(phone, visit, flags) -> None:
    photo = a_scene(4)
    first = visit(phone, photo)

    second = visit(phone, changed(photo, "recompressed"), taken_at="2026-02-28T12:08:00+08:00")
    third = visit(phone, photo, taken_at="2026-02-28T12:09:00+08:00")

    assert flags(first) == flags(second) == flags(third) == []


def test_a_photo_whose_exif_tells_another_time_or_place_is_flagged(phone, visit, flags) -> None:
    here = {"position": {"type": "Point", "coordinates": [122.05, 41.24]}, "crs": "wgs84",
            "accuracy_m": 5.0}  # fmt: skip
    plain = Image.open(BytesIO(a_scene(1)))
    early = as_jpeg(plain, exif=exif_of("2026:02:27 12:00:00", (122.05, 41.24)))
    far = as_jpeg(Image.open(BytesIO(a_scene(2))), exif=exif_of(None, (122.15, 41.24)))
    good = as_jpeg(Image.open(BytesIO(a_scene(3))), exif=exif_of("2026:02:28 12:00:20"))

    [time] = flags(visit(phone, early, **here))
    [place] = flags(visit(phone, far, **here, first="record"))

    assert flags(visit(phone, good, **here)) == []
    assert (time.kind, time.evidence["off_s"]) == ("exif_conflict", 86_400)
    assert "distance_m" not in time.evidence
    assert 8_000 < place.evidence["distance_m"] < 9_000


def test_a_clock_eight_hours_off_is_no_conflict(phone, visit, flags) -> None:
    """Camera and form read the same wrong clock."""
    photo = as_jpeg(Image.open(BytesIO(a_scene(1))), exif=exif_of("2026:02:28 04:00:10"))

    assert flags(visit(phone, photo, taken_at="2026-02-28T04:00:00+08:00")) == []


def test_flat_pictures_are_like_nothing(session, phone, visit, flags) -> None:
    visit(phone, a_photo((320, 240)))

    assert flags(visit(phone, a_photo((320, 240)), taken_at=MARCH)) == []
    assert session.scalars(select(PictureMatch)).all() == []


def test_weighing_twice_raises_nothing_twice(phone, visit, flags) -> None:
    visit(phone, a_scene(4))
    later = visit(phone, a_scene(4), taken_at=MARCH)

    jobs.weigh_records(HERE, [later])

    assert len(flags(later)) == 1
