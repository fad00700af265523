"""Photos that are there: who sees them, and how they look."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from gridsvc.ids import new_id
from gridsvc.media import routes
from gridsvc.media.captions import caption
from gridsvc.media.models import Photo
from gridsvc.store import store
from tests.conftest import HERE
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import a_body
from tests.factories.media import Phone, a_claim, a_photo, sha256_of


@pytest.fixture
def as_phone(client, as_):
    return lambda somebody: Phone(client, as_(somebody))


@pytest.fixture
def photo() -> bytes:
    return a_photo((900, 600))


@pytest.fixture
def visit(client, village, as_phone, photo) -> str:
    """The officer looked at the yard and declared the photo."""
    id = str(new_id())
    claim = a_claim(
        photo,
        purpose="before",
        crs="wgs84",
        accuracy_m=5.0,
        position={"type": "Point", "coordinates": [122.05, 41.24]},
    )
    body = a_body(village.yard, village.checklist, photos=[claim])
    url, headers = f"/api/v1/inspections/{id}", as_phone(village.officer).headers
    assert client.put(url, json=body, headers=headers).status_code == 201
    return id


def test_the_original_comes_back_byte_for_byte(village, as_phone, visit, photo) -> None:
    as_phone(village.officer).send(photo)

    answer = as_phone(village.head).get(f"/media/{sha256_of(photo)}")

    assert (answer.status_code, answer.data) == (200, photo)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_the_thumbnail_is_small_and_is_made_again_if_it_was_lost(
    app, village, as_phone, visit, photo
) -> None:
    as_phone(village.officer).send(photo)
    url = f"/media/{sha256_of(photo)}/thumb"

    first = as_phone(village.head).get(url)
    with app.app_context():
        store(HERE).thumb(sha256_of(photo)).unlink()
    again = as_phone(village.head).get(url)

    assert Image.open(BytesIO(first.data)).size == (320, 213)
    assert first.data == again.data


def test_what_the_store_lost_is_told_so(app, village, as_phone, visit, photo) -> None:
    as_phone(village.officer).send(photo)
    with app.app_context():
        store(HERE).original(sha256_of(photo)).unlink()

    for way in ("", "/thumb", "/watermarked"):
        answer = as_phone(village.head).get(f"/media/{sha256_of(photo)}{way}")
        assert (answer.status_code, answer.json["type"]) == (410, "/problems/photo-lost")


def test_a_watermarked_rendering_has_words_on_it_and_the_original_has_none(
    village, as_phone, visit, photo
) -> None:
    as_phone(village.officer).send(photo)
    url = f"/media/{sha256_of(photo)}"

    answer = as_phone(village.head).get(f"{url}/watermarked?record={visit}")

    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    rendering = Image.open(BytesIO(answer.data)).convert("L")
    plain = Image.open(BytesIO(photo)).convert("L")
    assert rendering.size == plain.size == (900, 600)
    foot = (0, 520, 900, 600)
    assert max(rendering.crop(foot).getextrema()) > max(plain.crop(foot).getextrema()) + 60
    assert as_phone(village.head).get(url).data == photo
    elsewhere = as_phone(village.head).get(f"{url}/watermarked?record={new_id()}")
    assert elsewhere.status_code == 404


def test_the_words_say_when_by_whom_where(session, village, as_phone, visit, photo) -> None:
    [declared] = session.scalars(select(Photo))

    assert caption(session, declared) == [
        "2026-02-28 12:00:00  李秀英",
        "赵家村 · 宏达砂石场",
        "122.05000°E 41.24000°N ±5 m",
    ]


def test_a_server_without_a_font_says_the_words_instead(
    village, as_phone, visit, photo, monkeypatch
) -> None:
    as_phone(village.officer).send(photo)
    monkeypatch.setattr(routes, "font_file", lambda: None)

    answer = as_phone(village.head).get(f"/media/{sha256_of(photo)}/watermarked")

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/no-font-here")
    assert len(answer.json["lines"]) == 3


def test_a_photo_is_seen_where_its_record_is(session, village, as_phone, visit, photo) -> None:
    """Not by the officer of the next village, nor by who has no duty, nor before it arrives."""
    neighbour, stranger = add_person(session, "邻村网格员"), add_person(session, "路人")
    add_duty(session, neighbour, village.qian)
    url = f"/media/{sha256_of(photo)}"
    assert as_phone(village.head).get(url).status_code == 404

    as_phone(village.officer).send(photo)

    for somebody, status in ((village.leader, 200), (neighbour, 404), (stranger, 404)):
        assert as_phone(somebody).get(url).status_code == status
        assert as_phone(somebody).get(f"{url}/thumb").status_code == status


def test_its_sender_sees_a_photo_that_no_record_declares(village, as_phone, photo) -> None:
    as_phone(village.officer).send(photo)
    url = f"/media/{sha256_of(photo)}"

    assert as_phone(village.officer).get(url).status_code == 200
    assert as_phone(village.head).get(url).status_code == 404


def test_announcing_a_photo_does_not_show_it(session, village, as_phone, photo) -> None:
    stranger = add_person(session, "路人")
    as_phone(village.officer).send(photo)

    as_phone(stranger).announce(photo)

    assert as_phone(stranger).get(f"/media/{sha256_of(photo)}").status_code == 404


def test_a_hash_that_somebody_declares_does_not_show_them_a_photo(
    session, client, village, as_phone, visit, photo
) -> None:
    neighbour = as_phone(a_neighbour(session, village))
    as_phone(village.officer).send(photo)

    body = a_body(village.farm, village.checklist, photos=[a_claim(photo)])
    url = f"/api/v1/inspections/{new_id()}"
    assert client.put(url, json=body, headers=neighbour.headers).status_code == 201

    assert neighbour.get(f"/media/{sha256_of(photo)}").status_code == 404
    neighbour.send(photo)
    assert neighbour.get(f"/media/{sha256_of(photo)}").status_code == 200


def a_neighbour(session, village):
    neighbour = add_person(session, "邻村网格员")
    add_duty(session, neighbour, village.qian)
    return neighbour


def test_the_photos_of_a_record_are_listed_with_those_that_have_not_arrived(
    village, as_phone, visit, photo
) -> None:
    url = f"/photos?record={visit}"
    [before] = as_phone(village.head).get(url).json["items"]
    as_phone(village.officer).send(photo)
    [after] = as_phone(village.head).get(url).json["items"]

    assert (before.pop("arrived"), after.pop("arrived")) == (False, True)
    assert (before.pop("media_type"), after.pop("media_type")) == (None, "image/jpeg")
    assert (
        after
        == before
        == {
            "sha256": sha256_of(photo),
            "purpose": "before",
            "source": None,
            "taken_at": "2026-02-28T04:00:00.000000Z",
            "position": {"type": "Point", "coordinates": [122.05, 41.24]},
            "accuracy_m": 5.0,
            "original_sha256": None,
        }
    )


def test_the_photos_of_a_foreign_record_are_not_listed(session, village, as_phone, visit) -> None:
    neighbour = add_person(session, "邻村网格员")
    add_duty(session, neighbour, village.qian)

    assert as_phone(neighbour).get(f"/photos?record={visit}").json == {"items": []}
    assert as_phone(neighbour).get("/photos").status_code == 422


@pytest.mark.parametrize("name", ["0" * 64, "../" + "a" * 61, "é" * 64])
def test_there_is_no_way_to_other_files(village, as_phone, name: str) -> None:
    assert as_phone(village.head).get(f"/media/{name}").status_code == 404
