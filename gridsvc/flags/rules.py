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
from gridsvc.rules.documents import FLAG_WEIGHTS, current
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import NoRuleSet, in_force

# Rule sets say what each kind weighs; what the way of a record tells of it weighs nothing.
# So do what formal inspections lack: they say nothing against what was seen.
KINDS = FLAG_WEIGHTS | dict.fromkeys(
    ("predecessor_missing", "handed_in", "over_cap", "certificate_unknown"), 0.0
)

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
        told = current(rule_set.document if rule_set else {})
        return cls(
            rule_set.id if rule_set else None,
            told["minimum_dwell_s"],
            KINDS | told["flag_weights"],
        )


def measure_at(rule_sets: Iterable[RuleSet], at: datetime) -> Measure:
    """Return what counted at a moment; before the first rule set, what is said here."""
    try:
        return Measure.of(in_force(rule_sets, at))
    except NoRuleSet:
        return Measure.of(None)
