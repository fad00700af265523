"""What a person may change of an enterprise, and when. No session, no clock."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gridsvc.enterprises.models import Enterprise
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.ids import id_at

Facts = Mapping[str, Any]

STATE_AFTER = {"approve": "active", "close": "closed", "reopen": "active"}
STATE_BEFORE = {"approve": "proposed", "close": "active", "reopen": "closed"}


class NoSuchEnterprise(NotFound):
    """No such enterprise, or none that you may see."""


class NoChecklistForKind(Refused):
    """No checklist is in force for that kind of object."""


class PlaceInNoGrid(Refused):
    """The place lies in no grid of the jurisdiction."""


class CodeTaken(Conflict):
    """An enterprise with that code stands already in the registry."""


class NotInThatState(Conflict):
    """The enterprise is not in the state that this starts from."""


class Outdated(Conflict):
    """Somebody changed it since you read it."""


class MergedIntoItself(Refused):
    """An enterprise cannot be merged into itself, or into one that is no longer kept."""


class StillAnsweredFor(Conflict):
    """Somebody still answers for it. End those duties first."""


def check_kind(facts: Facts, kinds: Collection[str]) -> None:
    kind = facts.get("kind")
    if kind is not None and kind not in kinds:
        raise NoChecklistForKind(f"{kind} has no checklist.", known=sorted(kinds))


def check_version(enterprise: Enterprise, version: int) -> None:
    if enterprise.version != version:
        raise Outdated("Read it again, and look at what changed.", version=enterprise.version)


def check_state(enterprise: Enterprise, *states: str) -> None:
    if enterprise.state not in states:
        raise NotInThatState(f"It is {enterprise.state}.", state=enterprise.state)


def check_merger(enterprise: Enterprise, into: Enterprise, answering: Collection[str]) -> None:
    """Raise unless the one may turn out to be the other; `answering` are roles still held."""
    check_state(enterprise, "proposed", "active", "closed")
    if enterprise.id == into.id or into.state not in ("active", "closed"):
        raise MergedIntoItself(f"{into.name} is {into.state}.", state=into.state)
    if answering:
        raise StillAnsweredFor("Hand them over or end them.", roles=sorted(answering))


def changes(enterprise: Enterprise, facts: Facts) -> dict[str, Any]:
    """Return those of `facts` that differ from what stands."""
    return {
        name: value
        for name, value in facts.items()
        if name != "location" and getattr(enterprise, name) != value
    }


def new_row(facts: Facts, code: str, grid_id: UUID, now: datetime) -> dict[str, Any]:
    """Return the row of an enterprise that a person enters in the registry."""
    blank = dict.fromkeys(OPTIONAL_FACTS)
    known = {"is_scattered_polluter": False, "state": "active", "version": 1}
    return {"id": id_at(now), **blank, **known, **facts, "code": code, "grid_id": grid_id}


OPTIONAL_FACTS = (
    "uscc", "industry_code", "permit_no", "permit_class", "permit_until", "contact_name",
    "contact_phone", "disposition", "grid_reason",
)  # fmt: skip
