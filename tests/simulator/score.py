"""Judging days by the rules of the product, and counting what came out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from gridsvc.flags.rules import KINDS as WEIGHTS
from gridsvc.flags.rules import Measure
from gridsvc.inspections.rules import flags
from gridsvc.patrols.day import Day, Limits
from gridsvc.patrols.evidence import judge
from gridsvc.rules.presets import RULE_SETS
from gridsvc.rules.rules import Numbers
from tests.simulator.forged import KINDS
from tests.simulator.honest import honest
from tests.simulator.world import Outing, reports, stays

NUMBERS = Numbers.read(RULE_SETS["gridsvc"])
LIMITS = Limits(
    site_radius_m=NUMBERS.site_radius_m,
    minimum_dwell_s=Measure.of(None).minimum_dwell_s,
    clock_skew_s=NUMBERS.clock_skew_s,
)


@dataclass
class Result:
    """How many days there were of each kind, how many were flagged, and with what."""

    days: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, label: str, found: Iterable[str]) -> None:
        kinds = set(found)
        self.days[label] += 1
        self.flagged[label] += any(WEIGHTS[kind] > 0 for kind in kinds)
        self.kinds.setdefault(label, Counter()).update(kinds)

    @property
    def recall(self) -> float:
        forged = [label for label in self.days if label != "honest"]
        return sum(self.flagged[one] for one in forged) / sum(self.days[one] for one in forged)

    @property
    def false_rate(self) -> float:
        return self.flagged["honest"] / self.days["honest"]

    def lines(self) -> Iterable[str]:
        for label, days in self.days.items():
            told = ", ".join(f"{kind} {n}" for kind, n in self.kinds[label].most_common(8))
            yield f"{label:15} {self.flagged[label]:5} of {days:5} flagged: {told}"
        told = f"recall {self.recall:.2%} of forged days"
        yield f"{told}, false flags on {self.false_rate:.2%} of honest days"


def simulate(honest_days: int, forged_days: int, seed: int = 20261121) -> Result:
    """Judge so many days of each sort. A day is flagged if any of its flags has a weight."""
    result = Result()
    for n in range(honest_days):
        result.add("honest", found(honest(np.random.default_rng([seed, 0, n]))))
    for n in range(forged_days):
        forge = KINDS[n % len(KINDS)]
        result.add(forge.__name__, found(forge(np.random.default_rng([seed, 1, n]))))
    return result


def found(outing: Outing) -> list[str]:
    """Return the kinds of flags on a day, of its visits one by one and of it all."""
    has_receiver = any(trip.has_receiver for trip in outing.trips)
    single = [
        flag.kind
        for report, site, at in reports(outing)
        for flag in flags(report, site, NUMBERS, at, has_receiver=has_receiver)
    ]
    day = Day(
        walks=[trip.walk() for trip in outing.trips],
        stays=stays(outing),
        others=[trip.walk() for trip in outing.others],
        earlier={walk.patrol_id: walk.trace for walk in (t.walk() for t in outing.earlier)},
    )
    return single + [finding.kind for finding in judge(day, LIMITS)]
