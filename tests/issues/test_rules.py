from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.rules import PERMISSION, Held
from gridsvc.errors import DomainError
from gridsvc.ids import new_id
from gridsvc.issues.effects import due_at, end_of, is_overdue
from gridsvc.issues.models import Issue
from gridsvc.issues.rules import Step, closing_gates, judge
from gridsvc.issues.workflow import (
    ACTIONS,
    NOT_ALLOWED,
    OPEN,
    STATES,
    TRANSITIONS,
    Standing,
    allowed,
    sees,
)
from gridsvc.people.models import Person
from gridsvc.rules.models import RuleSet
from gridsvc.rules.presets import RULE_SETS
from gridsvc.rules.rules import Numbers
from tests.factories.inspections import NOON
from tests.factories.issues import a_photo, an_action

GRID, YARD, BUREAU, ELSEWHERE = (new_id() for _ in range(4))
ALWAYS = Range(None, None)
RULES = [RuleSet(in_force_from=datetime(2025, 1, 1, tzinfo=UTC), document=RULE_SETS["gridsvc"])]
NUMBERS = Numbers.read(RULE_SETS["gridsvc"])
AFTER = (a_photo("after"),)


@dataclass(frozen=True)
class Somebody:
    person: Person
    held: tuple[Held, ...]

    def standing(self, at: datetime) -> Standing:
        return Standing(person_id=self.person.id, held=self.held, at=at)


def somebody(role: str, held_at: str, subject_id: UUID) -> Somebody:
    return Somebody(Person(id=new_id()), (Held(role, held_at, subject_id, ALWAYS),))


PEOPLE = [
    somebody("grid_head", "2", GRID),
    somebody("deputy_head", "2", GRID),
    somebody("grid_head", "3", GRID),
    somebody("grid_officer", "3", GRID),
    somebody("dispatcher", "1", GRID),
    somebody("grid_head", "1", GRID),
    somebody("enforcement_officer", "1", GRID),
    somebody("dept_liaison", "unit", BUREAU),
    somebody("responsible_person", "enterprise", YARD),
    somebody("grid_head", "2", ELSEWHERE),
    Somebody(Person(id=new_id()), ()),
]
people = st.sampled_from(PEOPLE)


def an_issue(**changes: object) -> Issue:
    usual = {"state": "found", "version": 1, "relapses": 0, "severity": "ordinary"}
    places = {"grid_id": GRID, "enterprise_id": YARD, "lead_unit_id": None}
    return Issue(id=new_id(), **{**usual, **places, **changes})


def take(issue: Issue, who: Somebody, action: str, at: datetime, gates: dict, **facts) -> Step:
    """Judge an action and, should it be let through, do it."""
    told = an_action(issue.id, who.person, action, made_at=at, **facts)
    step = judge(issue, told, who.standing(at), RULES, gates)
    for name, value in step.changes.items():
        setattr(issue, name, value)
    issue.version += 1
    return step


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_way_leads_to_closed_but_by_a_photo_and_another_persons_acceptance(data) -> None:
    issue, at = an_issue(), NOON
    since_opened: list[tuple[str, Somebody, bool]] = []
    for _ in range(data.draw(st.integers(1, 40))):
        at += timedelta(hours=1)
        who = data.draw(people)
        action = data.draw(st.sampled_from(allowed(issue, who.standing(at)) or list(ACTIONS)))
        photos = data.draw(st.sampled_from([AFTER, AFTER, (), (a_photo("before"),)]))
        facts = {
            "photos": photos, "note": "说明", "unit_id": BUREAU, "result": "ok", "into_id": YARD,
        }  # fmt: skip
        shown = any(step == "submit" and photo for step, _, photo in since_opened)
        try:
            gates = closing_gates(issue, has_after_photo=shown)
            step = take(issue, who, action, at, gates, **facts)
        except DomainError:
            continue
        since_opened.append((step.transition.action, who, photos == AFTER))
        if issue.state == "closed":
            submitted = [(by, photo) for step, by, photo in since_opened if step == "submit"]
            accepted = [by for step, by, _ in since_opened if step == "accept"]
            assert submitted[-1][1]
            assert accepted[-1] is not submitted[-1][0]
        if step.transition.action == "relapse":
            since_opened.clear()


@settings(max_examples=400, deadline=None)
@given(
    state=st.sampled_from(STATES),
    who=people,
    action=st.sampled_from(ACTIONS),
    unit_id=st.sampled_from([None, BUREAU]),
    owner=people,
    submitted_by=people,
    assigned_hours_ago=st.integers(0, 48),
)
def test_an_action_is_allowed_exactly_if_judging_it_does_not_say_otherwise(
    state, who, action, unit_id, owner, submitted_by, assigned_hours_ago
) -> None:
    issue = an_issue(
        state=state, lead_unit_id=unit_id, owner_id=owner.person.id,
        submitted_by_id=submitted_by.person.id,
        assigned_at=NOON - timedelta(hours=assigned_hours_ago),
    )  # fmt: skip
    listed = action in allowed(issue, who.standing(NOON))
    if not sees(issue, who.standing(NOON)):
        assert not listed
        return
    try:
        take(issue, who, action, NOON, closing_gates(issue, has_after_photo=True))
        refused = False
    except NOT_ALLOWED:
        refused = True
    except DomainError:
        refused = False  # it only lacks facts
    assert listed == (not refused)


def test_the_table_is_whole() -> None:
    assert {step.to_state for step in TRANSITIONS} == {*STATES, None}
    assert {state for step in TRANSITIONS for state in step.from_states} <= set(STATES)
    assert {step.deed for step in TRANSITIONS if step.deed} <= set(PERMISSION)
    assert all(
        any(state in step.from_states for step in TRANSITIONS)
        for state in STATES
        if state != "void"
    )


@pytest.mark.parametrize(("severity", "days"), [("minor", 3), ("ordinary", 7), ("serious", 15)])
def test_without_a_day_the_rule_says_how_long(severity: str, days: int) -> None:
    end = due_at(None, ["fixed_term"], severity, NOON, NUMBERS)

    assert end == end_of(date(2026, 3, 2) + timedelta(days=days))


def test_a_deadline_counts_local_days() -> None:
    """At 16:30 UTC it is past midnight in Shanghai."""
    late = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)

    assert due_at(None, ["immediate"], "minor", late, NUMBERS) == datetime(
        2026, 3, 3, 16, tzinfo=UTC
    )


def test_an_issue_is_overdue_from_the_end_of_its_last_day_until_it_is_closed() -> None:
    end = end_of(date(2026, 3, 2))
    just_before = end - timedelta(microseconds=1)

    for state in STATES:
        issue = an_issue(state=state, due_at=end)
        assert not is_overdue(issue, just_before)
        assert is_overdue(issue, end) == (state in OPEN)
    assert not is_overdue(an_issue(due_at=None), end)
