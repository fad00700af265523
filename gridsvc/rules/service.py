"""Putting rule sets, checklists and calendar days in force."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_all
from gridsvc.rules.models import CalendarDay, Checklist, RuleSet
from gridsvc.rules.rules import Numbers
from gridsvc.session import Session


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

    Raises BadRuleSet.
    """
    Numbers.read(document)
    rule_set = RuleSet(name=name, document=dict(document), in_force_from=since)
    lists = [
        Checklist(object_kind=kind, version=1, in_force_from=since, items=items)
        for kind, items in checklists.items()
    ]
    session.add_all([rule_set, *lists])
    session.flush()
    acts = [_act("rule_set", rule_set, {"name": [None, name]})]
    acts += [_act("checklist", row, {"object_kind": [None, row.object_kind]}) for row in lists]
    audit.record(session, acts, by=by, at=now)
    return rule_set


def mark_days(session: Session, days: Mapping[date, tuple[bool, str]]) -> None:
    """Write exceptional days, (is it worked, its name), into the work calendar."""
    rows = [
        {"day": day, "is_workday": is_workday, "name": name}
        for day, (is_workday, name) in sorted(days.items())
    ]
    insert_all(session, CalendarDay, rows)


def _act(kind: str, row: RuleSet | Checklist, changes: dict[str, Any]) -> Act:
    return Act(deed="rules.put_in_force", subject_kind=kind, subject_id=row.id, changes=changes)
