from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from gridsvc.accountability.rules import Role
from gridsvc.actor import person
from gridsvc.audit.service import lines_about, verify
from gridsvc.errors import Kept
from gridsvc.ids import new_id
from gridsvc.issues.act import act
from gridsvc.issues.effects import DueInThePast
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.queries import actions_of
from gridsvc.issues.rules import (
    GatesNotMet,
    MergeIntoClosed,
    MissingFacts,
    StaleIssue,
    UnknownAddressee,
    UnknownIssue,
)
from gridsvc.issues.workflow import (
    ActionNotYours,
    ReturnTooLate,
    SamePerson,
    TransitionNotAllowed,
)
from gridsvc.records import IdTaken
from gridsvc.synced import SyncClock
from tests.factories.accountability import add_duty, add_person, add_unit
from tests.factories.inspections import NOON
from tests.factories.issues import (
    BEFORE_AND_AFTER,
    a_photo,
    add_issue,
    an_action,
    arrive,
    bring,
    course,
    do,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def issue(session, village) -> Issue:
    return add_issue(session, village.yard, village.officer)


@pytest.fixture
def does(session, issue):
    """Somebody does something about the issue."""

    def _does(somebody, action, at=NOON, **facts):
        return do(session, issue, somebody, action, at, **facts)

    return _does


def test_an_issue_goes_its_way_step_by_step(session, village, issue) -> None:
    at = bring(session, village, issue, "looked_back")

    assert (issue.state, issue.version) == ("looked_back", 7)
    assert issue.assigned_at == NOON + HOUR
    assert issue.closed_at == NOON + 5 * HOUR
    assert issue.looked_back_at == at
    taken = actions_of(session, issue.id)
    assert [action.action for action in taken] == [step[0] for step in course(village)]
    assert verify(session) is None


def test_replaying_the_actions_gives_the_state(session, village, issue, does) -> None:
    at = bring(session, village, issue, "closed")
    does(village.officer, "relapse", at, note="又没覆盖")
    does(village.officer, "submit", at, photos=(a_photo("after"),))
    does(village.head, "reject", at, note="照片看不清")

    state = "found"
    for action in actions_of(session, issue.id):
        assert action.from_state == state
        state = action.to_state
    assert state == issue.state == "rectifying"


def test_each_action_ticks_the_clock_and_leaves_one_line_that_says_what_changed(
    session, village, issue, does
) -> None:
    before = session.get(SyncClock, (session.jurisdiction_id, village.zhao.id)).version

    outcome = does(village.head, "assign", owner_id=village.answerable.id, due_on=date(2026, 3, 9))

    assert issue.sync_version == before + 1
    [line] = lines_about(session, [outcome.id])
    assert line.deed == "issue.assign"
    assert '"state":["found","assigned"]' in line.text
    assert f'"owner_id":[null,"{village.answerable.id}"]' in line.text
    assert '"due_at":[null,"2026-03-09T16:00:00Z"]' in line.text


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({}, datetime(2026, 3, 9, 16, tzinfo=UTC)),  # 7 days for an ordinary problem
        ({"due_on": date(2026, 3, 2)}, datetime(2026, 3, 2, 16, tzinfo=UTC)),
        ({"due_kinds": ("immediate", "long_term")}, datetime(2026, 3, 2, 16, tzinfo=UTC)),
        ({"due_kinds": ("long_term",)}, None),
    ],
)
def test_a_deadline_is_the_end_of_its_last_local_day(village, issue, does, facts, end) -> None:
    does(village.head, "assign", unit_id=village.bureau.id, **facts)

    assert issue.due_at == end
    assert issue.due_kinds == list(facts.get("due_kinds", ["fixed_term"]))


def test_assigning_needs_somebody_who_is_there_and_a_day_to_come(village, issue, does) -> None:
    yesterday = date(2026, 3, 1)

    assert does(village.head, "assign").facts == {"missing": ["addressee"]}
    assert isinstance(does(village.head, "assign", unit_id=new_id()), UnknownAddressee)
    assert isinstance(does(village.head, "assign", owner_id=new_id()), UnknownAddressee)
    late = does(village.head, "assign", unit_id=village.bureau.id, due_on=yesterday)
    assert isinstance(late, DueInThePast)
    assert (issue.state, issue.version) == ("found", 1)


def test_whoever_takes_on_what_only_a_unit_was_named_for_owns_it(
    session, village, issue, does
) -> None:
    bring(session, village, issue, "rectifying")

    assert issue.owner_id == village.liaison.id


def test_the_owner_may_rectify_without_any_duty_and_nobody_else_may(
    session, village, issue, does
) -> None:
    owner, stranger = add_person(session, "周敏"), add_person(session, "路人")
    does(village.head, "assign", owner_id=owner.id)

    assert isinstance(does(stranger, "take_on"), UnknownIssue)
    assert isinstance(does(owner, "accept"), TransitionNotAllowed)
    assert does(owner, "take_on").verdict == "accepted"
    assert does(owner, "submit", photos=(a_photo("after"),)).verdict == "accepted"
    assert isinstance(does(owner, "accept"), ActionNotYours)


