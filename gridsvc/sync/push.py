"""What a batch is made of, and what becomes of its records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gridsvc.actor import Actor
from gridsvc.errors import DomainError, Forbidden, Gone, Kept, NotFound, Outcome, Refused
from gridsvc.quarantine import Aside
from gridsvc.records import Envelope

MOST_HELD = 2000  # records of one sender that wait for others
PREDECESSOR_MISSING = "predecessor_missing"  # the mark of what was entered torn out of its context

HANDED_IN = "handed_in"  # likewise of what somebody brought in a file


class Unreadable(Refused):
    """The record does not have the shape of its kind."""


class DeviceRevoked(Forbidden):
    """The device was signed out before it sent this. The record is kept aside."""

    verdict = "quarantined"
    heals = False


class RecordDismissed(Gone):
    """Somebody set this record aside for good."""

    verdict = "rejected"


class WaitsForPredecessor(NotFound):
    """The record builds on another one that has not arrived. It is kept, and waits for that."""

    verdict = "held"

    @property
    def waits_for(self) -> tuple[str | None, UUID]:
        told: Any = self.facts["waits_for"]
        return told["kind"], UUID(told["id"])

    @property
    def until(self) -> datetime:
        return datetime.fromisoformat(str(self.facts["until"]))


class TooManyHeld(Refused):
    """Too many records of yours wait for others already."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who made some records, on which device, and who hands them in."""

    jurisdiction_id: int
    person_id: UUID
    actor: Actor
    clock_offset_s: float = 0.0
    is_revoked: bool = False
    handed_in_by_id: UUID | None = None

    def envelope(self, **told: Any) -> Envelope:
        """Return the envelope of a record of theirs."""
        return Envelope(
            sender_id=self.person_id,
            device_id=self.actor.device_id,
            clock_offset_s=self.clock_offset_s,
            marks=(HANDED_IN,) if self.handed_in_by_id else (),
            **told,
        )


@dataclass(frozen=True)
class Parcel:
    """A record as it was sent, and the report it was read as, or why it could not be read.

    It waits for what it builds on, and for the records named `after`, until `waits_until`;
    None: it does not wait.
    """

    sent: Any
    kind: str | None
    report: Any
    after: tuple[UUID, ...] = ()
    waits_until: datetime | None = None


def of_kind(parcels: Sequence[Parcel], kind: str) -> dict[int, Parcel]:
    """Return the parcels of one kind, by position."""
    return {n: parcel for n, parcel in enumerate(parcels) if parcel.kind == kind}


def unreadable(parcels: Sequence[Parcel]) -> dict[int, Outcome]:
    """Return the outcomes of the parcels that could not be read, by position."""
    return {n: p.report for n, p in enumerate(parcels) if isinstance(p.report, Unreadable)}


def revoked(parcels: Sequence[Parcel]) -> dict[int, Outcome]:
    """Return the outcomes of what a signed-out device hands in: all of it is kept aside."""
    why = DeviceRevoked("Sign in again; an officer of the grid office looks at it.")
    return {n: why for n, _ in enumerate(parcels)}


def waits(need: tuple[str | None, UUID], until: datetime) -> WaitsForPredecessor:
    """Return why a record waits, for which other one, and until when."""
    kind, id = need
    told = {"kind": kind, "id": str(id)}
    return WaitsForPredecessor("It has not come.", waits_for=told, until=until.isoformat())


def refused(
    parcels: Sequence[Parcel],
    outcomes: Mapping[int, Outcome],
    describe: Callable[[DomainError], dict[str, Any]],
) -> Iterator[Aside]:
    """Yield what was not entered, as it was sent, each with its refusal."""
    for n, outcome in sorted(outcomes.items()):
        if isinstance(outcome, WaitsForPredecessor):
            yield Aside(
                parcels[n].sent, outcome.verdict, describe(outcome),
                waits_for=outcome.waits_for, until=outcome.until,
            )  # fmt: skip
        elif isinstance(outcome, DomainError):
            yield Aside(parcels[n].sent, outcome.verdict, describe(outcome), outcome.heals)


def kept(parcels: Sequence[Parcel], outcomes: Mapping[int, Outcome], kind: str) -> dict[int, UUID]:
    """Return the ids of those of one kind that stand in their table, by position."""
    return {
        n: outcome.id
        for n, outcome in outcomes.items()
        if isinstance(outcome, Kept) and parcels[n].kind == kind
    }


def declaring(parcels: Sequence[Parcel], outcomes: Mapping[int, Outcome]) -> set[UUID]:
    """Return the ids of those that stand in their table and declare photos."""
    return {
        outcome.id
        for n, outcome in outcomes.items()
        if isinstance(outcome, Kept) and getattr(parcels[n].report, "photos", False)
    }


def new_ids(outcomes: Mapping[int, Outcome]) -> set[UUID]:
    """Return the ids of what was entered just now."""
    return {o.id for o in outcomes.values() if isinstance(o, Kept) and o.is_new}
