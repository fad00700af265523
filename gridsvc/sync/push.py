"""Taking in a batch: each record goes to the deed that a single one would go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridsvc.errors import DomainError, Forbidden, Kept, Outcome, Refused


class Unreadable(Refused):
    """The record does not have the shape of its kind."""


class DeviceRevoked(Forbidden):
    """The device was signed out before it sent this. The record is kept aside."""

    verdict = "quarantined"


@dataclass(frozen=True)
class Parcel:
    """A record as it was sent, and the report it was read as, or why it could not be read."""

    sent: Any
    kind: str | None
    report: Any


def of_kind(parcels: Sequence[Parcel], kind: str) -> dict[int, Any]:
    """Return the reports of one kind, by position."""
    return {n: parcel.report for n, parcel in enumerate(parcels) if parcel.kind == kind}


def unreadable(parcels: Sequence[Parcel]) -> dict[int, Outcome]:
    """Return the outcomes of the parcels that could not be read, by position."""
    return {n: p.report for n, p in enumerate(parcels) if isinstance(p.report, Unreadable)}


def revoked(parcels: Sequence[Parcel]) -> dict[int, Outcome]:
    """Return the outcomes of what a signed-out device hands in: all of it is kept aside."""
    why = DeviceRevoked("Sign in again; an officer of the grid office looks at it.")
    return {n: why for n, _ in enumerate(parcels)}


def refused(
    parcels: Sequence[Parcel], outcomes: Mapping[int, Outcome]
) -> list[tuple[Any, DomainError]]:
    """Return what was not entered, as it was sent, each with its refusal."""
    return [
        (parcels[n].sent, outcome)
        for n, outcome in sorted(outcomes.items())
        if isinstance(outcome, DomainError)
    ]


def kept(parcels: Sequence[Parcel], outcomes: Mapping[int, Outcome], kind: str) -> dict[int, UUID]:
    """Return the ids of those of one kind that stand in their table, by position."""
    return {
        n: outcome.id
        for n, outcome in outcomes.items()
        if isinstance(outcome, Kept) and parcels[n].kind == kind
    }
