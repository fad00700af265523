"""Formal inspections (行政检查): who may make one, and which of them count. No session, no clock.

Two or more certified officers, with an approval and a notice. National rules have them count
against a yearly cap of each enterprise, but for those that have a reason to be exempt.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from gridsvc.accountability.rules import Held, may
from gridsvc.certificates.models import Certificate
from gridsvc.errors import Forbidden, Refused
from gridsvc.flags.rules import Finding
from gridsvc.weeks import local_day

DEED = "inspection.formal"
LEAST_OFFICERS = 2

# 投诉举报, 转办交办, 监测线索, 回头看, 突发事件, 企业申请
EXEMPT_REASONS = ("complaint", "transfer", "monitoring", "look_back", "emergency", "request")

Cap = Callable[[datetime], int]  # the cap in force at a moment


class NotAnEnforcementOfficer(Forbidden):
    """Only an enforcement officer on duty there makes a formal inspection."""


class NoEnforcementOfficer(Refused):
    """Somebody named as an officer had no duty to enforce there at that time."""


class SenderIsNoOfficer(Refused):
    """Who sends a formal inspection is one of the officers that it names."""

    heals = False


class CorrectsOtherKind(Refused):
    """A correction is of the same kind as the entry that it corrects."""

    heals = False


def officers_of(facts: Mapping[str, Any] | None) -> dict[UUID, str]:
    """Return the officers that formal facts name, each with the number of the certificate."""
    named = facts["officers"] if facts else []
    return {UUID(one["person_id"]): one["certificate_no"] for one in named}


def need_officers(
    facts: Mapping[str, Any],
    sender_id: UUID,
    held: Mapping[UUID, Iterable[Held]],
    grid_id: UUID,
    at: datetime,
    *,
    known: Collection[UUID] = (),
) -> None:
    """Raise SenderIsNoOfficer or NoEnforcementOfficer unless all were on duty there and then.

    Of those `known` from the entry that is corrected it was asked before.
    """
    officers = officers_of(facts)
    if sender_id not in officers:
        raise SenderIsNoOfficer("Name yourself among the officers.")
    for person_id in officers:
        if person_id not in known and not may(held[person_id], DEED, grid_id, at):
            raise NoEnforcementOfficer("Name officers on duty.", person_id=person_id)


def unknown_certificates(
    id: UUID,
    facts: Mapping[str, Any],
    kept: Mapping[UUID, Collection[Certificate]],
    at: datetime,
) -> Iterator[Finding]:
    """Yield what is amiss with each certificate that is not kept, or was not good on that day."""
    day = local_day(at)
    for person_id, number in officers_of(facts).items():
        of_this_number = [one for one in kept.get(person_id, ()) if one.number == number]
        if not any(one.is_good_on(day) for one in of_this_number):
            yield Finding(
                kind="certificate_unknown", record_kind="inspection", record_id=id,
                about=str(person_id),
                evidence={"certificate_no": number, "is_kept": bool(of_this_number)},
            )  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A formal inspection as the log has it, or a correction of the one that `first_id` names."""

    id: UUID
    enterprise_id: UUID
    occurred_at: datetime
    first_id: UUID | None
    exempt_reason: str | None


@dataclass(frozen=True)
class Made:
    """A formal inspection that was made: its first entry, and what the last word on it says."""

    id: UUID
    enterprise_id: UUID
    occurred_at: datetime
    exempt_reason: str | None

    @property
    def year(self) -> int:
        """The local year that it belongs to."""
        return local_day(self.occurred_at).year

    @classmethod
    def of(cls, first: Entry, last: Entry) -> Self:
        return cls(first.id, first.enterprise_id, first.occurred_at, last.exempt_reason)


def made(entries: Iterable[Entry]) -> list[Made]:
    """Return the inspections that entries tell of, the earliest first.

    A correction makes none: what it says counts, and when it was is what the first entry said.
    """
    by_id = {entry.id: entry for entry in entries}
    words: dict[UUID, list[Entry]] = defaultdict(list)
    for entry in by_id.values():
        words[entry.first_id or entry.id].append(entry)
    told = [Made.of(by_id[id], max(said, key=_when)) for id, said in words.items()]
    return sorted(told, key=_when)


def beyond(inspections: Iterable[Made], cap_at: Cap) -> Iterator[tuple[Made, int, int]]:
    """Yield those beyond the cap of their year, each with its number in it and the cap.

    `inspections` come in order. Each is judged by the rule set of its own moment.
    """
    counted: dict[tuple[UUID, int], int] = defaultdict(int)
    for one in inspections:
        if one.exempt_reason is None:
            counted[one.enterprise_id, one.year] += 1
            number, cap = counted[one.enterprise_id, one.year], cap_at(one.occurred_at)
            if number > cap:
                yield one, number, cap


def over_cap(inspections: Iterable[Made], cap_at: Cap) -> list[Finding]:
    """Return a finding for each inspection beyond the cap."""
    return [
        Finding(
            kind="over_cap", record_kind="inspection", record_id=one.id,
            evidence={"year": one.year, "number": number, "cap": cap},
        )
        for one, number, cap in beyond(inspections, cap_at)
    ]  # fmt: skip


def tally(inspections: Iterable[Made], year: int) -> tuple[int, int]:
    """Return how many of a local year count against the cap, and how many are exempt."""
    in_it = [one.exempt_reason is None for one in inspections if one.year == year]
    return sum(in_it), len(in_it) - sum(in_it)


def _when(one: Entry | Made) -> tuple[datetime, UUID]:
    return one.occurred_at, one.id
