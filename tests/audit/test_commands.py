import json

import pytest
from sqlalchemy import text

from gridsvc.ids import new_id
from gridsvc.signing import Signer
from tests.conftest import BUSY, HERE
from tests.factories.inspections import a_body


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(args=list(map(str, args)))


def test_a_trail_that_holds_ends_well(run, village) -> None:
    result = run("audit", "verify", "--jurisdiction", HERE)

    assert result.exit_code == 0
    assert "the trail holds" in result.output


def test_a_broken_trail_names_its_line_and_ends_with_1(run, busy, owner) -> None:
    forgery = text("UPDATE audit_entry SET deed = 'x' WHERE seq = 2 AND jurisdiction_id = :here")
    with owner.begin() as connection:  # the application itself may not
        connection.execute(forgery, {"here": BUSY})

    result = run("audit", "verify", "--jurisdiction", BUSY)

    assert result.exit_code == 1
    assert "broken at line 2: altered" in result.output


def test_anchors_are_exported_and_the_trail_compared_with_them(run, village, tmp_path) -> None:
    file = tmp_path / "anchors.jsonl"
    assert "signed" in run("audit", "anchors", "sign", "--jurisdiction", HERE).output
    assert "already" in run("audit", "anchors", "sign", "--jurisdiction", HERE).output
    run("audit", "anchors", "export", "--jurisdiction", HERE, file)

    result = run("audit", "verify", "--jurisdiction", HERE, "--anchors", file)

    assert (result.exit_code, len(file.read_text().splitlines())) == (0, 1)
    assert "witnesses: 1 anchors here, 1 from elsewhere" in result.output


def test_a_tail_that_is_gone_is_found_by_a_file_of_anchors(run, busy, owner, tmp_path) -> None:
    file = tmp_path / "anchors.jsonl"
    run("audit", "anchors", "sign", "--jurisdiction", BUSY)
    run("audit", "anchors", "export", "--jurisdiction", BUSY, file)
    with owner.begin() as connection:
        for statement in (
            "DELETE FROM audit_anchor WHERE jurisdiction_id = :here",
            "DELETE FROM audit_entry WHERE jurisdiction_id = :here AND seq > 2",
            "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit_entry WHERE seq = 2"
            " AND jurisdiction_id = :here) WHERE jurisdiction_id = :here",
        ):
            connection.execute(text(statement), {"here": BUSY})

    assert run("audit", "verify", "--jurisdiction", BUSY).exit_code == 0

    result = run("audit", "verify", "--jurisdiction", BUSY, "--anchors", file)

    assert result.exit_code == 1
    assert "broken at line 3: cut off: the anchor of" in result.output


def test_a_receipt_may_be_the_witness(run, village, receipt, file) -> None:
    result = run("audit", "verify", "--jurisdiction", HERE, "--receipt", file(receipt))

    assert result.exit_code == 0
    assert "1 from elsewhere" in result.output


@pytest.mark.parametrize("content", ["x", "[]", "{}"])
def test_what_is_no_anchor_is_told(run, village, file, content: str) -> None:
    result = run("audit", "verify", "--jurisdiction", HERE, "--anchors", file(content))

    assert result.exit_code == 1
    assert "line 1 of" in result.output


@pytest.fixture
def receipt(client, village, as_):
    body = a_body(village.yard, village.checklist)
    url = f"/api/v1/inspections/{new_id()}"
    return client.put(url, json=body, headers=as_(village.officer)).json["receipt"]


@pytest.fixture
def file(tmp_path):
    def write(content) -> str:
        path = tmp_path / "receipt.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def test_a_receipt_is_checked_against_a_key(run, app, receipt, file) -> None:
    key = app.extensions["signer"].public_hex

    result = run("receipts", "verify", file(receipt), "--public-key", key)

    assert result.exit_code == 0
    assert receipt["id"] in result.output
    assert "the receipt is genuine" in result.output


def test_it_may_come_inside_the_answer_and_be_ours_by_default(run, receipt, file) -> None:
    assert run("receipts", "verify", file({"inspection": {}, "receipt": receipt})).exit_code == 0


@pytest.mark.parametrize(
    "change", [{"audit_seq": 1}, {"signature": "00" * 64}, {"signature": "x"}, {"signature": None}]
)
def test_an_altered_receipt_shows(run, receipt, file, change) -> None:
    result = run("receipts", "verify", file(receipt | change))

    assert result.exit_code == 1
    assert "altered" in result.output


def test_another_s_receipt_shows(run, receipt, file) -> None:
    other = Signer(bytes(32)).public_hex

    assert run("receipts", "verify", file(receipt), "--public-key", other).exit_code == 1


@pytest.mark.parametrize("key", ["", "xyz", "00"])
def test_what_is_no_key_is_told(run, receipt, file, key: str) -> None:
    result = run("receipts", "verify", file(receipt), "--public-key", key)

    assert result.exit_code == 1
    assert "is no public key" in result.output


def test_the_receipts_of_a_month_are_checked_each(run, receipt, file) -> None:
    month = {"format": "gridsvc-receipts/1", "month": "2026-11", "receipts": [receipt, receipt]}

    result = run("receipts", "verify", file(month))

    assert result.exit_code == 0
    assert "receipts: 2, all of them genuine" in result.output


def test_one_altered_receipt_of_a_month_shows(run, receipt, file) -> None:
    result = run("receipts", "verify", file({"receipts": [receipt, receipt | {"audit_seq": 1}]}))

    assert result.exit_code == 1
    assert receipt["id"] in result.output


@pytest.mark.parametrize("content", ["", "[]", '{"receipt": 1}', '{"receipts": [1]}'])
def test_what_is_no_receipt_is_told(run, village, file, content: str) -> None:
    assert run("receipts", "verify", file(content)).exit_code == 1
