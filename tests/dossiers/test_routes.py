"""The file of an enterprise, as each of its readers sees it."""

from datetime import UTC, datetime

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.ids import new_id
from gridsvc.inspections.service import register
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import a_formal_body
from tests.factories.village import QIAN, ZHAO, actor, appoint

LIST = "/api/v1/enterprises"
USCC = "91211122YYY6M5D1U7"


@pytest.fixture
def file_of(client, as_, village):
    """The file of an enterprise, read by the dispatcher or somebody else."""

    def _file(enterprise, person=village.dispatcher):
        return client.get(f"{LIST}/{enterprise.id}/file", headers=as_(person))

    return _file


@pytest.fixture
def visit(session, village):
    """The officer looks at the yard."""
    report = village.visit()
    [kept] = register(session, [report], by=actor(village.officer), now=report.envelope.made_at)
    return kept


def test_a_new_file_says_that_there_is_nothing(file_of, village) -> None:
    told = file_of(village.farm).json

    assert told["permit"] == "none"
    assert told["visits"] == {
        "total": 0, "this_year": 0, "with_problem": 0, "last_at": None, "items": [],
    }  # fmt: skip
    assert told["issues"]["total"] == 0
    assert (told["penalties"], told["sites"], told["entries"]) == ([], [], [])


def test_visits_are_told_with_who_made_them(file_of, visit, village) -> None:
    told = file_of(village.yard).json["visits"]

    assert told["total"] == 1
    assert told["items"][0]["id"] == str(visit.id)
    assert told["items"][0]["inspector"]["name"] == "李秀英"


def test_each_change_is_a_version_with_its_author(client, as_, file_of, village) -> None:
    headers = as_(village.dispatcher)
    tag = client.get(f"{LIST}/{village.yard.id}", headers=headers).headers["ETag"]
    client.patch(
        f"{LIST}/{village.yard.id}", json={"address": "新址"}, headers=headers | {"If-Match": tag}
    )

    [version] = file_of(village.yard).json["versions"]
    assert version["changes"] == {"address": ["试验村", "新址"]}
    assert version["actor"]["name"] == "郑晓"


def test_what_was_merged_into_it_brings_its_records_along(
    client, as_, session, file_of, visit, village
) -> None:
    again = add_enterprise(session, "宏达石料", ZHAO, village.zhao, state="proposed")
    body = {"into_id": str(village.farm.id), "reason": "同一家"}
    client.post(f"{LIST}/{again.id}:merge", json=body, headers=as_(village.dispatcher))

    assert [entry["name"] for entry in file_of(village.farm).json["entries"]] == ["宏达石料"]
    assert file_of(again).json["merged_into"]["id"] == str(village.farm.id)


def test_the_other_sites_of_the_same_firm_are_named(file_of, session, village) -> None:
    one = add_enterprise(session, "东厂", ZHAO, village.zhao, uscc=USCC)
    other = add_enterprise(session, "西厂", QIAN, village.qian, uscc=USCC)

    assert [site["id"] for site in file_of(one).json["sites"]] == [str(other.id)]


def test_who_answers_for_it_reads_it_without_what_is_not_theirs(file_of, visit, village) -> None:
    told = file_of(village.yard, village.answerable).json

    assert told["visits"] is None
    assert told["issues"]["total"] == 0
    assert file_of(village.farm, village.answerable).status_code == 404
    assert file_of(village.farm, village.officer).status_code == 404


def test_formal_inspections_stand_apart_with_what_counts_this_year(
    session, client, village, as_
) -> None:
    second = appoint(session, "严明", village.county, Role.ENFORCEMENT_OFFICER)
    today = datetime.now(UTC).isoformat()

    def send(**changes):
        body = a_formal_body(
            village.yard, village.checklist, village.enforcer, second, made_at=today, **changes
        )
        path = f"/api/v1/inspections/{new_id()}"
        return client.put(path, json=body, headers=as_(village.enforcer)).json["inspection"]["id"]

    first = send()
    send(formal={"exempt_reason": "complaint"})
    send(corrects_id=first, findings="更正")

    told = client.get(f"/api/v1/enterprises/{village.yard.id}/file", headers=as_(village.head)).json

    formal = told["formal"]
    assert (formal["cap"], formal["counted"], formal["exempt"], formal["total"]) == (2, 1, 1, 2)
    assert told["visits"]["total"] == 0
    assert told["visits"]["items"] == []
    by_id = {one["id"]: one for one in formal["items"]}
    assert by_id[first]["corrected_by"]["result"] == "ok"
    assert [one["person"]["name"] for one in by_id[first]["officers"]] == ["冯力", "严明"]
    assert by_id[first]["refusal"]["reason"] == "称负责人不在"
    assert [flag["kind"] for flag in by_id[first]["flags"]] == ["certificate_unknown"] * 2
