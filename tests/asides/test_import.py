"""The last way out of a broken phone: its queue as a file, brought to the desk by somebody."""

from base64 import b64encode

import pytest
from sqlalchemy import func, select

from gridsvc.accountability.rules import Role
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.flags.models import Flag
from gridsvc.ids import new_id
from gridsvc.inspections.models import Inspection
from gridsvc.patrols.models import PatrolEnd
from gridsvc.quarantine import Quarantined
from tests.factories.media import a_claim, a_photo, sha256_of
from tests.factories.phone import Officer
from tests.factories.village import appoint


@pytest.fixture
def officer(client, village, as_):
    return Officer(client, village, as_(village.officer))


@pytest.fixture
def bring(client, village, as_):
    """Somebody brings the file of the officer's phone."""

    def _bring(*records, photos=(), by=None, dry_run=False, changes=None):
        file = {
            "format": "gridsvc-outbox/1", "exported_at": "2026-03-02T12:00:00+08:00",
            "person_id": str(village.officer.id), "records": list(records),
            "photos": [as_in_a_file(photo) for photo in photos],
        } | (changes or {})  # fmt: skip
        body = {"dry_run": dry_run, "file": file}
        return client.post("/api/v1/sync/import", json=body, headers=as_(by or village.head))

    return _bring


def as_in_a_file(photo: bytes, **changes: str) -> dict[str, str]:
    data = b64encode(photo).decode()
    return {"sha256": sha256_of(photo), "type": "image/jpeg", "data": data} | changes


def count(session, model) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_what_a_phone_held_becomes_its_owners_and_the_trail_names_both(
    session, village, officer, bring
) -> None:
    photo = a_photo()
    round = officer.patrol()
    visit = officer.visit(round, photos=[a_claim(photo)])

    told = bring(officer.patrol_end(round), visit, round, photos=[photo]).json

    assert told["counts"] == {"accepted": 3}
    assert told["owner"]["name"] == village.officer.name
    assert told["photos"] == [{"sha256": sha256_of(photo)}]
    entered = session.get(Inspection, visit["id"])
    assert entered.sender_id == village.officer.id
    line = session.query(AuditEntry).filter_by(subject_id=entered.id).first()
    assert line.person_id == village.officer.id
    assert str(village.head.id) in line.text  # who handed it in
    [brought] = session.query(AuditEntry).filter_by(deed="queue.import")
    assert brought.person_id == village.head.id
    kinds = session.scalars(select(Flag.kind).where(Flag.record_id == entered.id)).all()
    assert "handed_in" in kinds
    assert verify(session) is None


def test_a_dry_run_says_the_same_and_does_nothing(session, officer, bring) -> None:
    round = officer.patrol()
    sent = (officer.patrol_end(round), officer.visit(enterprise_id=str(new_id())), round)
    lines = count(session, AuditEntry)

    tried = bring(*sent, photos=[a_photo()], dry_run=True).json

    assert [count(session, model) for model in (PatrolEnd, Quarantined)] == [0, 0]
    assert count(session, AuditEntry) == lines
    done = bring(*sent).json
    assert tried["counts"] == done["counts"] == {"accepted": 2, "quarantined": 1}
    assert [r["verdict"] for r in tried["records"]] == [r["verdict"] for r in done["records"]]


def test_brought_twice_or_sent_after_all_it_is_entered_once(session, officer, bring) -> None:
    visit = officer.visit()
    bring(visit)

    assert bring(visit).json["counts"] == {"duplicate": 1}
    assert officer.verdicts(visit) == ["duplicate"]
    assert count(session, Inspection) == 1


def test_a_photo_with_other_bytes_than_it_names_is_refused_alone(officer, bring) -> None:
    file = {"photos": [as_in_a_file(a_photo(), data=b64encode(b"x").decode())]}

    told = bring(officer.visit(), changes=file).json

    assert told["counts"] == {"accepted": 1}
    assert told["photos"][0]["problem"]["type"] == "/problems/checksum-mismatch"


def test_only_those_who_look_after_the_owner_bring_it(session, village, officer, bring) -> None:
    neighbour = appoint(session, "邻镇长", village.qian, Role.GRID_HEAD)
    admin = appoint(session, "管理员", village.county, Role.SECURITY_ADMIN)
    session.commit()

    assert bring(officer.visit(), by=village.officer).status_code == 403
    assert bring(officer.visit(), by=neighbour).status_code == 403
    assert bring(officer.visit(), by=admin).status_code == 200
    unknown = bring(officer.visit(), changes={"person_id": str(new_id())})
    assert (unknown.status_code, unknown.json["type"]) == (404, "/problems/unknown-owner")


@pytest.mark.parametrize("wrong", [{"format": "other"}, {"records": 7}, {"person_id": "x"}])
def test_what_is_no_file_of_a_queue_is_a_4xx(bring, wrong) -> None:
    assert bring(changes=wrong).status_code == 422
