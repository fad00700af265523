import pytest
from sqlalchemy import text

from gridsvc.accountability.rules import Role
from gridsvc.actor import system
from gridsvc.audit.anchors import sign_day, witnessed
from gridsvc.audit.rules import Act
from gridsvc.audit.service import _links, head, record, verification
from gridsvc.ids import new_id
from gridsvc.session import transaction
from gridsvc.signing import is_genuine
from tests.conftest import BUSY
from tests.factories.inspections import NOON
from tests.factories.village import appoint


@pytest.fixture
def auditor(session, village):
    return appoint(session, "沈审", village.county, Role.AUDITOR)


def test_the_trail_is_verified_on_request(client, session, village, auditor, as_) -> None:
    answer = client.get("/api/v1/audit/verify", headers=as_(auditor)).json

    seq, hash_ = head(session)
    assert answer["holds"] is True
    assert answer["break"] is None
    assert answer["head"] == {"seq": seq, "hash": hash_}
    assert answer["lines"] == seq


def test_it_says_when_it_was_anchored_last(client, app, session, village, auditor, as_) -> None:
    sign_day(session, app.extensions["signer"], now=NOON)

    answer = client.get("/api/v1/audit/verify", headers=as_(auditor)).json
    [anchor] = client.get("/api/v1/audit/anchors", headers=as_(auditor)).json["items"]

    assert (answer["holds"], answer["anchors"]) == (True, 1)
    assert answer["last_anchor"]["day"] == anchor["day"] == "2026-03-02"
    assert answer["last_anchor"]["hash"] == anchor["audit_hash"]
    assert is_genuine(anchor, app.extensions["signer"].public_hex)


def test_to_verify_waits_for_no_writer(app, busy, owner) -> None:
    """Somebody holds the head of the chain, as every writer does until the commit."""
    with owner.begin() as writer:
        writer.execute(text("SELECT * FROM audit_head FOR UPDATE"))
        with transaction(BUSY) as session:
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            assert witnessed(session, app.extensions["signer"].public_hex).walk.holds


def test_and_no_writer_waits_for_it(app, busy, owner) -> None:
    with transaction(BUSY) as session, session.execute(_links(session, 10)) as entries:
        next(iter(entries))
        with owner.begin() as writer:
            writer.execute(text("SET LOCAL lock_timeout = '1s'"))
            writer.execute(text("SELECT * FROM audit_head FOR UPDATE"))


def test_a_line_beyond_the_head_shows(session, village) -> None:
    """Somebody set the head back to hide what was done last."""
    seq, hash_ = head(session)
    record(
        session, [Act(deed="x", subject_kind="test", subject_id=new_id())],
        by=system("test"), at=NOON,
    )  # fmt: skip
    back = text("UPDATE audit_head SET seq = :seq, hash = :hash WHERE jurisdiction_id = :here")
    session.execute(back, {"seq": seq, "hash": hash_, "here": session.jurisdiction_id})

    found = verification(session)

    assert (found.holds, found.first_break.seq) == (False, seq + 1)


def test_an_officer_may_not_walk_the_trail(client, village, as_) -> None:
    assert client.get("/api/v1/audit/verify", headers=as_(village.officer)).status_code == 403


def test_anybody_gets_the_public_key(client, app) -> None:
    answer = client.get("/api/v1/receipts/public-key").json

    assert answer == {"algorithm": "ed25519", "public_key": app.extensions["signer"].public_hex}
