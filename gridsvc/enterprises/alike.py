"""Which places of the registry may be one and the same. No session, no clock."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

NEAR_M = 300.0  # two entries this near, with names alike, are looked at
TOUCHING_M = 30.0  # and this near, whatever their names
ALIKE = 0.6  # of 1: so much of the shorter name stands in the longer one, in one piece

# What says nothing about which firm it is: forms of company, kinds of division.
_FORM = re.compile(
    r"有限责任公司|股份有限公司|有限公司|分公司|公司|集团|合作社|经营部|个体工商户|厂|[省市县区镇乡村]|\W"
)


@dataclass(frozen=True)
class Pair:
    """Two places, and what speaks for their being one."""

    one_id: UUID
    other_id: UUID
    distance_m: float
    likeness: float  # of the names, 0 to 1
    same_uscc: bool

    @property
    def reasons(self) -> list[str]:
        told = {
            "same_uscc": self.same_uscc,
            "near": self.distance_m <= NEAR_M,
            "alike": self.likeness >= ALIKE,
        }
        return [reason for reason, holds in told.items() if holds]

    @property
    def may_be_one(self) -> bool:
        """Say whether somebody should look: one firm may well have several sites."""
        near = self.distance_m <= NEAR_M
        return self.distance_m <= TOUCHING_M or (near and (self.same_uscc or self.is_alike))

    @property
    def is_alike(self) -> bool:
        return self.likeness >= ALIKE


def likeness(one: str, other: str) -> float:
    """Return how alike two names are, 0 to 1: how much of the shorter they have in one piece."""
    ours, theirs = _core(one), _core(other)
    shared = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match().size
    return shared / min(len(ours), len(theirs))


def _core(name: str) -> str:
    return _FORM.sub("", name) or name
