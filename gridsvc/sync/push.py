"""Taking in a batch: each record goes to the deed that a single one would go to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridsvc.actor import Actor
from gridsvc.errors import DomainError, Forbidden, Outcome, Refused
from gridsvc.record_edge import Deed
from gridsvc.session import Session


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


def push(
    session: Session,
    kind: str,
    deed: Deed,
    parcels: Sequence[Parcel],
    *,
    by: Actor,
    now: datetime,
) -> dict[int, Outcome]:
    """Do to those of `parcels` that are of one kind what is done to its single records.

    Returns their outcomes, by position. No record stands in the way of another. One kind
    is one transaction: a deed locks clocks first and the trail last, and two in a row
    could wait for each other in a ring.
    """
    mine = {n: parcel.report for n, parcel in enumerate(parcels) if parcel.kind == kind}
    if not mine:
        return {}
    return dict(zip(mine, deed(session, list(mine.values()), by=by, now=now), strict=True))


def unreadable(parcels: Sequence[Parcel]) -> dict[int, Outcome]:
    """Return the outcomes of the parcels that could not be read, by position."""
    return {n: p.report for n, p in enumerate(parcels) if isinstance(p.report, Unreadable)}


def revoked(parcels: Sequence[Parcel]) -> dict[int, Outcome]:
    """Return the outcomes of what a signed-out device hands in: all of it is kept aside."""
    why = DeviceRevoked("Sign in again; an officer of the grid office looks at it.")
    return {n: why for n, _ in enumerate(parcels)}


def refused(
    parcels: Sequence[Parcel], outcomes: dict[int, Outcome]
) -> list[tuple[Any, DomainError]]:
    """Return what was not entered, as it was sent, each with its refusal."""
    return [
        (parcels[n].sent, outcome)
        for n, outcome in sorted(outcomes.items())
        if isinstance(outcome, DomainError)
    ]
