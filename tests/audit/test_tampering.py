# ruff: noqa: S608
"""What somebody who owns the database may do to the trail, and how each of it shows."""

import json

import pytest
from sqlalchemy import text

from gridsvc.actor import system
from gridsvc.audit import anchors
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.receipts import receipts
from gridsvc.audit.rules import BEGINNING, Act, Break
from gridsvc.audit.service import record
from gridsvc.digests import digest
from gridsvc.ids import new_id
from gridsvc.session import transaction
from tests.conftest import BUSY
from tests.factories.inspections import NOON

LINE = 12  # the one that is tampered with: one of the ten deeds
ROW = "jurisdiction_id = :here AND seq = :seq"


@pytest.fixture
def acts(app, busy) -> list[Act]:
    """Ten deeds in the trail, of which an anchor and receipts tell."""
    done = [Act(deed="visit", subject_kind="test", subject_id=new_id()) for _ in range(10)]
    with transaction(BUSY) as session:
        record(session, done, by=system("test"), at=NOON)
        anchors.sign_day(session, app.extensions["signer"], now=NOON)
    return done


@pytest.fixture
def as_owner(owner, acts):
    def execute(*statements: str, **values) -> None:
        with owner.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), {"here": BUSY, "seq": LINE, **values})

    return execute


@pytest.fixture
def found(app, acts):
    """The first break, as everybody finds it: by comparing with the anchors that are there."""

    def look(*others) -> Break | None:
        with transaction(BUSY) as session:
            key = app.extensions["signer"].public_hex
            known = [anchors.witness(session, each, key) for each in others]
            return anchors.witnessed(session, key, known).walk.first_break

    return look


def test_an_untouched_trail_agrees_with_its_anchors(found) -> None:
    assert found() is None


def test_an_edit_is_found(as_owner, found) -> None:
    as_owner(f"UPDATE audit_entry SET text = replace(text, 'visit', 'nap') WHERE {ROW}")

    assert found() == Break(LINE, "altered")


def test_a_deletion_is_found(as_owner, found) -> None:
    as_owner(f"DELETE FROM audit_entry WHERE {ROW}")

    assert found() == Break(LINE, "missing")


def test_a_deleted_tail_is_found_though_the_head_was_set_back(as_owner, found) -> None:
    cut_off(as_owner)

    broken = found()

    assert broken.seq == LINE + 1
    assert "cut off: the anchor of 2026-03-02 has seen line" in broken.reason


def test_it_is_found_by_an_exported_anchor_where_those_here_are_gone(app, as_owner, found) -> None:
    exported = standing(BUSY)
    cut_off(as_owner)
    as_owner("DELETE FROM audit_anchor WHERE jurisdiction_id = :here")

    assert found() is None  # nothing here remembers it
    assert found(*exported).seq == LINE + 1


def test_a_re_ordering_is_found(as_owner, found) -> None:
    as_owner(
        f"UPDATE audit_entry SET seq = 0 WHERE {ROW}",
        "UPDATE audit_entry SET seq = :seq WHERE jurisdiction_id = :here AND seq = :seq + 1",
        "UPDATE audit_entry SET seq = :seq + 1 WHERE jurisdiction_id = :here AND seq = 0",
    )

    assert found() == Break(LINE, "does not follow the one before")


def test_a_re_hashed_row_is_found_by_the_next_one(as_owner, found) -> None:
    forged = line(LINE).replace("visit", "nap")
    as_owner(
        f"UPDATE audit_entry SET text = :text, hash = :hash, deed = 'nap' WHERE {ROW}",
        text=forged, hash=digest(forged.encode()),
    )  # fmt: skip

    assert found() == Break(LINE + 1, "does not follow the one before")


def test_a_chain_rewritten_to_the_end_is_found_by_an_anchor(as_owner, found) -> None:
    rewrite(as_owner)

    broken = found()

    assert "rewritten here or before: the anchor of 2026-03-02 differs" in broken.reason


def test_and_by_a_receipt(app, acts, as_owner, found) -> None:
    receipt = given(app, acts[-1])
    rewrite(as_owner)
    as_owner("DELETE FROM audit_anchor WHERE jurisdiction_id = :here")

    assert found() is None
    assert found(receipt) == Break(
        receipt["audit_seq"],
        f"rewritten here or before: the receipt {receipt['id']} differs",
    )


def test_an_altered_anchor_is_found(as_owner, found) -> None:
    as_owner("UPDATE audit_anchor SET hash = 'sha256:00' WHERE jurisdiction_id = :here")

    assert "the anchor of 2026-03-02 was not signed with this key" in found().reason


def cut_off(as_owner) -> None:
    """Delete what follows LINE, and set the head back."""
    as_owner(
        "DELETE FROM audit_entry WHERE jurisdiction_id = :here AND seq > :seq",
        "UPDATE audit_head SET seq = :seq, hash = (SELECT hash FROM audit_entry"
        f" WHERE {ROW}) WHERE jurisdiction_id = :here",
    )


def rewrite(as_owner) -> None:
    """Change LINE, and work out every hash after it anew, that of the head included."""
    with transaction(BUSY) as session:
        rows = {row.seq: row.text for row in session.query(AuditEntry).order_by(AuditEntry.seq)}
    hash = BEGINNING
    for seq, told in rows.items():
        content = json.loads(told) | {"prev_hash": hash}
        if seq == LINE:
            content["deed"] = "nap"
        forged = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        hash = digest(forged.encode())
        as_owner(
            f"UPDATE audit_entry SET text = :text, hash = :hash, deed = :deed WHERE {ROW}",
            text=forged, hash=hash, deed=content["deed"], seq=seq,
        )  # fmt: skip
    as_owner("UPDATE audit_head SET hash = :hash WHERE jurisdiction_id = :here", hash=hash)


def line(seq: int) -> str:
    with transaction(BUSY) as session:
        told: str = session.query(AuditEntry.text).filter(AuditEntry.seq == seq).scalar()
    return told


def standing(jurisdiction_id: int) -> list[dict]:
    with transaction(jurisdiction_id) as session:
        return [anchors.told(anchor) for anchor in anchors.anchors(session)]


def given(app, act: Act) -> dict:
    with transaction(BUSY) as session:
        return receipts(session, [act.subject_id], app.extensions["signer"])[act.subject_id]
