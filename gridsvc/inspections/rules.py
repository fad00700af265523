"""What an inspection is worth as evidence, and whether it can be entered at all.

A record is never refused for being suspicious: it is entered and flagged, and a person
judges the flags. It is refused only if nobody could say what it means, or if its sender
had no business there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from shapely import Point

from geo.distance import distance_m
from gridsvc.accountability.rules import Held, may, saw
from gridsvc.certificates.models import Certificate
from gridsvc.db import Period
from gridsvc.errors import DomainError, Forbidden, NotFound, Refused
from gridsvc.flags.rules import Finding
from gridsvc.inspections.formal import (
    DEED,
    CorrectsOtherKind,
    NotAnEnforcementOfficer,
    need_officers,
    officers_of,
    unknown_certificates,
)
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.records import Envelope, Row
from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.rules.rules import Numbers, in_force, unanswered

KINDS = ("patrol", "formal")  # 巡查, 行政检查

OLD_FIX_S = 1800.0  # a visit may be written down that long after its fix


class UnknownEnterprise(NotFound):
    """No such enterprise."""


class UnknownChecklist(NotFound):
    """No such checklist."""


class NothingToCorrect(NotFound):
    """The entry that this one corrects is not in the log, or of another enterprise."""


class NotYourEntry(Forbidden):
    """Only who made an entry of the log corrects it."""


class UnansweredItems(Refused):
    """Some items of the checklist have no answer, or an answer has no item."""


class OutsideEveryGrid(Refused):
    """The enterprise lay in no grid at that time."""


class NotYourGrid(Forbidden):
    """The inspector held no duty there at that time."""


@dataclass(frozen=True, kw_only=True)
class InspectionReport:
    """What an inspector's phone says happened."""

    envelope: Envelope
    enterprise_id: UUID
    checklist_id: UUID
    answers: list[dict[str, Any]]
    findings: str
    kind: str = "patrol"
    formal: dict[str, Any] | None = None  # of kind formal, as FormalFactsSchema has it
    patrol_id: UUID | None = None
    corrects_id: UUID | None = None
    correction_reason: str | None = None
    position: Point | None = None  # EPSG:4326, longitude and latitude in degrees
    crs: str | None = None  # what the phone sent it in
    accuracy_m: float | None = None  # radius of 68 % confidence, metres
    no_position_reason: str | None = None
    gps_at: datetime | None = None  # by the clock of the satellites
    uptime_s: float | None = None
    is_mock: bool | None = None  # None: the phone cannot know
    photos: tuple[DeclaredPhoto, ...] = ()

    @property
    def result(self) -> str:
        found = any(answer["result"] == "problem" for answer in self.answers)
        return "problem" if found else "ok"


@dataclass(frozen=True, kw_only=True)
class Place:
    """An enterprise, and the grid it lay in at the time of a report."""

    location: Point
    grid_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """An entry that a report corrects. `first_id` is where its chain of corrections began."""

    enterprise_id: UUID
    sender_id: UUID
    first_id: UUID
    kind: str
    occurred_at: datetime
    formal: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """All that the rules need to know about the places and the people."""

    places: Mapping[UUID, Place]  # by id of the report; a report on no enterprise has none
    corrected: Mapping[UUID, Corrected]  # by id of the entry
    position_grids: Mapping[UUID, UUID]  # where the phone was, by id of the report
    checklists: Mapping[UUID, Checklist]
    held: Mapping[UUID, Iterable[Held]]  # by each inspector
    rule_sets: Iterable[RuleSet]
    received_at: datetime
    receivers: Mapping[UUID, Iterable[Period]] = field(default_factory=dict)  # by device
    certificates: Mapping[UUID, list[Certificate]] = field(default_factory=dict)  # by person
    _numbers: dict[UUID, Numbers] = field(default_factory=dict)  # by rule set, as they are read

    def numbers(self, at: datetime) -> Numbers:
        """Return the numbers that counted at a moment. Raises NoRuleSet."""
        rule_set = in_force(self.rule_sets, at)
        if rule_set.id not in self._numbers:
            self._numbers[rule_set.id] = Numbers.read(rule_set.document)
        return self._numbers[rule_set.id]

    @cached_property
    def held_there(self) -> Mapping[tuple[UUID, UUID], list[Held]]:
        """What reaches a subject of all that somebody held, by their id and its own."""
        found: dict[tuple[UUID, UUID], list[Held]] = defaultdict(list)
        for person_id, duties in self.held.items():
            for duty in duties:
                found[person_id, duty.subject_id].append(duty)
        return found


