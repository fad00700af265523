import pytest
from sqlalchemy import text

from gridsvc.accountability.rules import Role
from gridsvc.actor import system
from gridsvc.audit.rules import Act
from gridsvc.audit.service import head, record, verification
from gridsvc.ids import new_id
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
