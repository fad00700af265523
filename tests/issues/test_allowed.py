from random import Random

from sqlalchemy import select

from gridsvc.accountability.queries import held_by
from gridsvc.errors import Kept
from gridsvc.issues.briefs import whole
from gridsvc.issues.models import Issue
from gridsvc.issues.rules import UnknownIssue
from gridsvc.issues.workflow import ACTIONS, NOT_ALLOWED, STATES, Standing, sees
from tests.factories.accountability import add_person
from tests.factories.inspections import NOON
from tests.factories.issues import add_issue, bring, do

ALL = {"note": "说明", "result": "ok"}


def test_what_the_detail_allows_is_what_acting_allows(session, village) -> None:
    """Anybody, on an issue in any state, tries anything; then it is undone."""
    stranger = add_person(session, "路人")
    people = [
        village.head, village.deputy, village.officer, village.liaison, village.answerable,
        village.dispatcher, village.enforcer, village.leader, stranger,
    ]  # fmt: skip
    issues = {}
    for state in STATES[:-1]:
        issues[state] = add_issue(session, village.yard, village.officer, category="other")
        at = bring(session, village, issues[state], state)
    issues["void"] = add_issue(session, village.yard, village.officer)
    do(session, issues["void"], village.head, "void", note="重复登记")
    later = max(at, NOON)
    every = [(state, who, action) for state in STATES for who in people for action in ACTIONS]

    for state, who, action in Random(7).sample(every, k=150):
        id = issues[state].id
        with session.begin_nested() as undone:
            issue = session.scalars(select(Issue).where(Issue.id == id)).one()
            standing = Standing(person_id=who.id, held=held_by(session, who.id), at=later)
            if sees(issue, standing):
                told = whole(session, issue, standing)
                facts = ALL | {"unit_id": village.bureau.id}
                outcome = do(session, issue, who, action, later, **facts)
                assert (action in told["allowed"]) != isinstance(outcome, NOT_ALLOWED)
                if action == "close" and action in told["allowed"]:
                    unmet = [gate for gate in told["gates"] if not gate["met"]]
                    assert isinstance(outcome, Kept) == (not unmet)
            else:
                outcome = do(session, issue, who, action, later, **ALL)
                assert isinstance(outcome, UnknownIssue)
            undone.rollback()
        session.expire_all()
