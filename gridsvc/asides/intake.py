"""Taking in the queue of a phone that can send nothing any more, from its file.

Whoever brings the file speaks for its owner: the records become the owner's, the trail names
both, and what becomes of them carries a mark.
"""

import hashlib
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select

from gridsvc.actor import Actor, person
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.digests import digest
from gridsvc.errors import DomainError, Kept, Outcome
from gridsvc.grids.models import Grid
from gridsvc.media.receive import announce, append, complete, standing
from gridsvc.media.rules import Announcement, ChecksumMismatch
from gridsvc.problems import describe
from gridsvc.session import rehearsal, transaction
from gridsvc.store import store
from gridsvc.sync.intake import hand_in
from gridsvc.sync.push import Sender
from gridsvc.synced import tick

AT_ONCE = 500
Told = list[dict[str, Any]]


def import_queue(
    jurisdiction_id: int, file: Mapping[str, Any], *, by: Actor, dry_run: bool, now: datetime
) -> tuple[Told, Told]:
    """Take in a file; return what became of its records, and of its photos. Safe to repeat.

    A dry run does all of it to the records, and undoes it; the photos are only looked at.
    """
    owner = person(file["person_id"], handed_in_by_id=by.person_id)
    sender = Sender(
        jurisdiction_id=jurisdiction_id,
        person_id=file["person_id"],
        actor=owner,
        clock_offset_s=file["clock_offset_s"],
        handed_in_by_id=by.person_id,
    )
    if dry_run:
        with rehearsal(jurisdiction_id) as session:
            tick(session, session.scalars(select(Grid.id)).all())
            records = list(_records(sender, file["records"], now))
        return records, [_checked(photo) for photo in file["photos"]]
    records = list(_records(sender, file["records"], now))
    photos = [_photo(jurisdiction_id, photo, owner, now) for photo in file["photos"]]
    _note(jurisdiction_id, file, by, now)
    return records, photos


def _records(sender: Sender, sent: Sequence[Any], now: datetime) -> Iterator[dict[str, Any]]:
    for first in range(0, len(sent), AT_ONCE):
        parcels, outcomes = hand_in(sender, sent[first : first + AT_ONCE], now)
        for n, parcel in enumerate(parcels):
            yield _told(parcel.sent, outcomes[n])


def _told(sent: Any, outcome: Outcome) -> dict[str, Any]:
    named = sent if isinstance(sent, dict) else {}
    told = {"id": named.get("id"), "kind": named.get("kind"), "verdict": outcome.verdict}
    return told if isinstance(outcome, Kept) else told | {"problem": describe(outcome)}


def _checked(photo: Mapping[str, Any]) -> dict[str, Any]:
    """Look at a photo of a file: its bytes are those that it names, or a problem says so."""
    try:
        content = _content(photo)
    except DomainError as refusal:
        return {"sha256": photo["sha256"], "problem": describe(refusal)}
    return {"sha256": photo["sha256"], "length": len(content)}


def _content(photo: Mapping[str, Any]) -> bytes:
    try:
        content = b64decode(photo["data"], validate=True)
    except ValueError:
        raise ChecksumMismatch("It is no base64.") from None
    if hashlib.sha256(content).hexdigest() != photo["sha256"]:
        raise ChecksumMismatch("Its SHA-256 is another one.")
    return content


def _photo(
    jurisdiction_id: int, photo: Mapping[str, Any], owner: Actor, now: datetime
) -> dict[str, Any]:
    """Take in a photo as if its owner had sent it."""
    told = {"sha256": photo["sha256"]}
    try:
        content = _content(photo)
        files = store(jurisdiction_id)
        with transaction(jurisdiction_id) as session:
            announced = Announcement(
                sha256=photo["sha256"], media_type=photo["type"], length=len(content)
            )
            upload = announce(session, files, announced, by=owner, now=now)
            if upload.completed_at is not None:
                return told
            at = standing(files, upload)
            append(files, upload, at, BytesIO(content[at:]), now=now)
            sha256 = photo["sha256"]
            refusal = complete(session, files, upload, by=owner, now=now, sha256=sha256)
    except DomainError as fault:
        refusal = fault
    return told if refusal is None else {**told, "problem": describe(refusal)}


def _note(jurisdiction_id: int, file: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """The line of whoever brought the file; each record has its own beside it."""
    sent = {"records": file["records"], "photos": [photo["sha256"] for photo in file["photos"]]}
    line = Act(
        deed="queue.import",
        subject_kind="person",
        subject_id=file["person_id"],
        digest=digest(json.dumps(sent, sort_keys=True).encode()),
        changes={"records": [None, len(file["records"])], "photos": [None, len(file["photos"])]},
    )
    with transaction(jurisdiction_id) as session:
        audit.record(session, [line], by=by, at=now)