def admit(report: InspectionReport, known: Circumstances) -> Row:
    """Return the row of the inspection log for a report that can be entered.

    Raises UnknownEnterprise, UnknownChecklist, UnansweredItems, NothingToCorrect,
    OutsideEveryGrid, NoRuleSet, NotYourGrid, or what need_officers does.
    """
    envelope = report.envelope
    place = known.places.get(envelope.id)
    if place is None:
        raise unknown_enterprise(report.enterprise_id)
    if place.grid_id is None:
        raise OutsideEveryGrid(f"{report.enterprise_id} lay in no grid then.")
    row = envelope.row(known.received_at)
    at = row["occurred_at"]
    _check_duty(report, place.grid_id, known, at)
    _check_answers(report, known.checklists)
    corrected = _corrected(report, known.corrected)
    in_force(known.rule_sets, at)
    return row | {
        "grid_id": place.grid_id,
        "position_grid_id": known.position_grids.get(envelope.id),
        "first_id": corrected.first_id if corrected else None,
        **_facts(report),
    }


def _check_duty(
    report: InspectionReport, grid_id: UUID, known: Circumstances, at: datetime
) -> None:
    sender_id = report.envelope.sender_id
    held = known.held_there.get((sender_id, grid_id), ())
    if not may(held, "inspection.register", grid_id, at):
        raise no_duty_there(known.held[sender_id], grid_id, report.enterprise_id)
    if report.formal is None:
        return
    if not may(held, DEED, grid_id, at):
        raise NotAnEnforcementOfficer("It is kept aside. A patrol is yours to report.")
    then, named = _inspected(report, known, at)
    need_officers(report.formal, sender_id, known.held, grid_id, then, known=named)


def _inspected(
    report: InspectionReport, known: Circumstances, at: datetime
) -> tuple[datetime, Collection[UUID]]:
    """Return when a formal inspection was, and whom an entry that this one corrects names."""
    earlier = known.corrected.get(report.corrects_id) if report.corrects_id else None
    return (earlier.occurred_at, officers_of(earlier.formal)) if earlier else (at, ())


def unknown_enterprise(enterprise_id: UUID) -> UnknownEnterprise:
    return UnknownEnterprise(f"There is no enterprise {enterprise_id}.")


def no_duty_there(
    held: Iterable[Held], grid_id: UUID, enterprise_id: UUID | None = None
) -> DomainError:
    """Return the refusal for somebody without a duty in a grid, at an enterprise in it if any.

    To whoever never saw the enterprise, it is told in the words for one that there is not.
    """
    if enterprise_id and not saw(held, "enterprise.read", grid_id, enterprise_id):
        return unknown_enterprise(enterprise_id)
    return NotYourGrid("You held no duty there at that time.", grid_id=grid_id)


def _check_answers(report: InspectionReport, checklists: Mapping[UUID, Checklist]) -> None:
    checklist = checklists.get(report.checklist_id)
    if checklist is None:
        raise UnknownChecklist(f"There is no checklist {report.checklist_id}.")
    answered = [answer["item"] for answer in report.answers]
    left = unanswered(checklist.items, answered)
    strange = sorted(set(answered) - {item["item"] for item in checklist.items})
    if left or strange or len(set(answered)) < len(answered):
        raise UnansweredItems("Each item wants one answer.", unanswered=left, unknown=strange)


def _corrected(report: InspectionReport, corrected: Mapping[UUID, Corrected]) -> Corrected | None:
    """Return the entry that a report corrects: the sender's own, of one kind and enterprise."""
    named = report.corrects_id
    if named is None:
        return None
    entry = corrected.get(named)
    if entry is None or entry.enterprise_id != report.enterprise_id:
        raise NothingToCorrect(f"There is no entry {named} of that enterprise.")
    if entry.kind != report.kind:
        raise CorrectsOtherKind(f"It is of kind {entry.kind}.", kind=entry.kind)
    if entry.sender_id != report.envelope.sender_id:
        raise NotYourEntry("Somebody else made it.")
    return entry


def _facts(report: InspectionReport) -> Row:
    return {
        "kind": report.kind,
        "formal": report.formal,
        "enterprise_id": report.enterprise_id,
        "patrol_id": report.patrol_id,
        "checklist_id": report.checklist_id,
        "corrects_id": report.corrects_id,
        "correction_reason": report.correction_reason,
        "answers": report.answers,
        "result": report.result,
        "findings": report.findings,
        "position": report.position,
        "crs": report.crs,
        "accuracy_m": report.accuracy_m,
        "no_position_reason": report.no_position_reason,
        "gps_at": report.gps_at,
        "uptime_s": report.uptime_s,
        "is_mock": report.is_mock,
    }