def test_only_the_liaison_of_the_lead_unit_sees_the_issue(session, village, issue, does) -> None:
    other = add_unit(session, "水利局", "SL")
    stranger = add_person(session, "尤里")
    add_duty(session, stranger, other, Role.DEPT_LIAISON)

    assert isinstance(does(village.liaison, "take_on"), UnknownIssue)
    does(village.head, "assign", unit_id=village.bureau.id)
    assert isinstance(does(stranger, "take_on"), UnknownIssue)
    assert does(village.liaison, "take_on").verdict == "accepted"


def test_an_assignment_goes_back_within_a_day_with_a_word(session, village, issue, does) -> None:
    at = bring(session, village, issue, "assigned")

    assert does(village.liaison, "return", at).facts == {"missing": ["note"]}
    late = does(village.liaison, "return", at + timedelta(hours=25), note="不归我局")
    assert isinstance(late, ReturnTooLate)
    in_time = does(village.liaison, "return", at + timedelta(hours=24), note="不归我局")
    assert in_time.verdict == "accepted"
    assert (issue.state, issue.lead_unit_id, issue.due_at) == ("found", None, None)


def test_submitting_needs_a_photo_taken_after(session, village, issue, does) -> None:
    at = bring(session, village, issue, "rectifying")

    before = does(village.liaison, "submit", at, photos=(a_photo("before"),))

    assert isinstance(before, MissingFacts)
    assert before.facts == {"missing": ["after_photo"]}


def test_who_submitted_does_not_accept(session, village, issue, does) -> None:
    at = bring(session, village, issue, "rectifying")
    does(village.head, "submit", at, photos=(a_photo("after"),))

    refusal = does(village.head, "accept", at)

    assert isinstance(refusal, SamePerson)
    assert "accept" not in refusal.facts["allowed"]
    assert does(village.deputy, "accept", at).verdict == "accepted"


def test_fixed_on_the_spot_is_accepted_by_another_and_closed(session, village) -> None:
    issue = add_issue(
        session, village.yard, village.head, fixed_on_spot=True, photos=BEFORE_AND_AFTER
    )

    assert isinstance(do(session, issue, village.head, "accept"), SamePerson)
    do(session, issue, village.deputy, "accept")
    assert do(session, issue, village.head, "close").verdict == "accepted"
    assert (issue.closed_at, issue.look_back_on) == (NOON, date(2026, 4, 1))


def test_what_is_rejected_is_submitted_again(session, village, issue, does) -> None:
    at = bring(session, village, issue, "submitted")

    assert does(village.head, "reject", at).facts == {"missing": ["note"]}
    does(village.head, "reject", at, note="还有一半没覆盖")
    assert (issue.state, issue.submitted_by_id) == ("rectifying", None)
    assert isinstance(does(village.deputy, "accept", at), TransitionNotAllowed)


def test_closing_plans_the_look_back_by_rule_or_as_told(session, village, issue, does) -> None:
    at = bring(session, village, issue, "accepted")

    past = does(village.head, "close", at, look_back_on=date(2026, 3, 1))
    assert isinstance(past, DueInThePast)
    does(village.head, "close", at, look_back_on=date(2026, 3, 20))
    assert (issue.state, issue.look_back_on) == ("closed", date(2026, 3, 20))


def test_a_photo_that_never_arrived_closes_nothing(session, village, issue, does) -> None:
    """Knowing its hash is not having it, and somebody else's bytes do not help."""
    at = bring(session, village, issue, "rectifying")
    photo = a_photo("after")
    told = an_action(issue.id, village.liaison, "submit", made_at=at, photos=(photo,))
    act(session, [told], by=person(village.liaison.id), now=at)
    does(village.deputy, "accept", at)
    arrive(session, village.officer, photo, at)

    refusal = does(village.head, "close", at)
    assert isinstance(refusal, GatesNotMet)
    assert refusal.facts == {"unmet": ["after_photo"]}

    arrive(session, village.liaison, photo, at)
    assert does(village.head, "close", at).verdict == "accepted"


def test_what_was_accepted_without_a_photo_is_not_closed(session, village, issue, does) -> None:
    """As an import of an old ledger might leave it."""
    at = bring(session, village, issue, "accepted")
    issue.submitted_at, issue.sync_version = None, issue.sync_version + 1
    session.flush()

    refusal = does(village.head, "close", at)

    assert isinstance(refusal, GatesNotMet)
    assert refusal.facts == {"unmet": ["submitted", "after_photo"]}


