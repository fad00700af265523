"""Records that come before what they build on."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gridsvc.audit.service import verify
from gridsvc.clock import utc_now
from gridsvc.flags.models import Flag
from gridsvc.inspections.models import Inspection
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.patrols.models import PatrolEnd, TrackChunk
from gridsvc.quarantine import Quarantined
from gridsvc.sync.intake import release, retry_due
from tests.conftest import HERE
from tests.factories.people import bearer

LATE = timedelta(hours=73)


@pytest.fixture
def officer(phone):
    return phone()


@pytest.fixture
def aside(session):
    """What is kept aside of a record."""
    return lambda record: session.scalars(
        select(Quarantined)
        .where(Quarantined.record_id == record["id"])
        .execution_options(populate_existing=True)
    ).one()


def count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_record_waits_for_the_one_it_builds_on_and_says_for_which(officer) -> None:
    round = officer.patrol()

    [answer] = officer.push(officer.patrol_end(round))

    assert answer["verdict"] == "held"
    assert answer["problem"]["waits_for"] == {"kind": "patrol", "id": round["id"]}
    assert "receipt" not in answer


def test_it_is_entered_by_itself_when_that_comes_and_has_its_receipt_then(
    session, officer, aside
) -> None:
    round = officer.patrol()
    end, visit = officer.patrol_end(round), officer.visit(round)
    assert officer.verdicts(end, visit) == ["held", "held"]

    officer.push(round)

    assert (count(session, PatrolEnd), count(session, Inspection)) == (1, 1)
    again = officer.push(end, visit)
    assert [answer["verdict"] for answer in again] == ["duplicate", "duplicate"]
    assert again[0]["receipt"] == officer.push(end)[0]["receipt"]
    assert {aside(end).state, aside(visit).state} == {"entered"}
    assert verify(session) is None


def test_a_chain_is_entered_link_by_link_whoever_brings_the_first(
    session, village, phone, officer
) -> None:
    found = officer.issue()
    assign = phone(village.head).action(found["id"], "assign", unit_id=str(village.bureau.id))
    take_on = phone(village.liaison).action(found["id"], "take_on", assign)

    assert phone(village.liaison).verdicts(take_on) == ["held"]
    assert phone(village.head).verdicts(assign) == ["held"]
    assert officer.verdicts(found) == ["accepted"]

    issue = session.get(Issue, found["id"])
    session.refresh(issue)
    assert issue.state == "rectifying"
    made = select(IssueAction.action).order_by(IssueAction.received_at, IssueAction.sync_version)
    assert list(session.scalars(made)) == ["assign", "take_on"]


def test_a_correction_finds_its_original_in_the_same_batch(session, officer) -> None:
    original = officer.visit()
    correction = officer.visit(corrects_id=original["id"])

    assert officer.verdicts(correction, original) == ["accepted", "accepted"]


def test_a_correction_waits_for_its_original(session, officer) -> None:
    original = officer.visit()
    correction = officer.visit(corrects_id=original["id"])

    assert officer.verdicts(correction) == ["held"]
    assert officer.verdicts(original) == ["accepted"]
    assert officer.verdicts(correction) == ["duplicate"]


def test_what_can_stand_alone_is_entered_with_a_mark_when_it_has_waited_long_enough(
    session, officer, aside
) -> None:
    visit = officer.visit(officer.patrol())
    officer.push(visit)

    retry_due(HERE, utc_now() + timedelta(hours=71))
    assert count(session, Inspection) == 0
    retry_due(HERE, utc_now() + LATE)

    assert (aside(visit).state, aside(visit).is_marked) == ("entered", True)
    kinds = select(Flag.kind).where(Flag.record_id == visit["id"])
    assert "predecessor_missing" in session.scalars(kinds).all()


def test_what_cannot_goes_to_quarantine_then_and_in_still_when_the_other_comes(
    session, officer, aside
) -> None:
    round = officer.patrol()
    end = officer.patrol_end(round)
    officer.push(end)

    retry_due(HERE, utc_now() + LATE)

    assert (aside(end).state, aside(end).problem["type"]) == ("waiting", "/problems/unknown-patrol")
    officer.push(round)
    assert aside(end).state == "entered"


def test_nothing_waits_for_what_a_person_has_dismissed(
    session, village, officer, client, as_, aside
):
    round = officer.patrol()
    round["body"]["grid_id"] = str(village.qian.id)  # where the officer has no duty
    visit = officer.visit(round)
    assert officer.verdicts(round, visit) == ["rejected", "held"]

    url = f"/api/v1/quarantine/{aside(round).id}:dismiss"
    told = client.post(url, json={"reason": "走错网格"}, headers=as_(village.head))

    assert told.status_code == 200, told.json
    assert aside(visit).state == "entered"
    assert officer.push(round)[0]["problem"]["type"] == "/problems/record-dismissed"


def test_a_single_request_wakes_what_waits_for_it(session, client, officer) -> None:
    round = officer.patrol()
    officer.push(officer.patrol_end(round))

    url = f"/api/v1/patrols/{round['id']}"
    assert client.put(url, json=round["body"], headers=officer.headers).status_code == 201
    release(HERE, [round["id"]], utc_now())  # as the job does

    assert count(session, PatrolEnd) == 1


@pytest.fixture
def put(client, officer):
    return lambda path, record: client.put(
        f"/api/v1/{path}/{record['id']}", json=record["body"], headers=officer.headers
    )


def test_a_single_request_waits_as_a_batch_does(session, officer, put, aside) -> None:
    round = officer.patrol()
    visit, end = officer.visit(round), officer.patrol_end(round)

    told = [put("inspections", visit), put("patrol-ends", end), put("inspections", visit)]

    assert {answer.json["type"] for answer in told} == {"/problems/waits-for-predecessor"}
    assert told[0].json["waits_for"] == {"kind": "patrol", "id": round["id"]}
    assert told[2].json["until"] == told[0].json["until"]
    assert (aside(visit).state, aside(end).state) == ("held", "held")
    assert (count(session, Inspection), count(session, PatrolEnd)) == (0, 0)
    officer.push(round)
    assert (count(session, Inspection), count(session, PatrolEnd)) == (1, 1)
    assert put("inspections", visit).status_code == 200
    assert {aside(visit).state, aside(end).state} == {"entered"}


def test_a_single_part_of_a_track_waits_too(session, client, officer) -> None:
    round = officer.patrol()
    part = {"crs": "wgs84", "points": [[121.85, 41.15, 1772247700, 5]]}
    url = f"/api/v1/patrols/{round['id']}/track/0"

    first = client.put(url, json=part, headers=officer.headers)
    client.put(url, json=part, headers=officer.headers)

    assert first.json["type"] == "/problems/waits-for-predecessor"
    assert count(session, Quarantined) == 1
    officer.push(round)
    assert count(session, TrackChunk) == 1


def test_what_a_single_request_brings_is_entered_with_a_mark_in_the_end(
    session, officer, put
) -> None:
    visit = officer.visit(officer.patrol())
    put("inspections", visit)

    retry_due(HERE, utc_now() + LATE)

    kinds = select(Flag.kind).where(Flag.record_id == visit["id"])
    assert "predecessor_missing" in session.scalars(kinds).all()
    assert put("inspections", visit).status_code == 200


def test_sent_again_while_it_waits_it_is_kept_once_and_waits_no_longer(
    session, officer, aside
) -> None:
    end = officer.patrol_end(officer.patrol())
    [first] = officer.push(end)

    [again] = officer.push(end)

    assert again["verdict"] == "held"
    assert again["problem"]["until"] == first["problem"]["until"]
    assert count(session, Quarantined) == 1


def test_one_sender_may_have_so_many_wait_and_no_more(officer, monkeypatch) -> None:
    monkeypatch.setattr("gridsvc.sync.entering.MOST_HELD", 2)
    ends = [officer.patrol_end(officer.patrol()) for _ in range(4)]

    assert officer.verdicts(*ends) == ["held", "held", "quarantined", "quarantined"]


def test_what_is_there_and_may_not_be_seen_is_waited_for_as_if_it_were_not(
    session, village, phone, officer
) -> None:
    theirs = phone(village.head).issue(enterprise_id=str(village.farm.id))
    assert phone(village.head).verdicts(theirs) == ["accepted"]

    [answer] = officer.push(officer.action(theirs["id"], "void", note="不是问题"))

    assert (answer["verdict"], answer["problem"]["waits_for"]["id"]) == ("held", theirs["id"])


def test_when_it_happened_is_what_it_was_had_it_not_waited(session, officer, aside) -> None:
    round = officer.patrol()
    visit = officer.visit(round, made_at=(utc_now() + timedelta(hours=1)).isoformat())
    officer.push(visit)  # by a phone that is an hour ahead and does not say so
    officer.push(round)

    entered = session.get(Inspection, visit["id"])
    assert entered.occurred_at == aside(visit).received_at
    assert entered.received_at > entered.occurred_at


def test_a_phone_that_was_signed_out_hands_nothing_in_by_waiting(
    session, village, officer, client
) -> None:
    gone = bearer(session, village.officer, revoked_at=utc_now())
    end = officer.patrol_end(officer.patrol())

    answer = client.post("/api/v1/sync/push", json={"records": [end]}, headers=gone).json

    assert answer["verdicts"][0]["problem"]["type"] == "/problems/device-revoked"
    retry_due(HERE, utc_now() + LATE)
    assert session.scalars(select(Quarantined.state)).all() == ["resting"]
