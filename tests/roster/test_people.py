"""People are listed for everybody; how they sign in is not."""

import pytest

from gridsvc.accountability.rules import Role
from tests.factories.village import appoint


@pytest.fixture
def people(client, as_):
    def get(somebody, **query):
        url = "/api/v1/people"
        return client.get(url, query_string=query, headers=as_(somebody)).json

    return get


@pytest.mark.parametrize("somebody", ["answerable", "liaison", "officer"])
def test_who_neither_appoints_nor_looks_after_accounts_reads_no_login(
    people, village, somebody
) -> None:
    page = people(getattr(village, somebody))

    assert len(page["items"]) > 5
    assert {item["login"] for item in page["items"]} == {None}
    assert people(getattr(village, somebody), q=village.head.login)["items"] == []


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.DISPATCHER])
def test_who_does_reads_them_and_finds_people_by_them(session, people, village, role) -> None:
    somebody = appoint(session, "许安", village.county, role)
    [found] = people(somebody, q=village.head.login)["items"]
    assert (found["name"], found["login"]) == ("孙卫东", village.head.login)


def test_a_page_goes_on_after_somebody_and_names_no_login_either(people, village) -> None:
    whole = people(village.answerable, limit=200)["items"]
    first = people(village.answerable, limit=3)
    rest = people(village.answerable, limit=200, after=first["next"])["items"]
    assert first["items"] + rest == whole
