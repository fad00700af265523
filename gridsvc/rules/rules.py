"""Which numbers count, and when. No session, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from gridsvc.errors import Refused
from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.weeks import LOCAL, local_day

__all__ = ["LOCAL", "local_day"]

CLASSES = ("key", "general", "special")

ANSWERS = ("ok", "problem", "not_applicable")  # 未发现问题, 发现问题, 不涉及


class NoRuleSet(Refused):
    """No rule set was in force yet."""


class BadRuleSet(Refused):
    """The rule set cannot be put in force as it stands."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The numbers of the field work, as one rule set gives them."""

    site_radius_m: float  # how far from an enterprise still counts as there
    worst_fix_m: float  # accuracy beyond which a position proves little
    clock_skew_s: float  # how far a phone's clock may be off
    visit_every_days: Mapping[str, int]  # by supervision class: one visit within so many days
    patrol_on_workdays_only: bool  # else every day of the week
    rectify_within_days: Mapping[str, int]  # by severity, calendar days
    look_back_after_days: int
    relapse_within_days: int
    warn_before_due_days: int
    summary_due_weekday: int  # of the following week; Monday is 0
    month_cut_off_day: int
    least_officers: int  # of a level-3 grid

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Numbers":
        """Return the numbers of a rule set's document. Raises BadRuleSet."""
        names = {field.name for field in fields(cls)}
        if names != set(document):
            wrong = sorted(names ^ set(document))
            raise BadRuleSet("Some numbers are missing or unknown.", names=wrong)
        return cls(**document)


@dataclass(frozen=True)
class ChecklistItem:
    """One thing to look at."""

    item: str  # its key in the answers
    text: str
    text_en: str
    standard: str
    photo_if_problem: bool
    severity: str  # of the problem, should there be one


def in_force(rule_sets: Iterable[RuleSet], at: datetime) -> RuleSet:
    """Return the rule set in force at a moment. Raises NoRuleSet before the first."""
    begun = [rule_set for rule_set in rule_sets if rule_set.in_force_from <= at]
    if not begun:
        raise NoRuleSet(f"No rule set was in force at {at.isoformat()}.")
    return max(begun, key=lambda rule_set: rule_set.in_force_from)


def checklist_for(
    checklists: Iterable[Checklist], object_kind: str, at: datetime
) -> Checklist | None:
    """Return the checklist in force for a kind of object at a moment."""
    begun = [
        checklist
        for checklist in checklists
        if checklist.object_kind == object_kind and checklist.in_force_from <= at
    ]
    return max(begun, key=lambda checklist: checklist.version, default=None)


def is_patrol_day(day: date, calendar: Mapping[date, bool], numbers: Numbers) -> bool:
    """Say whether grids are to be patrolled on a day.

    `calendar` says of exceptional days whether they are worked; other days go by weekday.
    """
    return not numbers.patrol_on_workdays_only or is_workday(day, calendar)


def is_workday(day: date, calendar: Mapping[date, bool]) -> bool:
    """Say whether people work on a day; days that `calendar` does not know go by weekday."""
    return calendar.get(day, day.weekday() < 5)


def unanswered(items: Collection[Mapping[str, Any]], answered: Collection[str]) -> list[str]:
    """Return the keys of the items of a checklist that have no answer."""
    return [item["item"] for item in items if item["item"] not in answered]
