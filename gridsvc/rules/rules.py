"""Which numbers count, and when. No session, no clock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self

from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.rules.documents import current, faults
from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.weeks import LOCAL, local_day, midnight

__all__ = ["LOCAL", "local_day"]

CLASSES = ("key", "general", "special")

DAYS_OF = {"day": 1, "week": 7, "half_month": 15}

SEVERITIES = ("minor", "ordinary", "serious")

ANSWERS = ("ok", "problem", "not_applicable")  # 未发现问题, 发现问题, 不涉及


class NoRuleSet(Refused):
    """No rule set was in force yet."""


class BadRuleSet(Refused):
    """The rule set cannot be put in force as it stands."""


class BeginsInThePast(Refused):
    """What was in force stays so: a change counts from now on, or from later."""


class MomentTaken(Conflict):
    """Another rule set is put in force from that moment already."""


class UnknownRuleSet(NotFound):
    """No such rule set."""


class AlreadyInForce(Conflict):
    """It has been in force: only what has not begun can be taken back."""


class PastDay(Refused):
    """What a past day was, it stays."""


class UnmarkedDay(NotFound):
    """That day goes by its weekday."""


class BeforeLatestVersion(Refused):
    """A later version of that checklist is there already, and begins later."""


@dataclass(frozen=True, kw_only=True)
class VisitRule:
    """How often objects of some sort are to be visited by those of one level of the tree.

    Either one visit within `every_days`, or `times` visits `per` day, week or half_month.
    """

    level: int
    night: bool = False  # only a visit at night makes it
    attention: bool = False  # only while the object is marked for attention
    classes: tuple[str, ...] = ()  # none: all
    kinds: tuple[str, ...] = ()  # none: all
    every_days: int | None = None
    times: int = 1
    per: str = "day"

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        lists = {name: tuple(told.get(name, ())) for name in ("classes", "kinds")}
        return cls(**{**told, **lists})

    @property
    def duty(self) -> "Duty":
        return self.level, self.night

    @property
    def is_by_period(self) -> bool:
        """Say whether it asks for visits in each week or half-month, not after so many days."""
        return self.every_days is None and self.per != "day"

    @property
    def about_days(self) -> int:
        """How many days lie between two visits, roughly."""
        return self.every_days or max(1, DAYS_OF[self.per] // self.times)

    def fits(self, supervision_class: str, kind: str, *, is_marked: bool) -> bool:
        """Say whether it is about an object of a class and kind."""
        return (
            (not self.attention or is_marked)
            and (not self.classes or supervision_class in self.classes)
            and (not self.kinds or kind in self.kinds)
        )


Duty = tuple[int, bool]  # whose: the level; and whether at night


@dataclass(frozen=True, kw_only=True)
class RoundRule:
    """How often a grid of a level is to be patrolled."""

    level: int
    night: bool = False
    times: int
    per: str  # day, week or half_month


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The numbers of the field work, as one rule set gives them."""

    visits: tuple[VisitRule, ...]  # for one level and part of the day, the first that fits
    rounds: tuple[RoundRule, ...]
    night_from_hour: int  # local
    night_until_hour: int
    site_radius_m: float  # how far from an enterprise still counts as there
    worst_fix_m: float  # accuracy beyond which a position proves little
    clock_skew_s: float  # how far a phone's clock may be off
    minimum_dwell_s: float  # a shorter stay proves little
    flag_weights: Mapping[str, float]  # by kind of flag: 0 says nothing, 1 everything
    photo_target_kb: int  # what a phone makes of a photo before it sends it
    formal_yearly_cap: int  # of formal inspections that count, of one enterprise in a local year
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
        """Return the numbers of a rule set's document, of whatever age. Raises BadRuleSet."""
        told = current(document)
        names = {field.name for field in fields(cls)}
        if names != set(told):
            wrong = sorted(names ^ set(told))
            raise BadRuleSet("Some numbers are missing or unknown.", names=wrong)
        visits = tuple(map(VisitRule.read, told["visits"]))
        rounds = tuple(RoundRule(**one) for one in told["rounds"])
        return cls(**{**told, "visits": visits, "rounds": rounds})

    @cached_property
    def duties(self) -> frozenset[Duty]:
        """The levels and parts of the day for which there are rules."""
        return frozenset(rule.duty for rule in self.visits)

    @property
    def visit_every_days(self) -> Mapping[str, int]:
        """Return within how many days the village is to visit an object of each class."""
        found = {name: self.rule_for((3, False), name, "", is_marked=False) for name in CLASSES}
        return {name: rule.about_days for name, rule in found.items() if rule}

    def rule_for(
        self, duty: Duty, supervision_class: str, kind: str, *, is_marked: bool
    ) -> VisitRule | None:
        """Return the rule that counts for an object, or None if nobody asks for visits."""
        fitting = (
            rule
            for rule in self.visits
            if rule.duty == duty and rule.fits(supervision_class, kind, is_marked=is_marked)
        )
        return next(fitting, None)

    def is_night(self, at: datetime) -> bool:
        hour = at.astimezone(LOCAL).hour
        return hour >= self.night_from_hour or hour < self.night_until_hour


def checked(document: object) -> Numbers:
    """Return the numbers of a new document. Raises BadRuleSet with what the schema finds."""
    if found := faults(document):
        raise BadRuleSet("It does not keep to the schema.", faults=found[:20])
    assert isinstance(document, Mapping)  # noqa: S101  the schema says so
    return Numbers.read(document)


def judges_from(rule_set: RuleSet) -> date:
    """Return the first day that a rule set judges: the first one that begins with it in force.

    So a change at noon alters no list of the same day.
    """
    day = local_day(rule_set.in_force_from)
    return day if rule_set.in_force_from <= midnight(day) else day + timedelta(days=1)


@dataclass(frozen=True)
class ChecklistItem:
    """One thing to look at."""

    item: str  # its key in the answers
    text: str
    text_en: str
    standard: str
    photo_if_problem: bool
    severity: str  # of the problem, should there be one
    key_point: str = ""  # what to look at
    photo_required: bool = False  # whatever the answer


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
    return max(begun, key=lambda one: (one.in_force_from, one.version), default=None)


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
