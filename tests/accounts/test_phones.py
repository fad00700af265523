"""Which phone should be in nobody's hands any more."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from gridsvc.accountability.rules import Role
from tests.factories.accountability import add_person
from tests.factories.people import a_phone
from tests.factories.village import appoint

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def phones(client, as_):
    """What somebody is told of phones, each time on the same phone."""
    headers = cache(as_)

    def get(somebody, **query):
        return client.get("/api/v1/phones", query_string=query, headers=headers(somebody)).json

    return get


@pytest.fixture
def security(session, village):
    return appoint(session, "许安", village.county, Role.SECURITY_ADMIN)


@pytest.fixture
def in_hands(session, village) -> None:
    """A phone of each kind; the officer has two."""
    left = add_person(session, "钱走")
    a_phone(session, left)
    a_phone(session, village.officer)
    a_phone(session, village.officer)
    a_phone(session, village.deputy, last_seen_at=NOW - 15 * DAY)
    a_phone(session, village.head, expires_at=NOW - DAY, last_seen_at=NOW - 91 * DAY)
    a_phone(session, village.dispatcher)
    a_phone(session, village.enforcer, revoked_at=NOW)
    a_phone(session, village.leader, kind="browser")


def told(page) -> list[tuple[str, list[str]]]:
    return [(item["person"]["name"], item["worries"]) for item in page["items"]]


@pytest.mark.usefixtures("in_hands")
def test_those_to_worry_about_come_first_and_each_says_why(phones, security) -> None:
    page = phones(security)

    mine = [item for item in told(page) if item[0] != "许安"]  # the phone that asks
    assert mine == [
        ("钱走", ["no_duty"]),
        ("李秀英", ["several"]),
        ("李秀英", ["several"]),
        ("陈静", ["long_unseen"]),
        ("孙卫东", ["expired"]),
        ("郑晓", []),
    ]
    assert page["counts"] == {
        "all": 7, "no_duty": 1, "several": 2, "long_unseen": 1, "expired": 1,
    }  # fmt: skip


@pytest.mark.usefixtures("in_hands")
def test_a_town_sees_the_phones_of_its_own_people(phones, village) -> None:
    assert {name for name, _ in told(phones(village.head))} == {"李秀英", "陈静", "孙卫东"}


@pytest.mark.usefixtures("in_hands")
def test_they_are_found_by_worry_and_by_name_page_by_page(phones, security) -> None:
    several = phones(security, worry="several", limit=1)
    rest = phones(security, worry="several", limit=1, after=several["next"])

    assert several["items"][0]["id"] != rest["items"][0]["id"]
    assert rest["next"] is None
    assert told(phones(security, q="cj")) == [("陈静", ["long_unseen"])]


def test_who_looks_after_nobody_sees_none(phones, village) -> None:
    assert phones(village.officer)["status"] == 403
