"""Nothing is lost and nothing comes twice, whatever happens to the network and the processes.

`make test` lets 20 phones send 10 records each, `make storm` (STORM=full) 200 phones 50.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from threading import Lock, Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from gridsvc.app import create_app
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import head, verify
from gridsvc.digests import canonical, digest
from gridsvc.ids import part_id
from gridsvc.inspections.models import Inspection
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.media.models import Media, Photo, Upload
from gridsvc.media.queries import missing
from gridsvc.patrols.models import DayClose, Patrol, PatrolEnd, TrackChunk
from gridsvc.quarantine import ENTERED, Quarantined
from gridsvc.session import db, transaction
from gridsvc.signing import is_genuine, signer
from gridsvc.store import store
from tests.conftest import HERE
from tests.factories.media import sha256_of
from tests.storm.county import found
from tests.storm.day import Record
from tests.storm.instance import Instance, an_instance
from tests.storm.network import Ledger, Network
from tests.storm.phone import Phone, receipt_in

TABLES = {
    "patrol": Patrol, "track": TrackChunk, "patrol_end": PatrolEnd, "inspection": Inspection,
    "issue": Issue, "issue_action": IssueAction, "day_close": DayClose,
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    phones: int
    records: int
    photo_px: int  # noise: 126 make 10 KB, 290 make 50 KB
    worker_kills: int
    database_kills: int


SHORT = Size(phones=20, records=10, photo_px=126, worker_kills=3, database_kills=2)
FULL = Size(phones=200, records=50, photo_px=290, worker_kills=16, database_kills=4)
SIZE = FULL if os.environ.get("STORM") == "full" else SHORT
SEED = int(os.environ.get("STORM_SEED", "20261121"))


class Killer:
    """Kills something each time that so many more records have arrived."""

    def __init__(self, instance: Instance, size: Size, chance: Random) -> None:
        self._lock = Lock()
        self._arrived = 0
        self._every = size.phones * size.records // (size.worker_kills + size.database_kills + 1)
        how = [signal.SIGKILL, signal.SIGQUIT]
        kills: list[Callable[[], None]] = [
            lambda: instance.kill_a_worker(chance) for _ in range(size.worker_kills)
        ]
        kills += [
            lambda n=n: instance.kill_the_database(how[n % 2]) for n in range(size.database_kills)
        ]
        self.planned = chance.sample(kills, len(kills))

    def arrived(self) -> None:
        with self._lock:
            self._arrived += 1
            is_time = self._arrived % self._every == 0 and self.planned
            kill = self.planned.pop() if is_time else None
        if kill:
            kill()


@dataclass
class Storm:
    """What is left after it."""

    app: Flask
    phones: list[Phone]
    ledger: Ledger

    @property
    def sent(self) -> Counter[str]:
        return Counter(record.kind for phone in self.phones for record in phone.records)


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    """All phones have sent all they have, and nobody gave up. Idle, a machine takes 25 s."""
    chance, ledger = Random(SEED), Ledger()
    with an_instance(Path(tmp_path_factory.mktemp("storm"))) as instance:
        app = create_app(instance.settings)
        try:
            officers = found(app, SIZE.phones, SIZE.photo_px, chance)
            killer = Killer(instance, SIZE, chance)
            phones = [
                Phone(
                    headers=officer.headers,
                    records=officer.day.records(SIZE.records),
                    network=Network(instance.address, Random(chance.random()), ledger),
                    chance=Random(chance.random()),
                    wait=instance.wait,
                    arrived=killer.arrived,
                )
                for officer in officers
            ]
            in_parallel(phones, Phone.send_all)
            in_parallel(phones, lambda phone: phone.network.calm_down())
            assert not killer.planned
            yield Storm(app, phones, ledger)
        finally:
            with app.app_context():
                db.engine.dispose()


def in_parallel(phones: list[Phone], deed: Callable[[Phone], Any]) -> None:
    """Do `deed` with every phone at once; fail as they failed, each way told once."""
    faults: dict[str, Exception] = {}

    def watched(phone: Phone) -> None:
        try:
            deed(phone)
        except Exception as fault:
            faults.setdefault(repr(fault), fault)

    threads = [Thread(target=watched, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise ExceptionGroup("phones gave up", list(faults.values()))


def test_every_record_is_there_once_word_for_word(storm: Storm) -> None:
    with storm.app.app_context(), transaction(HERE) as session:
        for kind, table in TABLES.items():
            assert session.scalar(select(func.count()).select_from(table)) == storm.sent[kind]
        for record in (record for phone in storm.phones for record in phone.records):
            [row] = session.scalars(select(TABLES[record.kind]).filter_by(id=key_of(record)))
            if record.kind != "track":
                assert row.body == canonical(record.body).decode()


def key_of(record: Record) -> object:
    """A part of a track is known by its patrol and number, whatever its sender called it."""
    if record.kind != "track":
        return record.id
    return part_id(UUID(record.body["patrol_id"]), str(record.body["seq"]))


def test_every_record_and_photo_has_one_line_in_the_trail_and_the_trail_holds(storm: Storm) -> None:
    with storm.app.app_context(), transaction(HERE) as session:
        assert verify(session) is None
        lines = dict(
            session.execute(
                select(AuditEntry.subject_id, func.count())
                .where(AuditEntry.subject_kind.in_([*TABLES, "media"]))
                .group_by(AuditEntry.subject_id)
            ).all()
        )
    photos = sum(len(phone.photos) for phone in storm.phones)
    assert len(lines) == storm.sent.total() + photos
    assert set(lines.values()) == {1}


def test_every_receipt_ever_given_is_genuine_and_the_same_each_time(storm: Storm) -> None:
    with storm.app.app_context():
        key = signer().public_hex
    photos = sum(len(phone.photos) for phone in storm.phones)
    assert len(storm.ledger.given) == storm.sent.total() + photos
    for given in storm.ledger.given.values():
        assert is_genuine(given[0], key)
        assert all(again == given[0] for again in given)


def test_a_receipt_is_of_what_was_sent(storm: Storm) -> None:
    for phone in storm.phones:
        for record in phone.records:
            receipt = phone.receipts[record.id]
            assert receipt["digest"] == digest(canonical(record.body))
            assert sorted(receipt["media"]) == sorted(map(sha256_of, record.photos))
        for sha256, receipt in phone.photo_receipts.items():
            assert receipt["digest"] == f"sha256:{sha256}"


def test_every_photo_is_there_byte_for_byte_and_none_is_missed(storm: Storm) -> None:
    with storm.app.app_context(), transaction(HERE) as session:
        ids = [record.id for phone in storm.phones for record in phone.records]
        assert missing(session, ids) == {}
        files = store(HERE)
        for phone in storm.phones:
            for sha256, content in phone.photos.items():
                assert files.original(sha256).read_bytes() == content
        arriving = files.arriving(session.scalars(select(Upload.id).limit(1)).one()).parent
        assert list(arriving.iterdir()) == []
    for phone in storm.phones:
        [sha256] = islice(phone.photos, 1)
        assert phone.get_photo(sha256) == phone.photos[sha256]


def test_nothing_is_left_aside(storm: Storm) -> None:
    """What overtook the record that it builds on waited for it, and is entered."""
    with storm.app.app_context(), transaction(HERE) as session:
        left = select(Quarantined).where(Quarantined.state != ENTERED)
        assert [one.problem for one in session.scalars(left)] == []


def test_the_numbers_of_issues_are_each_given_once_and_none_is_left_out(storm: Storm) -> None:
    with storm.app.app_context(), transaction(HERE) as session:
        serials = [int(number[5:]) for number in session.scalars(select(Issue.number))]
    assert sorted(serials) == list(range(1, storm.sent["issue"] + 1))


def test_sending_all_of_it_again_changes_nothing(storm: Storm) -> None:
    before = state(storm.app)

    def replay(phone: Phone) -> None:
        known = dict(phone.receipts)
        for n in range(0, len(phone.records), 10):
            verdicts = phone.push(phone.records[n : n + 10])
            assert {verdict["verdict"] for verdict in verdicts} == {"duplicate"}
            assert not any(verdict["missing_media"] for verdict in verdicts)
        assert phone.receipts == known
        for sha256, content in phone.photos.items():
            answer = phone.announce(content)
            assert (answer.status, receipt_in(answer)) == (200, phone.photo_receipts[sha256])

    in_parallel(storm.phones, replay)
    assert state(storm.app) == before


def state(app: Flask) -> list[Any]:
    """The head of the trail, and how many rows there are of everything."""
    with app.app_context(), transaction(HERE) as session:
        tables = (*TABLES.values(), Photo, Upload, Media, Quarantined, AuditEntry)
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
        return [head(session), *counts]
