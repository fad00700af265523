"""Putting rule sets, checklists and calendar days in force, and taking back what has not begun."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.grids.queries import root
from gridsvc.grids.service import stand_in_line
from gridsvc.ids import new_id
from gridsvc.rules.models import CalendarDay, Checklist, RuleSet
from gridsvc.rules.rules import (
    AlreadyInForce,
    BeforeLatestVersion,
    BeginsInThePast,
    MomentTaken,
    Numbers,
    PastDay,
    UnknownRuleSet,
    UnmarkedDay,
    checked,
)
from gridsvc.session import Session
from gridsvc.weeks import local_day


@dataclass(frozen=True, kw_only=True)
class NewRules:
    """A rule set that somebody wants in force. `since` None: from now on."""

    name: str
    document: Mapping[str, Any]
    note: str
    since: datetime | None = None


def put_in_force(
    session: Session,
    name: str,
    document: Mapping[str, Any],
    checklists: Mapping[str, list[dict[str, Any]]],
    *,
    since: datetime,
    by: Actor,
    now: datetime,
) -> RuleSet:
    """Put a rule set, and the first version of `checklists`, in force from a moment on.

    What a jurisdiction begins with, so the moment may be long past. Raises BadRuleSet.
    """
    Numbers.read(document)
    put = {"put_by_id": by.person_id, "put_at": now}
    rule_set = RuleSet(name=name, document=dict(document), in_force_from=since, **put)
    lists = [
        Checklist(object_kind=kind, version=1, in_force_from=since, items=items, **put)
        for kind, items in checklists.items()
    ]
    session.add_all([rule_set, *lists])
    session.flush()
    acts = [_act("rule_set", rule_set, {"name": [None, name]})]
    acts += [_act("checklist", row, {"object_kind": [None, row.object_kind]}) for row in lists]
    audit.record(session, acts, by=by, at=now)
    return rule_set


def change_rules(session: Session, wanted: NewRules, *, by: Actor, now: datetime) -> RuleSet:
    """Put a rule set in force from now on, or from later.

    Raises BadRuleSet, BeginsInThePast, MomentTaken.
    """
    checked(wanted.document)
    since = from_now_on(wanted.since, now)
    stand_in_line(session)
    if _stands(session, since):
        raise MomentTaken("Take that one back first.", in_force_from=since.isoformat())
    rule_set = RuleSet(
        id=new_id(), name=wanted.name, document=dict(wanted.document), in_force_from=since,
        note=wanted.note, put_by_id=by.person_id, put_at=now,
    )  # fmt: skip
    session.add(rule_set)
    session.flush()
    told = {"name": wanted.name, "in_force_from": since.isoformat(), "note": wanted.note}
    changes: dict[str, Any] = {name: [None, value] for name, value in told.items()}
    changes["document"] = [None, dict(wanted.document)]
    audit.record(session, [_act("rule_set", rule_set, changes)], by=by, at=now)
    return rule_set


def take_back(session: Session, rule_set_id: UUID, *, by: Actor, now: datetime) -> None:
    """Take back a rule set that is not in force yet. Raises UnknownRuleSet, AlreadyInForce."""
    wanted = select(RuleSet).where(RuleSet.id == rule_set_id).with_for_update(of=RuleSet)
    rule_set = session.scalars(wanted).one_or_none()
    if rule_set is None:
        raise UnknownRuleSet(f"There is no rule set {rule_set_id}.")
    if rule_set.in_force_from <= now:
        raise AlreadyInForce("Put another one in force instead.")
    session.delete(rule_set)
    session.flush()
    changes = {"name": [rule_set.name, None], "document": [rule_set.document, None]}
    act = Act(
        deed="rules.take_back", subject_kind="rule_set", subject_id=rule_set_id, changes=changes
    )
    audit.record(session, [act], by=by, at=now)


def change_checklist(
    session: Session,
    object_kind: str,
    items: list[dict[str, Any]],
    *,
    since: datetime | None,
    by: Actor,
    now: datetime,
) -> Checklist:
    """Put a new version of a checklist in force from now on, or from later.

    Raises BeginsInThePast, BeforeLatestVersion.
    """
    begins = from_now_on(since, now)
    stand_in_line(session)
    versions = select(Checklist).where(Checklist.object_kind == object_kind)
    latest = session.scalars(versions.order_by(Checklist.version.desc()).limit(1)).one_or_none()
    if latest and begins < latest.in_force_from:
        raise BeforeLatestVersion(
            f"Version {latest.version} begins later.", begins=latest.in_force_from.isoformat()
        )
    checklist = Checklist(
        id=new_id(), object_kind=object_kind, version=latest.version + 1 if latest else 1,
        in_force_from=begins, items=items, put_by_id=by.person_id, put_at=now,
    )  # fmt: skip
    session.add(checklist)
    session.flush()
    changes = {
        "object_kind": [None, object_kind],
        "version": [latest and latest.version, checklist.version],
        "items": [latest and latest.items, items],
    }
    audit.record(session, [_act("checklist", checklist, changes)], by=by, at=now)
    return checklist


def mark_days(session: Session, days: Mapping[date, tuple[bool, str]]) -> None:
    """Write exceptional days, (is it worked, its name), into the work calendar."""
    rows = [
        {"day": day, "is_workday": is_workday, "name": name}
        for day, (is_workday, name) in sorted(days.items())
    ]
    insert_all(session, CalendarDay, rows)


def mark_day(
    session: Session, day: date, *, is_workday: bool, name: str, by: Actor, now: datetime
) -> CalendarDay:
    """Say that a day of today or later is worked, or is off. Raises PastDay."""
    marked = _marked(session, day, now)
    before = marked and [marked.is_workday, marked.name]
    if marked is None:
        marked = CalendarDay(day=day, is_workday=is_workday, name=name)
        session.add(marked)
    marked.is_workday, marked.name = is_workday, name
    session.flush()
    _note_day(session, "calendar.mark", day, [before, [is_workday, name]], by=by, now=now)
    return marked


def unmark_day(session: Session, day: date, *, by: Actor, now: datetime) -> None:
    """Let a day of today or later go by its weekday again. Raises PastDay, UnmarkedDay."""
    marked = _marked(session, day, now)
    if marked is None:
        raise UnmarkedDay(f"{day} is not marked.")
    before = [marked.is_workday, marked.name]
    session.delete(marked)
    session.flush()
    _note_day(session, "calendar.unmark", day, [before, None], by=by, now=now)


def _stands(session: Session, since: datetime) -> bool:
    found = select(RuleSet.id).where(RuleSet.in_force_from == since)
    return session.scalars(found).first() is not None


def from_now_on(since: datetime | None, now: datetime) -> datetime:
    if since is not None and since < now:
        raise BeginsInThePast("Choose a moment that has not gone by.", now=now.isoformat())
    return since or now


def _marked(session: Session, day: date, now: datetime) -> CalendarDay | None:
    if day < local_day(now):
        raise PastDay(f"It is {local_day(now)}.", today=local_day(now).isoformat())
    stand_in_line(session)
    return session.scalars(select(CalendarDay).where(CalendarDay.day == day)).one_or_none()


def _note_day(
    session: Session, deed: str, day: date, change: list[Any], *, by: Actor, now: datetime
) -> None:
    changes = {"day": [None, str(day)], "marked": change}
    act = Act(deed=deed, subject_kind="grid", subject_id=root(session).id, changes=changes)
    audit.record(session, [act], by=by, at=now)


def _act(kind: str, row: RuleSet | Checklist, changes: dict[str, Any]) -> Act:
    return Act(deed="rules.put_in_force", subject_kind=kind, subject_id=row.id, changes=changes)
