"""Changes that two people make of one thing, merged field by field. No session, no clock.

EDITABLE is the whole of what can be changed this way. What follows from a deed (who an
issue is assigned to, its deadline, its state) is changed by that deed alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridsvc.errors import Conflict, Forbidden, NotFound, Refused
from gridsvc.issues.rules import CATEGORIES, SEVERITIES
from gridsvc.records import Envelope


@dataclass(frozen=True)
class Field:
    """What a field may hold: one of `choices`, or text of up to `most` characters."""

    most: int = 200
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False

    def takes(self, value: Any) -> bool:
        if value is None:
            return self.may_be_empty
        if not isinstance(value, str):
            return False
        return value in self.choices if self.choices else 0 < len(value.strip()) <= self.most


EDITABLE: dict[str, dict[str, Field]] = {
    "issue": {
        "category": Field(choices=tuple(CATEGORIES)),
        "severity": Field(choices=tuple(SEVERITIES)),
        "description": Field(4000),
        "place": Field(200, may_be_empty=True),
        "requirement": Field(4000, may_be_empty=True),
    },
    "enterprise": {
        "address": Field(200),
        "contact_name": Field(100, may_be_empty=True),
        "contact_phone": Field(40, may_be_empty=True),
        "industry_code": Field(20, may_be_empty=True),
        "permit_no": Field(60, may_be_empty=True),
    },
}


class NotEditable(Refused):
    """A field cannot be changed this way, or not to that value."""


class NotYoursToEdit(Forbidden):
    """None of your duties lets you change this there."""


class UnknownConflict(NotFound):
    """There is no such conflict, or none that you may see."""


class ConflictSettled(Conflict):
    """Somebody has settled this conflict already."""


class ChoicesMissing(Refused):
    """Each field in conflict wants one choice."""


@dataclass(frozen=True, kw_only=True)
class EditReport:
    """What somebody wants changed. `changes` are {field: {"from": what they read, "to": ...}}."""

    envelope: Envelope
    subject_kind: str
    subject_id: UUID
    base_version: int
    changes: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What comes of an edit: the fields to set, and those that somebody else had set otherwise."""

    applied: dict[str, Any]
    overlaps: dict[str, dict[str, Any]]
    is_stale: bool  # something of the thing had changed since it was read

    @property
    def state(self) -> str:
        if self.overlaps:
            return "hard"
        return "soft" if self.is_stale else "merged"


def check(report: EditReport) -> None:
    """Raise NotEditable for what cannot be changed, or not to that."""
    fields = EDITABLE[report.subject_kind]
    wrong = [
        name
        for name, change in report.changes.items()
        if name not in fields or not fields[name].takes(change["to"])
    ]
    if wrong:
        raise NotEditable("Choose other values.", fields=sorted(wrong))


def merge(report: EditReport, current: Mapping[str, Any], version: int) -> Merged:
    """Merge three ways: what was read (`from`), what stands (`current`), what is wanted (`to`).

    A field that nobody else touched takes the new value; one that both set to the same is
    no conflict; one that both set otherwise stays as it stands until a person chooses.
    """
    applied, overlaps = {}, {}
    for name, change in report.changes.items():
        theirs = current[name]
        if theirs == change["to"]:
            continue
        if theirs == change["from"]:
            applied[name] = change["to"]
        else:
            overlaps[name] = {**change, "theirs": theirs}
    return Merged(applied=applied, overlaps=overlaps, is_stale=version != report.base_version)


def chosen(overlaps: Mapping[str, Mapping[str, Any]], choices: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields that a choice ("theirs" or "to" for each) sets. Raises ChoicesMissing."""
    if set(choices) != set(overlaps):
        raise ChoicesMissing("Choose for each field.", fields=sorted(overlaps))
    return {name: overlaps[name]["to"] for name, choice in choices.items() if choice == "to"}
