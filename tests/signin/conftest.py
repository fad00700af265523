"""The officer of the village and the head of the town, who can sign in."""

from datetime import UTC, datetime

import pytest

from gridsvc.people.models import Account
from tests.factories.people import PASSWORD, an_account


@pytest.fixture
def account(session, village) -> Account:
    """The officer's account, with a password."""
    return an_account(session, village.officer, login="officer")


@pytest.fixture
def head_account(session, village) -> Account:
    """That of the head of the town, who works at a desk."""
    return an_account(session, village.head, login="head")


@pytest.fixture
def sign_in(client, account):
    def _sign_in(password: str = PASSWORD, *, kind: str = "phone", login="officer", **more):
        body = {
            "login": login,
            "password": password,
            "device": {"kind": kind, "name": "测试机"},
        }
        return client.post("/api/v1/sessions", json=body | more)

    return _sign_in


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def ask(client, token: str, path: str = "/api/v1/me"):
    return client.get(path, headers={"Authorization": f"Bearer {token}"})
