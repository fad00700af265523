"""Patrols that another device recorded: from its file to the records that a phone would send."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import numpy as np

from geo.gpx import BadGpx, read_gpx
from geo.track import Fixes, gaps, track_m
from gridsvc.actor import Actor
from gridsvc.digests import canonical
from gridsvc.errors import DomainError, Outcome, Refused
from gridsvc.ids import named_id
from gridsvc.patrols import service
from gridsvc.patrols.rules import PatrolEndReport, PatrolReport, TrackReport
from gridsvc.patrols.tracks import GAP_S
from gridsvc.records import Envelope
from gridsvc.session import Session

POINTS_A_PART = 500
LONGEST = timedelta(hours=24)


class NotATrack(Refused):
    """The file cannot be taken as the track of a patrol."""


def read(content: bytes) -> Fixes:
    """Return the fixes of a GPX file. Raises NotATrack, which says what is wrong with it."""
    try:
        fixes = read_gpx(content)
    except BadGpx as wrong:
        raise NotATrack(str(wrong)) from None
    if fixes[-1, 2] - fixes[0, 2] > LONGEST.total_seconds():
        raise NotATrack("It is longer than a day: cut it into patrols.")
    return fixes


def enter(
    session: Session,
    content: bytes,
    *,
    officer_id: UUID,
    grid_id: UUID,
    by: Actor,
    now: datetime,
) -> tuple[UUID, bool]:
    """Enter a file as a patrol; return its id, and whether it is new.

    The ids are made of the file, so that the same file is the same patrol. Raises NotATrack, or
    whatever refuses a patrol of that officer, then and there.
    """
    fixes = read(content)
    if fixes[-1, 2] > now.timestamp():
        raise NotATrack("It has points in the future.")
    file = _File(sha256(content).hexdigest(), officer_id, grid_id, fixes)
    patrol_id = file.id("patrol")
    [started] = service.start(session, [file.start()], by=by, now=now)
    is_new = _entered(started)
    for outcome in service.hand_in_track(session, file.parts(), by=by, now=now):
        _entered(outcome)
    [ended] = service.end(session, [file.end()], by=by, now=now)
    _entered(ended)
    return patrol_id, is_new


def _entered(outcome: Outcome) -> bool:
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome.is_new


class _File:
    """A file, as the records that it becomes."""

    def __init__(self, digest: str, officer_id: UUID, grid_id: UUID, fixes: Fixes) -> None:
        self.digest, self.officer_id, self.grid_id, self.fixes = digest, officer_id, grid_id, fixes

    def id(self, *about: str) -> UUID:
        who = (str(self.officer_id), str(self.grid_id))
        return named_id(self._at(0), "gpx", self.digest, *who, *about)

    def start(self) -> PatrolReport:
        body = {"grid_id": str(self.grid_id), "source": "gpx", "sha256": self.digest}
        sealed = self._sealed(self.id("patrol"), self._at(0), body)
        return PatrolReport(envelope=sealed, grid_id=self.grid_id)

    def parts(self) -> list[TrackReport]:
        cuts = range(POINTS_A_PART, len(self.fixes), POINTS_A_PART)
        return [self._part(seq, fixes) for seq, fixes in enumerate(np.split(self.fixes, cuts))]

    def end(self) -> PatrolEndReport:
        facts: dict[str, Any] = {
            "points": len(self.fixes),
            "distance_m": round(track_m(self.fixes), 1),
            "gaps": len(gaps(self.fixes, GAP_S)),
        }
        body = {"patrol_id": str(self.id("patrol")), "facts": facts}
        sealed = self._sealed(self.id("end"), self._at(-1), body)
        return PatrolEndReport(envelope=sealed, patrol_id=self.id("patrol"), facts=facts)

    def _part(self, seq: int, fixes: Fixes) -> TrackReport:
        points = [[*fix, None] for fix in fixes.tolist()]
        body = {"crs": "wgs84", "points": points}
        sealed = self._sealed(self.id("part", str(seq)), self._at(-1), body)
        return TrackReport(envelope=sealed, patrol_id=self.id("patrol"), seq=seq, fixes=fixes)

    def _sealed(self, id: UUID, at: datetime, body: dict[str, Any]) -> Envelope:
        text = canonical(body | {"made_at": at.isoformat()}).decode()
        return Envelope(
            id=id, sender_id=self.officer_id, device_id=None, made_at=at, text=text
        )  # fmt: skip

    def _at(self, n: int) -> datetime:
        return datetime.fromtimestamp(float(self.fixes[n, 2]), UTC)
