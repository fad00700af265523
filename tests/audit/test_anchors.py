from datetime import timedelta

import pytest
from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.audit import anchors
from gridsvc.audit.jobs import anchor as plan
from gridsvc.audit.models import AuditAnchor, AuditEntry
from gridsvc.audit.rules import Act
from gridsvc.audit.service import head, record, verify
from gridsvc.ids import new_id
from gridsvc.signing import Signer, is_genuine
from tests.conftest import HERE, enter
from tests.factories.inspections import NOON


@pytest.fixture
def signer(app) -> Signer:
    return app.extensions["signer"]


def test_a_local_day_has_one_anchor(session, village, signer) -> None:
    late = NOON.replace(hour=15, minute=59)  # 23:59 in Shanghai

    signed = [anchors.sign_day(session, signer, now=at) for at in (NOON, late)]
    signed.append(anchors.sign_day(session, signer, now=late + timedelta(minutes=1)))

    assert signed == [True, False, True]
    assert [str(anchor.day) for anchor in anchors.anchors(session)] == ["2026-03-02", "2026-03-03"]


def test_it_says_where_the_chain_ended_and_anybody_can_check_it(session, village, signer) -> None:
    anchors.sign_day(session, signer, now=NOON)

    told = anchors.told(anchors.last_anchor(session))

    assert (told["audit_seq"], told["audit_hash"]) == head(session)
    assert is_genuine(told, signer.public_hex)
    assert not is_genuine(told | {"audit_seq": 1}, signer.public_hex)


def test_the_job_anchors_every_chain_once_a_day(session, village) -> None:
    plan(NOON)
    plan(NOON + timedelta(hours=1))

    enter(HERE)
    assert len(session.scalars(select(AuditAnchor)).all()) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"audit_hash": "sha256:00"}, anchors.NotGenuine),
        ({"jurisdiction_id": 1}, anchors.NotGenuine),
    ],
)
def test_an_altered_witness_is_none(session, village, signer, change, refusal) -> None:
    anchors.sign_day(session, signer, now=NOON)
    told = anchors.told(anchors.last_anchor(session)) | change

    with pytest.raises(refusal):
        anchors.witness(session, told, signer.public_hex)


def test_nor_is_one_of_another_trail(session, village, signer) -> None:
    foreign = signer.sign({"jurisdiction_id": 1, "day": "2026-03-02", "audit_seq": 1})

    with pytest.raises(anchors.OfAnotherTrail):
        anchors.witness(session, foreign, signer.public_hex)


def test_a_chain_may_change_over_from_sha256_to_sm3(app, session, village, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "DIGEST", "sm3")
    act = Act(deed="visit", subject_kind="test", subject_id=new_id())
    record(session, [act], by=system("test"), at=NOON)
    monkeypatch.setitem(app.config, "DIGEST", "sha256")
    record(session, [act], by=system("test"), at=NOON)

    hashes = session.scalars(select(AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(3)).all()

    assert [hash.partition(":")[0] for hash in hashes] == ["sha256", "sm3", "sha256"]
    assert verify(session) is None


def test_a_telephone_number_never_enters_the_trail(session, village) -> None:
    changes = {"phone": ["13800000001", "13800000002"], "name": ["甲", "乙"]}
    act = Act(deed="person.correct", subject_kind="person", subject_id=new_id(), changes=changes)

    record(session, [act], by=system("test"), at=NOON)

    [text] = session.scalars(select(AuditEntry.text).where(AuditEntry.deed == "person.correct"))
    assert "1380000000" not in text
    assert '"sealed":"sha256:' in text
    assert "乙" in text
