from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gridsvc.people.models import Device, Membership, SigninFailure
from tests.conftest import THERE
from tests.conftest import enter as enter_jurisdiction
from tests.factories.people import PASSWORD
from tests.signin.conftest import ask


def test_a_phone_gets_a_token_and_is_told_who_it_is(client, sign_in, village) -> None:
    answer = sign_in()

    assert answer.status_code == 201
    me = ask(client, answer.json["token"]).json
    assert me["person"]["name"] == "李秀英"
    [duty] = me["duties"]
    assert (duty["role"], duty["subject"]["name"]) == ("grid_officer", "赵家村")
    assert "inspection.register" in me["permissions"]
    assert "issue.assign" not in me["permissions"]


def test_a_browser_gets_a_cookie_and_writes_only_with_its_csrf_token(client, sign_in) -> None:
    answer = sign_in(kind="browser")

    assert "token" not in answer.json
    assert client.get("/api/v1/me").status_code == 200
    assert client.delete("/api/v1/sessions/current").status_code == 400
    csrf = {"X-CSRFToken": answer.json["csrf_token"]}
    assert client.delete("/api/v1/sessions/current", headers=csrf).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "token",
    ["", "x", "gs_", "gs_1_2_3", "gs_211122_zz_x", "gs_9999999999_" + "0" * 32 + "_x", "é"],
)
def test_what_is_no_token_of_ours_is_a_stranger(client, account, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_an_expired_token_is_good_no_more(session, client, sign_in) -> None:
    token = sign_in().json["token"]
    device = session.scalars(select(Device)).one()
    device.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()

    answer = ask(client, token)

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_after_signing_out_the_token_opens_nothing_but_the_way_in_for_records(
    client, sign_in
) -> None:
    headers = {"Authorization": f"Bearer {sign_in().json['token']}"}
    client.delete("/api/v1/sessions/current", headers=headers)

    assert client.get("/api/v1/me", headers=headers).status_code == 401
    pushed = client.post("/api/v1/sync/push", json={"records": []}, headers=headers)
    assert pushed.status_code == 200


def test_a_wrong_password_and_an_unknown_login_look_alike(client, sign_in) -> None:
    wrong = sign_in("other2026")
    unknown = client.post(
        "/api/v1/sessions",
        json={"login": "nobody", "password": "x", "device": {"kind": "phone"}},
    )

    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert wrong.json["type"] == unknown.json["type"] == "/problems/wrong-password"


def test_guessing_locks_the_login_for_a_while_and_the_phones_go_on(
    session, client, sign_in
) -> None:
    token = sign_in().json["token"]
    for _ in range(5):
        assert sign_in("other2026").json["type"] == "/problems/wrong-password"

    locked = sign_in()
    assert locked.json["type"] == "/problems/locked-for-now"
    assert locked.status_code == 429
    assert 0 < locked.json["retry_after_s"] <= 30
    assert locked.headers["Retry-After"] == str(locked.json["retry_after_s"])
    assert ask(client, token).status_code == 200

    session.get(SigninFailure, "officer").locked_until = datetime.now(UTC)
    session.commit()
    assert sign_in().status_code == 201
    assert session.get(SigninFailure, "officer") is None


def test_who_works_in_several_jurisdictions_names_one(session, sign_in, account, village) -> None:
    here = session.jurisdiction_id
    session.add(
        Membership(account_id=account.id, jurisdiction_id=THERE, person_id=village.officer.id)
    )
    session.commit()
    enter_jurisdiction(here)

    unnamed = sign_in()
    named = sign_in(jurisdiction_id=here)

    assert unnamed.json["type"] == "/problems/choose-jurisdiction"
    ids = sorted([here, THERE])
    assert unnamed.json["jurisdictions"] == [{"id": id, "name": str(id)} for id in ids]
    assert named.json["me"]["jurisdiction"]["id"] == here


def test_a_password_that_somebody_else_chose_opens_nothing_until_it_is_changed(
    session, client, sign_in, account
) -> None:
    account.must_change_password = True
    session.commit()
    token = sign_in().json["token"]
    headers = {"Authorization": f"Bearer {token}"}

    shut = ask(client, token, "/api/v1/checklists")
    assert (shut.status_code, shut.json["type"]) == (403, "/problems/must-change-password")
    assert ask(client, token).json["must_change_password"]
    pushed = client.post("/api/v1/sync/push", json={"records": []}, headers=headers)
    assert pushed.status_code == 200

    body = {"old": PASSWORD, "new": "next2027"}
    client.put("/api/v1/me/password", json=body, headers=headers)
    assert ask(client, token, "/api/v1/checklists").status_code == 200


def test_the_password_is_chosen_again_only_with_the_present_one(client, sign_in) -> None:
    headers = {"Authorization": f"Bearer {sign_in().json['token']}"}

    def change(old: str, new: str):
        body = {"old": old, "new": new}
        return client.put("/api/v1/me/password", json=body, headers=headers)

    assert change("other2026", "next2027").json["type"] == "/problems/wrong-password"
    assert change(PASSWORD, "short").json["type"] == "/problems/weak-password"
    assert change(PASSWORD, "next2027").status_code == 204
    assert sign_in("next2027").status_code == 201


def test_a_browser_left_alone_has_to_sign_in_again(session, client, sign_in) -> None:
    sign_in(kind="browser")
    device = session.scalars(select(Device)).one()
    idle_for = device.expires_at - device.last_seen_at
    assert idle_for == timedelta(minutes=60)

    move(session, device, by=-timedelta(minutes=59))
    assert client.get("/api/v1/me").status_code == 200
    assert device.expires_at > datetime.now(UTC) + timedelta(minutes=59)

    move(session, device, by=-timedelta(minutes=61))
    assert client.get("/api/v1/me").status_code == 401


def test_a_browser_never_left_alone_has_to_sign_in_again_after_twelve_hours(
    session, client, sign_in
) -> None:
    sign_in(kind="browser")
    device = session.scalars(select(Device)).one()

    for _ in range(12):
        move(session, device, by=-timedelta(minutes=59, seconds=30))
        assert client.get("/api/v1/me").status_code == 200
    move(session, device, by=-timedelta(minutes=10))

    assert client.get("/api/v1/me").status_code == 401


def move(session, device: Device, *, by: timedelta) -> None:
    """Let time pass: what was noted of a device lies further back."""
    for name in ("created_at", "last_seen_at", "expires_at"):
        setattr(device, name, getattr(device, name) + by)
    session.commit()