@pytest.mark.parametrize(
    ("action", "facts"), [("look_back", {"result": "problem"}), ("relapse", {"note": "又没覆盖"})]
)
def test_a_relapse_begins_another_round(session, village, issue, does, action, facts) -> None:
    bring(session, village, issue, "closed")
    a_month_later = datetime(2026, 4, 2, 1, tzinfo=UTC)

    does(village.officer, action, a_month_later, **facts)

    assert (issue.state, issue.relapses) == ("rectifying", 1)
    assert issue.due_at == datetime(2026, 4, 9, 16, tzinfo=UTC)
    assert (issue.closed_at, issue.accepted_at, issue.submitted_by_id) == (None, None, None)
    assert issue.owner_id == village.liaison.id
    last = actions_of(session, issue.id)[-1]
    assert (last.action, last.from_state, last.to_state) == ("relapse", "closed", "rectifying")


def test_looking_back_says_what_was_seen(session, village, issue, does) -> None:
    at = bring(session, village, issue, "closed")

    assert does(village.officer, "look_back", at).facts == {"missing": ["result"]}


def test_a_void_issue_has_a_reason_and_stays_void(session, village, issue, does) -> None:
    assert does(village.head, "void").facts == {"missing": ["note"]}
    does(village.head, "void", note="重复登记")

    refusal = does(village.head, "assign", unit_id=village.bureau.id)
    assert (refusal.facts["state"], refusal.facts["allowed"]) == ("void", [])


def test_an_issue_is_merged_into_another_that_is_open(session, village, issue, does) -> None:
    other = add_issue(session, village.yard, village.officer)
    closed = add_issue(session, village.yard, village.officer)
    bring(session, village, closed, "closed")

    assert does(village.head, "merge").facts == {"missing": ["into_id", "note"]}
    for nowhere in (new_id(), issue.id):
        outcome = does(village.head, "merge", into_id=nowhere, note="同一问题")
        assert isinstance(outcome, UnknownIssue)
    into_closed = does(village.head, "merge", into_id=closed.id, note="同一问题")
    assert isinstance(into_closed, MergeIntoClosed)
    assert does(village.head, "merge", into_id=other.id, note="同一问题").verdict == "accepted"
    assert issue.state == "void"
    assert actions_of(session, issue.id)[-1].facts == {"into_id": str(other.id)}


def test_a_refusal_names_the_state_and_what_could_be_done_instead(village, does) -> None:
    refusal = does(village.head, "close")

    assert isinstance(refusal, TransitionNotAllowed)
    assert refusal.facts == {
        "state": "found",
        "version": 1,
        "allowed": ["assign", "merge", "void"],
    }


def test_a_version_that_is_stale_is_refused_and_no_version_is_no_trouble(
    village, issue, does
) -> None:
    does(village.head, "assign", unit_id=village.bureau.id, version=1)

    stale = does(village.liaison, "take_on", version=1)

    assert isinstance(stale, StaleIssue)
    assert stale.facts == {"version": 2, "state": "assigned"}
    assert does(village.liaison, "take_on").verdict == "accepted"


def test_an_action_sent_again_is_done_once_and_its_id_stays_taken(session, village, issue) -> None:
    assign = an_action(issue.id, village.head, "assign", unit_id=village.bureau.id)
    changed = an_action(issue.id, village.head, "void", id=assign.envelope.id, note="重复登记")
    by = person(village.head.id)

    first, again = act(session, [assign, assign], by=by, now=NOON)
    [retry] = act(session, [assign], by=by, now=NOON + HOUR)
    [other] = act(session, [changed], by=by, now=NOON)

    assert (first, again) == (Kept(first.id, is_new=True), Kept(first.id, is_new=False))
    assert retry == again
    assert isinstance(other, IdTaken)
    assert (issue.state, issue.version) == ("assigned", 2)


def test_what_a_phone_did_offline_takes_effect_in_the_order_it_was_done(
    session, village, issue
) -> None:
    bring(session, village, issue, "assigned")
    ids = sorted(new_id() for _ in range(2))
    take_on = an_action(issue.id, village.liaison, "take_on", id=ids[0])
    submit = an_action(issue.id, village.liaison, "submit", id=ids[1], photos=(a_photo("after"),))

    outcomes = act(session, [submit, take_on], by=person(village.liaison.id), now=NOON + 2 * HOUR)

    assert [outcome.verdict for outcome in outcomes] == ["accepted", "accepted"]
    assert issue.state == "submitted"
    taken = session.scalars(select(IssueAction).where(IssueAction.issue_id == issue.id))
    assert len(taken.all()) == 3


def test_a_bad_action_stands_in_nobodys_way(session, village, issue) -> None:
    other = add_issue(session, village.yard, village.officer)
    bad = an_action(issue.id, village.head, "close")
    nowhere = an_action(new_id(), village.head, "void", note="?")
    good = an_action(other.id, village.head, "assign", unit_id=village.bureau.id)

    outcomes = act(session, [bad, nowhere, good], by=person(village.head.id), now=NOON)

    assert [outcome.verdict for outcome in outcomes] == ["conflict", "quarantined", "accepted"]
    assert (issue.state, other.state) == ("found", "assigned")
