"""What is held about a person, for that person: one JSON document, written piece by piece.

Secrets are no part of it: neither the password's hash nor a device's digest.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, or_, select

from gridsvc.accountability.models import Leave
from gridsvc.audit.models import AuditEntry
from gridsvc.db import Model
from gridsvc.digests import COMPACT
from gridsvc.disclosures.queries import lines
from gridsvc.handovers.queries import handovers_of
from gridsvc.media.models import Photo
from gridsvc.patrols.models import Patrol
from gridsvc.patrols.queries import chunks_of
from gridsvc.patrols.tracks import fixes_of
from gridsvc.people.models import Account, Device, Person
from gridsvc.quarantine import Quarantined
from gridsvc.records import FieldRecord
from gridsvc.roster.timeline import timeline_of_person
from gridsvc.session import Session

PIECE = 200  # rows in memory at once

PERSON = ("id", "login", "name", "phone")
ACCOUNT = (
    "login", "created_at", "disabled_at", "must_change_password", "oidc_issuer", "oidc_subject",
)  # fmt: skip
DEVICE = (
    "id", "kind", "name", "app_build", "created_at", "last_seen_at", "expires_at", "revoked_at",
)  # fmt: skip
LEAVE = (
    "id", "substitute_id", "first_day", "last_day", "reason", "recorded_at", "cancelled_at",
)  # fmt: skip
RECORD = (
    "id", "grid_id", "device_id", "made_at", "clock_offset_s", "occurred_at", "received_at",
    "digest",
)  # fmt: skip
PHOTO = ("sha256", "record_id", "purpose", "taken_at", "accuracy_m")
ASIDE = ("id", "received_at", "verdict", "problem")

Row = dict[str, Any]


def document(session: Session, person_id: UUID, account_id: UUID, now: datetime) -> Iterator[bytes]:
    """Yield the document in pieces that fit into memory, however long somebody has worked."""
    person = session.get_one(Person, (session.jurisdiction_id, person_id))
    account = session.get_one(Account, account_id)
    yield b'{"as_of":' + _json(now)
    yield b',"person":' + _json(_row(person, PERSON))
    yield b',"account":' + _json(_row(account, ACCOUNT))
    yield b',"duties":' + _json([_term(term) for term in _terms(session, person)])
    yield b',"handovers":' + _json([_handover(one) for one in _handovers(session, person_id)])
    for name, rows in _lists(session, person_id):
        yield b"," + _json(name) + b":"
        yield from _array(rows)
    yield b',"records":{'
    for number, (name, rows) in enumerate(_records(session, person_id)):
        yield (b"," if number else b"") + _json(name) + b":"
        yield from _array(rows)
    yield b"}}"


def _lists(session: Session, person_id: UUID) -> Iterator[tuple[str, Iterable[Row]]]:
    leaves = select(Leave).where(
        or_(Leave.person_id == person_id, Leave.substitute_id == person_id)
    )
    devices = select(Device).where(Device.person_id == person_id)
    photos = select(Photo).where(Photo.sender_id == person_id)
    aside = select(Quarantined).where(Quarantined.sender_id == person_id)
    yield "leaves", _rows(session, leaves.order_by(Leave.id), LEAVE)
    yield "devices", _rows(session, devices.order_by(Device.id), DEVICE)
    yield "photos", _rows(session, photos.order_by(Photo.id), PHOTO)
    yield "kept_aside", _aside(session, aside.order_by(Quarantined.id))
    yield "tracks", _tracks(session, person_id)
    yield "audit", _audit(session, person_id)


def _records(session: Session, person_id: UUID) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield somebody's own field records of every kind, word for word as they were sent."""
    kinds = {
        str(mapper.local_table): mapper.class_
        for mapper in Model.registry.mappers
        if issubclass(mapper.class_, FieldRecord)
    }
    for name, kind in sorted(kinds.items()):
        mine = select(kind).where(kind.sender_id == person_id).order_by(kind.id)
        yield name, _sent(session, mine)


def _sent(session: Session, mine: Select[Any]) -> Iterator[Row]:
    for record in _streamed(session, mine):
        yield _row(record, RECORD) | {"body": orjson.Fragment(record.body)}


def _aside(session: Session, mine: Select[Any]) -> Iterator[Row]:
    for kept in _streamed(session, mine):
        yield _row(kept, ASIDE) | {"record": kept.record}


def _tracks(session: Session, person_id: UUID) -> Iterator[Row]:
    """Yield the raw track of each patrol: lon, lat, Unix time and accuracy of each point."""
    patrols = select(Patrol.id).where(Patrol.sender_id == person_id).order_by(Patrol.id)
    for patrol_id in session.scalars(patrols).all():
        chunks = chunks_of(session, [patrol_id])[patrol_id]
        if chunks:
            yield {"patrol_id": patrol_id, "crs": "wgs84", "points": fixes_of(chunks).tolist()}


def _audit(session: Session, person_id: UUID) -> Iterator[Row]:
    """Yield the lines of the trail by somebody and about them, piece by piece."""
    entry, after = AuditEntry, 0
    theirs = or_(entry.person_id == person_id, entry.subject_id == person_id)
    while True:
        page = select(entry).where(theirs, entry.seq > after).order_by(entry.seq).limit(PIECE)
        found = session.scalars(page).all()
        if not found:
            return
        yield from lines(session, found)
        after = found[-1].seq


def _terms(session: Session, person: Person) -> Iterable[Row]:
    terms: Iterable[Row] = timeline_of_person(session, person)["items"]
    return terms


def _term(term: Row) -> Row:
    names = ("id", "role", "seat", "subject", "since", "until", "recorded_at", "end_recorded_at")
    return {name: term[name] for name in names}


def _handovers(session: Session, person_id: UUID) -> Iterable[Row]:
    return handovers_of(session, person_id=person_id)


def _handover(one: Row) -> Row:
    return one | {side: one[side].name for side in ("from_person", "to_person")}


def _rows(session: Session, query: Select[Any], columns: tuple[str, ...]) -> Iterator[Row]:
    for row in _streamed(session, query):
        yield _row(row, columns)


def _streamed(session: Session, query: Select[Any]) -> Iterator[Any]:
    yield from session.scalars(query, execution_options={"yield_per": PIECE})


def _row(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns}


def _array(rows: Iterable[Row]) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(rows):
        yield (b",\n" if number else b"") + _json(row)
    yield b"]"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=COMPACT)
