"""Rounds as the phones of the county report them: the records, and the words they sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from gridsvc.demo.chance import chance
from gridsvc.demo.photos import Shot, told
from gridsvc.demo.rounds import Round, Visit, way
from gridsvc.demo.texts import REMARKS, SCENES
from gridsvc.demo.world import SEED
from gridsvc.digests import canonical
from gridsvc.ids import named_id
from gridsvc.inspections.rules import InspectionReport
from gridsvc.issues.rules import IssueReport
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.patrols.rules import DayCloseReport, PatrolEndReport, PatrolReport, TrackReport
from gridsvc.records import Envelope

SEVERE_AS_LISTED_PCT = 80  # else it was a small matter
CORRECTED = 0.1  # of the visits with a problem
URGENT = {"serious": 0.5, "ordinary": 0.05}  # of the problems of each severity


@dataclass
class Outbox:
    """What phones send of their rounds, by kind, in the order in which it is entered."""

    patrols: list[PatrolReport] = field(default_factory=list)
    tracks: list[TrackReport] = field(default_factory=list)
    ends: list[PatrolEndReport] = field(default_factory=list)
    inspections: list[InspectionReport] = field(default_factory=list)
    corrections: list[InspectionReport] = field(default_factory=list)
    issues: list[IssueReport] = field(default_factory=list)
    closes: list[DayCloseReport] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)

    def add(self, of: Round) -> None:
        """Put all the records of a round in."""
        patrol = _patrol(of)
        self.patrols.append(patrol)
        if of.has_track and of.visits:
            self.tracks.append(_track(of, patrol))
        if of.has_end:
            self.ends.append(_end(of, patrol))
        for visit in of.visits:
            self._visit(of, visit, patrol)
        if of.has_close:
            self.closes.append(_close(of))

    def _visit(self, of: Round, visit: Visit, patrol: PatrolReport) -> None:
        shots = list(_shots(of, visit))
        inspection = _inspection(of, visit, patrol, [shot.declared("scene") for shot in shots[:1]])
        self.inspections.append(inspection)
        if (
            visit.problem
            and chance(SEED, "corrected", of.key, visit.site.code).random() < CORRECTED
        ):
            self.corrections.append(_correction(of, visit, inspection))
        self.shots += shots
        if visit.problem:
            self.issues.append(_issue(of, visit, inspection, shots))


def sealed(
    sender_id: UUID, at: datetime, fast_s: float, body: dict[str, Any], *about: str
) -> Envelope:
    """Return the envelope of what happened at a moment, made on a phone that is `fast_s` fast."""
    made_at = at + timedelta(seconds=round(fast_s))
    text = canonical({"made_at": said(made_at), **body}).decode()
    return Envelope(
        id=named_id(made_at, *about),
        sender_id=sender_id,
        device_id=None,
        made_at=made_at,
        text=text,
        clock_offset_s=-float(round(fast_s)),
    )


def said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _sealed(of: Round, at: datetime, body: dict[str, Any], *about: str) -> Envelope:
    return sealed(of.officer_id, at, of.fast_s, body, *about, of.key)


def _patrol(of: Round) -> PatrolReport:
    body: dict[str, Any] = {"grid_id": str(of.village.id)}
    body |= {"companions": list(map(str, of.companions))} if of.companions else {}
    envelope = _sealed(of, of.begins, body, "patrol")
    return PatrolReport(envelope=envelope, grid_id=of.village.id, companions=of.companions)


def _track(of: Round, patrol: PatrolReport) -> TrackReport:
    shift_s = round(of.fast_s)
    fixes = [(lon, lat, at + shift_s) for lon, lat, at in way(of)]
    points = [[lon, lat, at, 8.0] for lon, lat, at in fixes]
    patrol_id = patrol.envelope.id
    body = {"patrol_id": str(patrol_id), "seq": 0, "crs": "wgs84", "points": points}
    envelope = _sealed(of, of.ends, body, "track")
    return TrackReport(envelope=envelope, patrol_id=patrol_id, seq=0, fixes=np.array(fixes))


def _end(of: Round, patrol: PatrolReport) -> PatrolEndReport:
    facts = {"visits": len(of.visits), "gaps": 0}
    if of.has_track and of.visits:
        facts["points"] = len(way(of))  # what the server can count, too
    body = {"patrol_id": str(patrol.envelope.id), "facts": facts}
    envelope = _sealed(of, of.ends, body, "end")
    return PatrolEndReport(envelope=envelope, patrol_id=patrol.envelope.id, facts=facts)


def _close(of: Round) -> DayCloseReport:
    draw = chance(SEED, "close", of.key)
    remark = draw.choice(REMARKS) if draw.random() < 0.1 else None
    facts: dict[str, Any] = {
        "visits": len(of.visits),
        "problems": sum(visit.problem is not None for visit in of.visits),
        "unvisited": [
            {"enterprise_id": str(site.id), "reason": reason} for site, reason in of.unvisited
        ],
    }
    body = {"grid_id": str(of.village.id), "day": of.day.isoformat(), **facts}
    body |= {"remark": remark} if remark else {}
    envelope = _sealed(of, of.closes, body, "close")
    return DayCloseReport(
        envelope=envelope, grid_id=of.village.id, day=of.day, remark=remark, **facts
    )


def _inspection(
    of: Round, visit: Visit, patrol: PatrolReport, photos: list[DeclaredPhoto]
) -> InspectionReport:
    site, answers = visit.site, list(_answers(visit))
    body: dict[str, Any] = {
        "enterprise_id": str(site.id),
        "patrol_id": str(patrol.envelope.id),
        "checklist_id": str(site.checklist_id),
        "answers": answers,
        "findings": visit.findings,
        "photos": list(map(told, photos)),
    }
    if visit.position:
        place = {"type": "Point", "coordinates": [visit.position.x, visit.position.y]}
        body |= {"position": place, "crs": "wgs84", "accuracy_m": visit.accuracy_m}
    else:
        body |= {"no_position_reason": visit.no_position_reason}
    return InspectionReport(
        envelope=_sealed(of, visit.at, body, "inspection", site.code),
        enterprise_id=site.id,
        checklist_id=site.checklist_id,
        answers=answers,
        findings=visit.findings,
        patrol_id=patrol.envelope.id,
        position=visit.position,
        crs="wgs84" if visit.position else None,
        accuracy_m=visit.accuracy_m if visit.position else None,
        no_position_reason=visit.no_position_reason,
        photos=tuple(photos),
    )


def _correction(of: Round, visit: Visit, inspection: InspectionReport) -> InspectionReport:
    """The officer adds in the afternoon what was left out; where does not matter any more."""
    findings, because = f"{visit.findings}；已当面告知负责人", "漏写了告知情况"
    nowhere = "更正，不再记位置"
    body = {
        "enterprise_id": str(visit.site.id), "checklist_id": str(visit.site.checklist_id),
        "corrects_id": str(inspection.envelope.id), "answers": inspection.answers,
        "no_position_reason": nowhere, "findings": findings, "correction_reason": because,
    }  # fmt: skip
    at = visit.at + timedelta(minutes=25)
    return InspectionReport(
        envelope=_sealed(of, at, body, "correction", visit.site.code),
        enterprise_id=visit.site.id,
        checklist_id=visit.site.checklist_id,
        answers=inspection.answers,
        findings=findings,
        corrects_id=inspection.envelope.id,
        correction_reason=because,
        no_position_reason=nowhere,
    )


def _answers(visit: Visit) -> Iterator[dict[str, Any]]:
    found = visit.problem and visit.problem["item"]
    for item in visit.site.items:
        if item["item"] == found:
            yield {"item": found, "result": "problem", "note": visit.findings}
        else:
            draw = chance(SEED, "answer", visit.site.code, item["item"]).random()
            yield {"item": item["item"], "result": "not_applicable" if draw < 0.08 else "ok"}


def _shots(of: Round, visit: Visit) -> Iterator[Shot]:
    if not visit.has_photo:
        return
    scene = SCENES.get(visit.category, "fence")
    name = f"{visit.site.code}/{visit.at.isoformat()}"
    yield Shot(of.officer_id, name, scene, "before" if visit.problem else "scene", visit.at)
    if visit.is_fixed:
        later = visit.at + timedelta(minutes=4)
        yield Shot(of.officer_id, f"{name}/after", scene, "after", later)


def _issue(
    of: Round, visit: Visit, inspection: InspectionReport, shots: Iterable[Shot]
) -> IssueReport:
    photos = tuple(shot.declared() for shot in shots)
    facts: dict[str, Any] = {
        "category": visit.category,
        "severity": _severity(visit),
        "description": visit.findings,
        "fixed_on_spot": visit.is_fixed,
    }
    luck = chance(SEED, "urgent", of.key, visit.site.code).random()
    facts["urgent"] = not visit.is_fixed and luck < URGENT.get(facts["severity"], 0)
    ids: dict[str, Any] = {"enterprise_id": visit.site.id, "inspection_id": inspection.envelope.id}
    body = facts | {name: str(id) for name, id in ids.items()}
    body |= {"photos": list(map(told, photos))}
    at = visit.at + timedelta(minutes=5)
    envelope = _sealed(of, at, body, "issue", visit.site.code)
    return IssueReport(envelope=envelope, photos=photos, **facts, **ids)


def _severity(visit: Visit) -> str:
    listed: str = visit.problem["severity"] if visit.problem else "ordinary"
    draw = chance(SEED, "severity", visit.site.code, visit.at.isoformat())
    return listed if draw.random() < SEVERE_AS_LISTED_PCT / 100 else "minor"
