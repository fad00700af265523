"""What can be proposed, and the enterprise that comes of it. No session, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shapely import Point

from geo.crs import from_wgs84
from gridsvc import uscc
from gridsvc.accountability.rules import Held, may
from gridsvc.errors import Refused
from gridsvc.inspections.rules import NotYourGrid, OutsideEveryGrid
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.records import Envelope, Row


class UnknownKind(Refused):
    """There is no checklist for that kind of object."""


@dataclass(frozen=True, kw_only=True)
class ProposalReport:
    """A place that the registry does not know, as a phone says it was found."""

    envelope: Envelope
    name: str
    kind: str
    position: Point  # EPSG:4326
    crs: str  # what the phone sent it in
    address: str = ""
    uscc: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    is_scattered_polluter: bool = False
    note: str = ""
    accuracy_m: float | None = None
    photos: tuple[DeclaredPhoto, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """All that the rules need to know about the places and the people."""

    grids: Mapping[UUID, UUID]  # where each place lies, by the id of the report
    kinds: Collection[str]  # of which there is a checklist
    held: Mapping[UUID, Iterable[Held]]  # by each sender
    received_at: datetime


def admit(report: ProposalReport, known: Circumstances) -> Row:
    """Return the row of a proposal. Raises OutsideEveryGrid, NotYourGrid or UnknownKind."""
    envelope = report.envelope
    grid_id = known.grids.get(envelope.id)
    if grid_id is None:
        raise OutsideEveryGrid("That place lay in no grid then.")
    row = envelope.row(known.received_at)
    held = list(known.held[envelope.sender_id])
    if not may(held, "enterprise.propose", grid_id, row["occurred_at"]):
        raise NotYourGrid("You held no duty there at that time.", grid_id=grid_id)
    if report.kind not in known.kinds:
        raise UnknownKind("Choose another kind.", kinds=sorted(known.kinds))
    told = ("name", "kind", "address", "uscc", "note", "accuracy_m")
    return row | {
        **{name: getattr(report, name) for name in told},
        "grid_id": grid_id,
        "location": report.position,
    }


def enterprise_row(report: ProposalReport, row: Row, code: str) -> Row:
    """Return the enterprise that a proposal makes, under the same id.

    A USCC that is none stays in the proposal alone. The class is the registry's to say.
    """
    code_of_firm = (report.uscc or "").upper()
    given = from_wgs84(report.position, report.crs)
    told = ("name", "kind", "address", "contact_name", "contact_phone", "is_scattered_polluter")
    return {
        **{name: getattr(report, name) for name in told},
        "id": row["id"],
        "grid_id": row["grid_id"],
        "sync_version": row["sync_version"],
        "code": code,
        "uscc": code_of_firm if uscc.is_valid(code_of_firm) else None,
        "supervision_class": "general",
        "industry_code": None,
        "permit_no": None,
        "location": report.position,
        "given": {"crs": report.crs, "coordinates": [round(given.x, 7), round(given.y, 7)]},
        "grid_reason": None,
        "state": "proposed",
        "version": 1,
    }
