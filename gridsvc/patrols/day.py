"""Somebody's day, as the rules of evidence look at it: tracks and visits side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from geo.track import Fixes, Numbers

Place = tuple[float, float]  # longitude, latitude


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A patrol with its track. `accuracies` are metres, NaN where not known."""

    patrol_id: UUID
    person_id: UUID
    device_id: UUID | None
    grid_id: UUID
    began: float
    ended: float  # as far as is known
    fixes: Fixes
    accuracies: Numbers
    mocked: int = 0
    is_complete: bool = True
    has_receiver: bool = False
    companions: frozenset[UUID] = frozenset()
    trace: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A visit as it was entered. Moments are Unix seconds; `at` is put right."""

    id: UUID
    at: float
    enterprise_id: UUID
    site: Place
    device_id: UUID | None = None
    position: Place | None = None
    accuracy_m: float | None = None
    made_at: float = 0.0
    gps_at: float | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Day:
    """Somebody's day, and what it is held against.

    `others` are the walks of others that day; `earlier` the traces of earlier walks by patrol.
    """

    walks: Sequence[Walk]
    stays: Sequence[Stay]
    others: Sequence[Walk] = ()
    earlier: Mapping[UUID, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the rule set in force says."""

    site_radius_m: float
    minimum_dwell_s: float
    clock_skew_s: float