def suspicions(report: InspectionReport, known: Circumstances) -> list[Finding]:
    """Return what speaks against a report that was entered."""
    at = report.envelope.occurred_at(known.received_at)
    numbers = known.numbers(at)
    location = known.places[report.envelope.id].location
    device_id = report.envelope.device_id
    has_receiver = device_id is not None and any(
        at in period for period in known.receivers.get(device_id, ())
    )
    wanted = needing_photo(known.checklists[report.checklist_id])
    return [
        *flags(report, location, numbers, at, has_receiver=has_receiver),
        *photo_flags(report, wanted),
        *_formal_flags(report, known, at),
    ]


def _formal_flags(
    report: InspectionReport, known: Circumstances, at: datetime
) -> Iterator[Finding]:
    if report.formal is not None:
        then, _ = _inspected(report, known, at)
        id, certificates = report.envelope.id, known.certificates
        yield from unknown_certificates(id, report.formal, certificates, then)


def needing_photo(checklist: Checklist) -> set[str]:
    """Return the items of a checklist that want a photo whatever the answer."""
    return {item["item"] for item in checklist.items if item.get("photo_required")}


def photo_flags(report: InspectionReport, wanted: Collection[str]) -> Iterator[Finding]:
    """Yield a flag if an item that wants a photo has none, with the reason that was given.

    What does not apply wants none, a correction neither. Where no answer says which photos
    are its own, any photo of the record will do.
    """
    if report.corrects_id is not None:
        return
    said = any(answer.get("photos") for answer in report.answers)
    bare = {
        answer["item"]: answer.get("no_photo_reason", "")
        for answer in report.answers
        if answer["item"] in wanted and answer["result"] != "not_applicable"
        and not (answer.get("photos") if said else report.photos)
    }  # fmt: skip
    if bare:
        reasons = "；".join(dict.fromkeys(filter(None, bare.values())))
        yield _flag(report, "photo_missing", missing=len(bare), items=sorted(bare), reason=reasons)


def flags(
    report: InspectionReport,
    location: Point,
    numbers: Numbers,
    at: datetime,
    *,
    has_receiver: bool = False,
) -> Iterator[Finding]:
    """Yield what speaks against a report as evidence, by itself. `at` is when it happened.

    Fixes of an external receiver reach the phone through an app, with a fixed accuracy. Of a
    correction nobody asks where it was written: the visit was proved by the entry it corrects.
    """
    if report.corrects_id is not None:
        pass
    elif report.position is None:
        yield _flag(report, "no_position")
    else:
        yield from _position_flags(report, report.position, location, numbers)
    if report.is_mock and not has_receiver:
        yield _flag(report, "mock_location")
    if report.position is not None and report.accuracy_m == 0 and not has_receiver:
        yield _flag(report, "constant_accuracy", accuracy_m=0)
    yield from _clock_flags(report, numbers, at)
    yield from (_flag(report, mark) for mark in report.envelope.marks)


def _position_flags(
    report: InspectionReport, position: Point, location: Point, numbers: Numbers
) -> Iterator[Finding]:
    accuracy_m = report.accuracy_m or 0.0
    away_m = distance_m(position, location)
    if away_m - accuracy_m > numbers.site_radius_m:
        yield _flag(report, "off_site", distance_m=round(away_m), allowed_m=numbers.site_radius_m)
    if accuracy_m > numbers.worst_fix_m:
        yield _flag(report, "poor_fix", accuracy_m=accuracy_m, allowed_m=numbers.worst_fix_m)


def _clock_flags(report: InspectionReport, numbers: Numbers, at: datetime) -> Iterator[Finding]:
    off_s, allowed_s = report.envelope.clock_offset_s, numbers.clock_skew_s
    if abs(off_s) > allowed_s:
        yield _flag(report, "clock_skew", off_s=round(off_s), allowed_s=allowed_s)
    if report.gps_at is not None and not report.is_mock:
        against_s = (report.gps_at - at).total_seconds()
        if not -OLD_FIX_S - allowed_s <= against_s <= allowed_s:
            yield _flag(report, "gps_clock_skew", off_s=round(against_s), allowed_s=allowed_s)


def _flag(report: InspectionReport, kind: str, **evidence: Any) -> Finding:
    id = report.envelope.id
    return Finding(kind=kind, record_kind="inspection", record_id=id, evidence=evidence)
