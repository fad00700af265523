"""What somebody's work in a village leaves behind: a thing of every kind, easy to look for."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select

from gridsvc.actor import person
from gridsvc.edits.rules import EditReport
from gridsvc.edits.service import edit
from gridsvc.flags.rules import Finding
from gridsvc.flags.service import note
from gridsvc.ids import new_id
from gridsvc.inspections.service import register
from gridsvc.media.models import Media, Upload
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.patrols.rules import TrackReport
from gridsvc.patrols.service import hand_in_track
from gridsvc.people.models import Person
from gridsvc.quarantine import Quarantined, keep_aside
from gridsvc.rules.models import Checklist
from gridsvc.session import Session
from gridsvc.store import store
from tests.factories.inspections import a_report, an_envelope
from tests.factories.issues import a_photo as a_declared_photo
from tests.factories.issues import add_issue, arrive, do
from tests.factories.media import a_photo, sha256_of
from tests.factories.rounds import add_day_close, add_patrol
from tests.factories.spots import NOW, YESTERDAY, Spot, numbers

Facts = dict[str, Any]


def leave_records(session: Session, spot: Spot, officer: Person, checklist: Checklist) -> None:
    """Somebody makes a round, and leaves a record of every kind behind."""
    own = ("flag", "patrol", "track", "track_aside", "photo", "upload")
    spot.own |= {kind: {officer.id} for kind in own}
    spot.workers |= {officer.id}
    patrol = add_patrol(session, officer, spot.grid, YESTERDAY)
    content = a_photo()
    photo = DeclaredPhoto(sha256=sha256_of(content), purpose="scene", taken_at=YESTERDAY)
    visit = a_report(spot.ids["enterprise"], officer, checklist, made_at=YESTERDAY, photos=(photo,))
    register(session, [visit], by=person(officer.id), now=YESTERDAY)
    _arrive(session, officer, photo, content)
    doubt = Finding(kind="exif_conflict", record_kind="inspection", record_id=visit.envelope.id)
    [flag] = note(session, [doubt], by=person(officer.id), now=YESTERDAY)
    spot.ids |= {
        "patrol": patrol,
        "track": _track(session, officer, patrol),
        "inspection": visit.envelope.id,
        "flag": flag,
        "photo": photo.sha256,
        "day_close": add_day_close(session, officer, spot.grid, YESTERDAY),
        "upload": _announced(session, officer),
        "conflict": _conflict(session, officer, spot),
        **_aside(session, officer),
    }


def leave_problems(
    session: Session, spot: Spot, finder: Person, people: Mapping[str, Person], given: Facts
) -> None:
    """Somebody finds problems, which get into every state. `given` says to whom."""
    enterprise = spot.ids["enterprise"]
    for n, state in enumerate(("found", "assigned", "submitted", "accepted", "closed")):
        found = add_issue(session, enterprise, finder, YESTERDAY, urgent=state == "found")
        steps: Sequence[tuple[str, Person, Facts]] = (
            ("assign", people["dispatcher@1"], given),
            ("submit", finder, {"photos": (a_declared_photo("after"),)}),
            ("accept", people["enforcement_officer@1"], {}),
            ("close", people["dispatcher@1"], {}),
        )
        for action, somebody, facts in steps[:n]:
            outcome = do(session, found, somebody, action, YESTERDAY, **facts)
            assert outcome.verdict == "accepted", outcome
        kind, unit, owner = f"issue_{state}", given.get("unit_id"), given.get("owner_id")
        spot.ids[kind] = found
        spot.also[kind] = {enterprise.id} | ({unit} if n and unit else set())
        spot.own[kind] = {owner} if n and owner else set()


def leave_old_problem(session: Session, spot: Spot, finder: Person) -> None:
    """Somebody found a problem while they had a duty."""
    found = add_issue(session, spot.ids["enterprise"], finder, NOW - timedelta(days=40))
    spot.ids["issue_old"], spot.also["issue_old"] = found, spot.also["enterprise"]
    spot.workers |= {finder.id}


def _track(session: Session, officer: Person, patrol_id: UUID) -> str:
    """Where somebody was: a longitude that is found nowhere else."""
    marker = 122.05 + next(numbers) * 1.0000001e-5
    points = [[marker, 41.24, YESTERDAY.timestamp(), 5.0]]
    report = TrackReport(
        envelope=an_envelope(officer, {"crs": "wgs84", "points": points}),
        patrol_id=patrol_id, seq=0, fixes=np.array(points)[:, :3],
    )  # fmt: skip
    hand_in_track(session, [report], by=person(officer.id), now=YESTERDAY)
    return repr(marker)


def _arrive(session: Session, officer: Person, photo: DeclaredPhoto, content: bytes) -> None:
    arrive(session, officer, photo, YESTERDAY)
    session.add(
        Media(
            sha256=photo.sha256, media_type="image/jpeg", length=len(content), width_px=64,
            height_px=48, received_at=YESTERDAY, looked_at=YESTERDAY,
        )
    )  # fmt: skip
    files = store(session.jurisdiction_id)
    files.original(photo.sha256).write_bytes(content)
    files.thumb(photo.sha256).write_bytes(content)


def _announced(session: Session, officer: Person) -> Upload:
    upload = Upload(
        sender_id=officer.id, sha256=sha256_of(a_photo()), media_type="image/jpeg", length=99,
        offset=0, created_at=NOW, expires_at=NOW + timedelta(days=7), completed_at=None,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    return upload


def _conflict(session: Session, officer: Person, spot: Spot) -> UUID:
    """An edit of what somebody else had changed meanwhile."""
    told: Facts = {
        "subject_kind": "enterprise", "subject_id": spot.ids["enterprise"].id, "base_version": 1,
        "changes": {"address": {"from": "老地址", "to": "新地址"}},
    }  # fmt: skip
    report = EditReport(envelope=an_envelope(officer, told, made_at=YESTERDAY), **told)
    [outcome] = edit(session, [report], by=person(officer.id), now=YESTERDAY)
    assert outcome.verdict == "accepted", outcome
    return report.envelope.id


def _aside(session: Session, officer: Person) -> dict[str, Any]:
    """A part of a track that could not be entered."""
    marker = 122.05 + next(numbers) * 1.0000001e-5
    points = [[marker, 41.24, YESTERDAY.timestamp(), 5.0]]
    sent = {"kind": "track", "id": str(new_id()), "body": {"crs": "wgs84", "points": points}}
    keep_aside(
        session, [(sent, "quarantined", {"type": "/problems/unknown-patrol"})],
        sender_id=officer.id, by=person(officer.id), now=YESTERDAY,
    )  # fmt: skip
    kept = select(Quarantined).where(Quarantined.sender_id == officer.id)
    return {"quarantined": session.scalars(kept).one(), "track_aside": repr(marker)}
