"""What can speak against a record, and how much. No session, no clock.

The numbers come from the rule set that was in force when the record was made; docs/flags.md
says of each kind what it means and what it does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from gridsvc.errors import Conflict, Forbidden, NotFound, Refused
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import NoRuleSet, in_force

# What each kind weighs where a rule set says nothing of it. 0: worth telling, and no more.
KINDS: dict[str, float] = {
    "off_site": 1.0,
    "mock_location": 1.0,
    "impossible_speed": 1.0,
    "two_phones": 1.0,
    "same_trace": 1.0,
    "clock_moved": 1.0,
    "photo_seen_before": 1.0,
    "constant_accuracy": 0.5,
    "dwell_too_short": 0.5,
    "no_track": 0.5,
    "exif_conflict": 0.5,
    "picture_seen_before": 0.5,
    "identical_text": 0.0,
    "no_position": 0.0,
    "poor_fix": 0.0,
    "clock_skew": 0.0,
    "gps_clock_skew": 0.0,
    "predecessor_missing": 0.0,
    "handed_in": 0.0,
}
MINIMUM_DWELL_S = 120.0  # where a rule set says nothing

STATES = ("open", "confirmed", "dismissed")


class UnknownFlag(NotFound):
    """No such evidence flag, or none that you may see."""


class UnknownReceiver(NotFound):
    """No such receiver, or none that you may see."""


class OwnRecord(Forbidden):
    """Nobody reviews what speaks against a record of their own."""


class FlagChanged(Conflict):
    """Somebody else has judged this evidence flag, or appealed, since you read it."""


class NothingToAppeal(Conflict):
    """The evidence flag is dismissed: there is nothing to appeal against."""


class PeriodInverted(Refused):
    """The end lies before the beginning."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that speaks against a record. `evidence` are JSON values that say what."""

    kind: str
    record_kind: str
    record_id: UUID
    evidence: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is no kind of flag")


@dataclass(frozen=True)
class Measure:
    """What a rule set says of evidence; where it says nothing, what is said here."""

    rule_set_id: UUID | None
    minimum_dwell_s: float
    weights: Mapping[str, float]

    @classmethod
    def of(cls, rule_set: RuleSet | None) -> "Measure":
        told: Mapping[str, Any] = rule_set.document if rule_set else {}
        return cls(
            rule_set.id if rule_set else None,
            told.get("minimum_dwell_s", MINIMUM_DWELL_S),
            KINDS | told.get("flag_weights", {}),
        )


def measure_at(rule_sets: Iterable[RuleSet], at: datetime) -> Measure:
    """Return what counted at a moment; before the first rule set, what is said here."""
    try:
        return Measure.of(in_force(rule_sets, at))
    except NoRuleSet:
        return Measure.of(None)
