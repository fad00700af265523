"""The certificates of enforcement officers."""

import pytest

from gridsvc.audit.service import verify
from gridsvc.ids import new_id

ALL = "/api/v1/certificates"


@pytest.fixture
def post(client, village, as_):
    def _post(person=village.dispatcher, **changes):
        told = {
            "person_id": str(village.enforcer.id), "number": "06210001",
            "valid_from": "2025-01-01", "valid_until": "2029-12-31",
        }  # fmt: skip
        return client.post(ALL, json=told | changes, headers=as_(person))

    return _post


def test_it_is_entered_and_listed(session, client, post, village, as_) -> None:
    entered = post()

    assert entered.status_code == 201
    assert entered.json["person"]["name"] == "冯力"
    mine = f"{ALL}?person_id={village.enforcer.id}"
    assert client.get(mine, headers=as_(village.enforcer)).json["items"] == [entered.json]
    others = f"{ALL}?person_id={village.officer.id}"
    assert client.get(others, headers=as_(village.officer)).json["items"] == []
    assert verify(session) is None


def test_a_number_is_entered_once_until_it_is_withdrawn(client, post, village, as_) -> None:
    first = post().json
    taken = post(person_id=str(village.officer.id))
    path = f"{ALL}/{first['id']}:withdraw"
    withdrawn = client.post(path, json={"reason": "录错了"}, headers=as_(village.leader))

    assert (taken.status_code, taken.json["type"]) == (409, "/problems/certificate-taken")
    assert withdrawn.status_code == 200
    assert withdrawn.json["withdrawn_reason"] == "录错了"
    assert post(person_id=str(village.officer.id)).status_code == 201
    again = client.post(path, json={"reason": "录错了"}, headers=as_(village.leader))
    assert (again.status_code, again.json["type"]) == (409, "/problems/certificate-withdrawn")


def test_what_is_not_there_is_refused_by_name(client, post, village, as_) -> None:
    nobody = post(person_id=str(new_id()))
    path = f"{ALL}/{new_id()}:withdraw"
    nothing = client.post(path, json={"reason": "录错了"}, headers=as_(village.dispatcher))

    assert (nobody.status_code, nobody.json["type"]) == (404, "/problems/unknown-person")
    assert (nothing.status_code, nothing.json["type"]) == (404, "/problems/unknown-certificate")


def test_it_does_not_end_before_it_begins(post) -> None:
    response = post(valid_until="2024-12-31")

    assert (response.status_code, list(response.json["errors"]["json"])) == (422, ["valid_until"])


@pytest.mark.parametrize("post_of", ["officer", "head", "enforcer"])
def test_only_who_appoints_for_the_county_keeps_them(post, village, post_of: str) -> None:
    assert post(person=getattr(village, post_of)).status_code == 403
