"""What people do about the problems of the county on a day: at most one step an issue.

Beside it, those whom an urgent report reached say that they have seen it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.demo.chance import chance
from gridsvc.demo.phones import sealed
from gridsvc.demo.photos import Shot, told
from gridsvc.demo.rounds import noon
from gridsvc.demo.texts import BUREAUS, NOTES, REQUIREMENT, REQUIREMENTS, SCENES
from gridsvc.demo.world import SEED, World
from gridsvc.issues.effects import ActionReport
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.workflow import OPEN, has_seen
from gridsvc.patrols.due import DAY
from gridsvc.session import Session
from gridsvc.weeks import local_day, midnight

USUAL_BUREAU = "huanjing"
LATE_PCT, NEVER_PCT = (5, 8, 10, 25), (1, 2, 2, 8)  # of the rectifications; towns differ
REJECTED_PCT, RETURNED_PCT, VOID_PCT, RELAPSED_PCT = 7, 3, 2, 15
PROMPT_PCT = 80  # of the steps that wait for somebody, on any day
MORNING, EVENING = 500, 1010  # minutes: a return in the morning is within 24 hours
FIRST = ("return", "acknowledge")  # before what else happens on that day
PATIENCE = 60  # days that a rectification takes which is never made

Category = tuple[UUID | None, str]


@dataclass(frozen=True)
class Step:
    """Who does what about an issue. Where `shows` is set, with a photo of the result."""

    issue: Issue
    action: str
    sender_id: UUID
    facts: dict[str, Any]
    shows: bool = False


def _step(
    issue: Issue, action: str, by: UUID | None, facts: dict[str, Any], *, shows: bool = False
) -> Step | None:
    """Return the step, if there is anybody to take it."""
    return Step(issue, action, by, facts, shows) if by else None


def open_categories(session: Session) -> set[Category]:
    """Return at which enterprise which category of problem is open: it is not reported twice."""
    found = select(Issue.enterprise_id, Issue.category).where(Issue.state.in_(OPEN))
    return {(enterprise_id, category) for enterprise_id, category in session.execute(found)}


def pending(session: Session, day: date) -> Sequence[Issue]:
    """Return the issues that wait for a step, and to which nothing has happened on `day` yet."""
    touched = select(IssueAction.issue_id).where(IssueAction.received_at >= midnight(day))
    waits = Issue.state.in_(OPEN) | ((Issue.state == "closed") & (Issue.look_back_on <= day))
    found = select(Issue).where(waits, Issue.received_at < midnight(day), Issue.id.not_in(touched))
    return session.scalars(found.order_by(Issue.id)).all()


def steps(
    world: World, issues: Sequence[Issue], day: date
) -> tuple[list[ActionReport], list[Shot]]:
    """Return the actions of a day, and the photos that show what was achieved."""
    actions, shots = [], []
    for issue in issues:
        draw = chance(SEED, "step", str(issue.id), str(issue.version), day.isoformat())
        onward = _NEXT[issue.state](world, issue, day, draw)
        for step in (*_seen(world, issue, day), *([onward] if onward else [])):
            is_first = step.action in FIRST
            minutes = MORNING if is_first else draw.randint(MORNING, EVENING)
            at = midnight(day) + timedelta(minutes=minutes)
            taken = _shots(step, max(at, issue.occurred_at))
            actions.append(_report(step, at, taken, draw))
            shots += taken
    return actions, shots


def _seen(world: World, issue: Issue, day: date) -> Iterator[Step]:
    """Yield that an urgent report was seen, by each whom it reached; few forget to say so."""
    if not issue.urgent or issue.state not in OPEN:
        return
    posts = (
        *(("grid_head", _town(world, issue)), ("deputy_head", _town(world, issue))),
        *((role, world.county_id) for role in ("grid_head", "dispatcher", "enforcement_officer")),
    )
    people = {one for role, at in posts for one in world.holders(role, at, noon(day))}
    for person_id in sorted(people):
        draw = chance(SEED, "seen", str(issue.id), str(person_id), day.isoformat())
        if not has_seen(issue, person_id) and draw.random() < PROMPT_PCT / 100:
            yield Step(issue, "acknowledge", person_id, {})


def _found(world: World, issue: Issue, day: date, draw: Random) -> Step | None:
    town_id = _town(world, issue)
    head = world.holder("grid_head", town_id, noon(day))
    if not _is_prompt(world, issue, draw):
        return None
    if chance(SEED, "void", str(issue.id)).random() < VOID_PCT * world.trouble / 100:
        return _step(issue, "void", head, {})
    bureau = BUREAUS.get(issue.category, USUAL_BUREAU)
    unit_id = world.departments.get((town_id, bureau)) or world.departments.get(
        (town_id, USUAL_BUREAU)
    )
    owner_id = _answerable(world, issue, day)
    facts = {
        "unit_id": unit_id,
        "owner_id": owner_id,
        "requirement": REQUIREMENTS.get(issue.category, REQUIREMENT),
        "due_kinds": ("fixed_term", "long_term") if draw.random() < 0.2 else ("fixed_term",),
    }
    return _step(issue, "assign", head, facts)


def _assigned(world: World, issue: Issue, day: date, draw: Random) -> Step | None:
    doer = issue.owner_id or _liaison(world, issue, day)
    is_fresh = issue.assigned_at is not None and local_day(issue.assigned_at) == day - DAY
    if is_fresh and chance(SEED, "return", str(issue.id)).random() < RETURNED_PCT / 100:
        return None if issue.version > 2 else _step(issue, "return", doer, {})
    if draw.random() < PROMPT_PCT / 100:
        return _step(issue, "take_on", doer, {})
    return None


def _rectifying(world: World, issue: Issue, day: date, draw: Random) -> Step | None:
    doer = issue.owner_id or _liaison(world, issue, day)
    return _step(issue, "submit", doer, {}, shows=True) if day >= _done_on(world, issue) else None


def _submitted(world: World, issue: Issue, day: date, draw: Random) -> Step | None:
    town_id = _town(world, issue)
    posts = (("deputy_head", town_id), ("grid_head", town_id), ("grid_head", issue.grid_id))
    others = [world.holder(role, subject, noon(day)) for role, subject in posts]
    judge = next((one for one in others if one and one != issue.submitted_by_id), None)
    if not _is_prompt(world, issue, draw):
        return None
    is_first = chance(SEED, "reject", str(issue.id)).random() < REJECTED_PCT / 100
    is_rejected = is_first and issue.version <= 4
    return _step(issue, "reject" if is_rejected else "accept", judge, {})


def _accepted(world: World, issue: Issue, day: date, draw: Random) -> Step | None:
    head = world.holder("grid_head", _town(world, issue), noon(day))
    return _step(issue, "close", head, {}) if _is_prompt(world, issue, draw) else None


def _closed(world: World, issue: Issue, day: date, draw: Random) -> Step | None:
    officer = world.holder("grid_officer", issue.grid_id, noon(day))
    if not _is_prompt(world, issue, draw):
        return None
    is_back = chance(SEED, "relapse", str(issue.id), str(issue.relapses)).random()
    if is_back < RELAPSED_PCT / 100:
        return _step(issue, "relapse", officer, {})
    return _step(issue, "look_back", officer, {"result": "ok"})


_NEXT: dict[str, Callable[[World, Issue, date, Random], Step | None]] = {
    "found": _found,
    "assigned": _assigned,
    "rectifying": _rectifying,
    "submitted": _submitted,
    "accepted": _accepted,
    "closed": _closed,
}


def _is_prompt(world: World, issue: Issue, draw: Random) -> bool:
    """Say whether somebody gets to it today. They do where the story needs it."""
    if issue.enterprise_id == world.shown_id:
        return True
    return draw.random() < PROMPT_PCT / 100 / sqrt(world.trouble)


def _done_on(world: World, issue: Issue) -> date:
    """Return the day on which what was wrong is put right: mostly in time, but not always."""
    if issue.due_at is None:
        return date.min
    allowed = world.numbers.rectify_within_days[issue.severity]
    town = chance(SEED, "town", world.towns[_town(world, issue)])
    late, never = town.choice(list(zip(LATE_PCT, NEVER_PCT, strict=True)))
    draw = chance(SEED, "rectify", str(issue.id), str(issue.relapses))
    luck, took = draw.random() * 100, draw.uniform(0.2, 0.9) * allowed
    if issue.enterprise_id == world.shown_id:
        luck = 100
    if luck < never:
        took = PATIENCE
    elif luck < never + late:
        took = allowed + draw.randint(1, 6)
    return local_day(issue.due_at) - DAY + timedelta(days=int(took) - allowed)


def _town(world: World, issue: Issue) -> UUID:
    return world.town_of[issue.grid_id]


def _answerable(world: World, issue: Issue, day: date) -> UUID | None:
    if issue.enterprise_id is None:
        return None
    return world.holder("responsible_person", issue.enterprise_id, noon(day))


def _liaison(world: World, issue: Issue, day: date) -> UUID | None:
    if issue.lead_unit_id is None:
        return None
    return world.holder("dept_liaison", issue.lead_unit_id, noon(day))


def _shots(step: Step, at: datetime) -> list[Shot]:
    if not step.shows:
        return []
    scene = SCENES.get(step.issue.category, "fence")
    name = f"{step.issue.id}/{step.issue.version}"
    return [Shot(step.sender_id, name, scene, "after", at - timedelta(minutes=5))]


def _report(step: Step, at: datetime, shots: Sequence[Shot], draw: Random) -> ActionReport:
    note, photos = draw.choice(NOTES.get(step.action, ("",))), tuple(map(Shot.declared, shots))
    body: dict[str, Any] = {
        "issue_id": str(step.issue.id),
        "action": step.action,
        "note": note,
        "photos": list(map(told, photos)),
        **{name: _plain(fact) for name, fact in step.facts.items() if fact is not None},
    }
    about = ("step", str(step.issue.id), step.action, str(step.issue.version), str(step.sender_id))
    return ActionReport(
        envelope=sealed(step.sender_id, at, 0, body, *about),
        issue_id=step.issue.id,
        action=step.action,
        note=note,
        photos=photos,
        **step.facts,
    )


def _plain(fact: Any) -> Any:
    """Return a fact as JSON has it."""
    if isinstance(fact, tuple):
        return list(fact)
    return str(fact) if isinstance(fact, UUID) else fact
