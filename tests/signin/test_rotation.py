"""A phone renews its token every week. The answer may get lost; a copy tells on itself."""

from datetime import timedelta

import pytest

from gridsvc.audit.service import lines_about
from gridsvc.people.models import Device
from gridsvc.signin import rotation, service
from gridsvc.signin.rules import (
    LOST_ANSWER_GRACE,
    OnlyPhonesRotate,
    RotatedAlready,
    Shown,
    Token,
    shown,
)
from tests.factories.village import actor
from tests.signin.conftest import ask

IDLE = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def phone(session, account, village, now):
    """A phone signed in: the device, and the token it shows."""
    membership = service.membership_of(session, account, None)
    return service.sign_in(session, membership, kind="phone", name="", idle=IDLE, now=now)


@pytest.fixture
def rotate(session, village):
    def _rotate(token: Token, now) -> Token:
        by = actor(village.officer)
        return rotation.rotate(session, token, app_build="2", by=by, now=now)

    return _rotate


def show(session, device: Device, token: Token, now) -> Shown:
    """Ask for something, as authenticate does."""
    what = shown(device, token.secret, now)
    if what in (Shown.PRESENT, Shown.PREVIOUS):
        service.see(device, what, idle=IDLE, now=now)
    return what


def test_the_old_token_is_good_until_two_days_after_the_new_one_arrived(
    session, phone, rotate, now
) -> None:
    device, old = phone
    new = rotate(old, now)

    assert show(session, device, new, now + DAY) is Shown.PRESENT
    arrived = now + DAY
    still = arrived + LOST_ANSWER_GRACE - timedelta(seconds=1)
    assert shown(device, old.secret, still) is Shown.PREVIOUS
    assert shown(device, old.secret, arrived + LOST_ANSWER_GRACE) is Shown.COPY


def test_an_answer_that_got_lost_locks_nobody_out_however_long_they_are_away(
    session, phone, rotate, now
) -> None:
    device, old = phone
    rotate(old, now)  # and the answer never arrives

    back = now + 60 * DAY
    assert show(session, device, old, back) is Shown.PREVIOUS
    again = rotate(old, back)
    assert show(session, device, again, back) is Shown.PRESENT
    assert shown(device, old.secret, back + DAY) is Shown.PREVIOUS
    assert device.app_build == "2"


def test_a_token_that_was_never_shown_is_forgotten_and_not_a_copy(phone, rotate, now) -> None:
    device, old = phone
    lost = rotate(old, now)
    rotate(old, now + DAY)

    assert shown(device, lost.secret, now + DAY) is Shown.UNKNOWN


def test_whoever_has_the_new_one_does_not_renew_the_old_one(session, phone, rotate, now) -> None:
    device, old = phone
    show(session, device, rotate(old, now), now)

    with pytest.raises(RotatedAlready):
        rotate(old, now + DAY)


def test_every_former_token_is_known_as_a_copy(session, phone, rotate, now) -> None:
    device, token = phone
    tokens = [token]
    for week in range(1, 5):
        tokens.append(rotate(tokens[-1], now + week * 7 * DAY))
        show(session, device, tokens[-1], now + week * 7 * DAY)

    later = now + 32 * DAY
    assert [shown(device, each.secret, later) for each in tokens] == [Shown.COPY] * 4 + [
        Shown.PRESENT
    ]


def test_a_browser_signs_in_again_instead(session, account, rotate, now) -> None:
    membership = service.membership_of(session, account, None)
    _, token = service.sign_in(session, membership, kind="browser", name="", idle=IDLE, now=now)

    with pytest.raises(OnlyPhonesRotate):
        rotate(token, now)


def test_a_phone_is_good_for_90_days_after_it_was_last_seen(session, phone, now) -> None:
    device, token = phone
    for days in (80, 160, 240):
        assert device.expires_at > now + days * DAY
        show(session, device, token, now + days * DAY)
    assert device.expires_at == now + 330 * DAY


def test_a_phone_is_told_when_to_renew_and_renews(client, sign_in) -> None:
    answer = sign_in()
    old, me = answer.json["token"], answer.json["me"]
    assert me["device"]["kind"] == "phone"
    assert me["device"]["rotate_after"] < me["device"]["expires_at"]

    headers = {"Authorization": f"Bearer {old}"}
    body = {"app_build": "2026.12"}
    rotated = client.post("/api/v1/sessions/current:rotate", json=body, headers=headers)

    assert rotated.status_code == 200
    assert rotated.json["rotate_after"] > me["device"]["rotate_after"]
    assert ask(client, old).status_code == 200
    assert ask(client, rotated.json["token"]).status_code == 200
    again = client.post("/api/v1/sessions/current:rotate", json=body, headers=headers)
    assert again.json["type"] == "/problems/rotated-already"


def test_a_copy_of_a_long_dead_token_shuts_the_phone_and_nothing_is_lost(
    session, client, sign_in, now
) -> None:
    old = sign_in().json["token"]
    headers = {"Authorization": f"Bearer {old}"}
    new = client.post("/api/v1/sessions/current:rotate", json={}, headers=headers).json["token"]
    assert ask(client, new).status_code == 200
    device = session.get(Device, Token.parse(old).device_id)
    device.confirmed_at = now - LOST_ANSWER_GRACE
    session.commit()

    assert ask(client, old).status_code == 401

    assert (device.revoked_reason, ask(client, new).status_code) == ("copied", 401)
    assert lines_about(session, [device.id])[-1].deed == "device.revoke"
    lines = len(lines_about(session, [device.id]))
    assert ask(client, old).status_code == 401
    assert len(lines_about(session, [device.id])) == lines
    handed_in = client.post(
        "/api/v1/sync/push", json={"records": []}, headers={"Authorization": f"Bearer {new}"}
    )
    assert handed_in.status_code == 200


def test_what_was_never_a_token_of_the_phone_shuts_nothing(session, client, sign_in) -> None:
    token = Token.parse(sign_in().json["token"])
    guess = Token(token.jurisdiction_id, token.device_id, "guess")

    assert ask(client, str(guess)).status_code == 401
    assert session.get(Device, token.device_id).revoked_at is None
