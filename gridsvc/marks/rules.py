"""What counts as a visit of whom, and which marks and turns can be. No session, no clock."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from gridsvc.accountability.rules import PERMISSION, Held
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.rules.models import RuleSet
from gridsvc.rules.rules import Numbers, in_force

KINDS = ("attention", "exemption")
LONGEST = timedelta(days=366)
VISITORS = PERMISSION["inspection.register"]
VILLAGE = 3


class MarkInThePast(Refused):
    """Days that have gone by cannot be marked any more."""


class MarkTooLong(Refused):
    """That is too many days. A mark lasts a year at most, and can be set again."""


class MarkedAlready(Conflict):
    """Some of these days are marked already."""


class UnknownMark(NotFound):
    """No such mark."""


class MarkOver(Conflict):
    """It is over already."""


class TurnInThePast(Refused):
    """A turn of days that have gone by cannot be given any more."""


class TurnTaken(Conflict):
    """On some of these days it is somebody else's turn already."""


class UnknownTurn(NotFound):
    """No such turn."""


class NotOnDutyThere(Refused):
    """Only who holds a post in that grid takes a turn there."""


def level_of(held: Iterable[Held], grid_id: UUID, at: datetime) -> int:
    """Return the highest level of the posts by which somebody may have visited in a grid then.

    3 if there is none: what was entered all the same serves the village.
    """
    levels = (
        int(duty.held_at)
        for duty in held
        if duty.subject_id == grid_id and duty.post in VISITORS and at in duty.period
    )
    return min(levels, default=VILLAGE)


def visit_rows(
    entries: Iterable[Mapping[str, Any]],
    held: Mapping[UUID, Iterable[Held]],
    rule_sets: Iterable[RuleSet],
) -> list[dict[str, Any]]:
    """Return the visits that entries of the log are.

    A correction is none, nor a formal inspection: no patrol that is due is made by it.
    """
    is_night, there = _nights(rule_sets), _by_grid(held)
    return [
        {
            "id": entry["id"],
            "enterprise_id": entry["enterprise_id"],
            "occurred_at": entry["occurred_at"],
            "level": level_of(
                there[entry["sender_id"], entry["grid_id"]], entry["grid_id"], entry["occurred_at"]
            ),
            "is_night": is_night(entry["occurred_at"]),
        }
        for entry in entries
        if entry["enterprise_id"] is not None
        and entry["corrects_id"] is None
        and entry["kind"] == "patrol"
    ]


def _by_grid(held: Mapping[UUID, Iterable[Held]]) -> Mapping[tuple[UUID, UUID], list[Held]]:
    """Return what reaches a grid of all that somebody held, by their id and its own."""
    found: dict[tuple[UUID, UUID], list[Held]] = defaultdict(list)
    for person_id, duties in held.items():
        for duty in duties:
            found[person_id, duty.subject_id].append(duty)
    return found


def _nights(rule_sets: Iterable[RuleSet]) -> Callable[[datetime], bool]:
    """Return what says of a moment, by the rule set of that moment, whether it was at night."""
    every, read = list(rule_sets), dict[UUID, Numbers]()

    def is_night(at: datetime) -> bool:
        rule_set = in_force(every, at)
        if rule_set.id not in read:
            read[rule_set.id] = Numbers.read(rule_set.document)
        return read[rule_set.id].is_night(at)

    return is_night


def overlap(first: date, last: date, others: Iterable[tuple[date, date]]) -> bool:
    """Say whether some days, both included, touch others."""
    return any(first <= until and since <= last for since, until in others)
