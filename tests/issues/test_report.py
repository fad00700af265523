from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point
from sqlalchemy import select

from gridsvc.actor import person
from gridsvc.audit.service import lines_about, verify
from gridsvc.errors import Kept, Outcome
from gridsvc.ids import new_id
from gridsvc.inspections.rules import OutsideEveryGrid, UnknownEnterprise
from gridsvc.issues.models import Issue, IssueAction
from gridsvc.issues.report import report
from gridsvc.issues.rules import IssueReport, MissingFacts
from gridsvc.media.models import Photo
from gridsvc.records import IdTaken
from gridsvc.session import Session
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import NOON
from tests.factories.issues import (
    BEFORE_AND_AFTER,
    a_photo,
    add_issue,
    an_issue_report,
    bring,
)
from tests.factories.village import QIAN, Village


@pytest.fixture
def send(session: Session, village: Village):
    """Report problems at noon."""

    def _send(*reports: IssueReport) -> list[Outcome]:
        return report(session, reports, by=person(village.officer.id), now=NOON)

    return _send


def test_a_problem_enters_the_ledger_with_a_number_and_the_grid_of_its_enterprise(
    session, village, send
) -> None:
    told = an_issue_report(village.yard, village.officer, photos=(a_photo(),))

    assert send(told) == [Kept(told.envelope.id, is_new=True)]

    issue = session.get(Issue, told.envelope.id)
    assert (issue.number, issue.state, issue.version) == ("2026-0001", "found", 1)
    assert (issue.grid_id, issue.location) == (village.zhao.id, village.yard.location)
    assert (issue.source, issue.relapses, issue.due_at) == ("patrol", 0, None)
    photo = session.scalars(select(Photo).where(Photo.record_id == issue.id)).one()
    [line] = lines_about(session, [issue.id])
    assert line.deed == "issue.report"
    assert told.envelope.digest in line.text
    assert photo.sha256 in line.text
    assert verify(session) is None


def test_without_an_enterprise_the_position_says_the_grid(session, village, send) -> None:
    told = an_issue_report(None, village.head, position=QIAN, crs="wgs84", place="村北路口")
    send(told)

    issue = session.get(Issue, told.envelope.id)
    assert (issue.grid_id, issue.location, issue.place) == (village.qian.id, QIAN, "村北路口")


def test_numbers_follow_each_other_and_a_repeat_takes_none(session, village, send) -> None:
    later = an_issue_report(village.yard, village.officer)
    earlier = an_issue_report(village.yard, village.officer, made_at=NOON - timedelta(hours=1))
    send(later, earlier, later)
    send(earlier)
    after = add_issue(session, village.yard, village.officer)

    numbers = [session.get(Issue, r.envelope.id).number for r in (earlier, later)]
    assert [*numbers, after.number] == ["2026-0001", "2026-0002", "2026-0003"]


def test_the_book_of_numbers_is_that_of_the_local_year(session, village) -> None:
    new_year_here = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)

    assert add_issue(session, village.yard, village.officer, new_year_here).number == "2027-0001"


def test_a_retry_is_no_news_and_an_id_names_one_problem_for_ever(session, village, send) -> None:
    told = an_issue_report(village.yard, village.officer)
    send(told)
    changed = an_issue_report(
        village.yard, village.officer, id=told.envelope.id, description="变了"
    )

    assert send(told) == [Kept(told.envelope.id, is_new=False)]
    assert isinstance(send(changed)[0], IdTaken)
    assert len(lines_about(session, [told.envelope.id])) == 1


def test_what_nobody_can_place_or_may_not_be_told_is_refused(session, village, send) -> None:
    afloat = add_enterprise(session, "渔船", Point(121.0, 40.5), village.zhao)
    nowhere = an_issue_report(afloat, village.officer)
    nothing = an_issue_report(village.yard, village.officer, enterprise_id=new_id())
    foreign = an_issue_report(village.farm, village.officer)

    assert [type(outcome) for outcome in send(nowhere, nothing, foreign)] == [
        OutsideEveryGrid, UnknownEnterprise, UnknownEnterprise,
    ]  # fmt: skip


def test_what_was_fixed_on_the_spot_waits_for_somebody_else_to_accept_it(
    session, village, send
) -> None:
    told = an_issue_report(
        village.yard, village.officer, fixed_on_spot=True, photos=BEFORE_AND_AFTER
    )
    send(told)
    send(told)

    issue = session.get(Issue, told.envelope.id)
    assert (issue.state, issue.submitted_at, issue.submitted_by_id) == (
        "submitted", NOON, village.officer.id,
    )  # fmt: skip
    [action] = session.scalars(select(IssueAction))
    assert (action.action, action.from_state, action.to_state) == (
        "fix_on_spot", "found", "submitted",
    )  # fmt: skip
    [line] = lines_about(session, [action.id])
    assert '"state":["found","submitted"]' in line.text


@pytest.mark.parametrize("purpose", ["before", "after", "scene"])
def test_fixed_on_the_spot_is_shown_by_two_photos(village, send, purpose: str) -> None:
    told = an_issue_report(
        village.yard, village.officer, fixed_on_spot=True, photos=(a_photo(purpose),)
    )

    [refusal] = send(told)

    assert isinstance(refusal, MissingFacts)
    assert refusal.facts["missing"] == [
        need for need in ("before_photo", "after_photo") if need != f"{purpose}_photo"
    ]


def test_the_same_problem_again_soon_after_it_was_closed_is_a_relapse(session, village) -> None:
    old = add_issue(session, village.yard, village.officer)
    closed_at = bring(session, village, old, "closed")
    soon = closed_at + timedelta(days=180)

    again = add_issue(session, village.yard, village.officer, soon)

    assert (again.state, again.relapses) == ("found", 1)
    [action] = session.scalars(select(IssueAction).where(IssueAction.issue_id == again.id))
    assert (action.action, action.facts["number"]) == ("recur", old.number)
    assert action.facts["relapse_of"] == str(old.id)


def test_another_category_another_place_or_much_later_is_no_relapse(session, village) -> None:
    old = add_issue(session, village.yard, village.officer)
    closed_at = bring(session, village, old, "closed")
    soon, late = closed_at + timedelta(days=1), closed_at + timedelta(days=180, seconds=1)

    others = [
        add_issue(session, village.yard, village.officer, soon, category="noise"),
        add_issue(session, village.farm, village.head, soon),
        add_issue(session, village.yard, village.officer, late),
    ]

    assert [issue.relapses for issue in others] == [0, 0, 0]


def test_anything_found_at_a_scattered_polluter_that_was_shut_down_is_a_relapse(
    session, village
) -> None:
    mill = add_enterprise(
        session, "小磨坊", village.yard.location, village.zhao,
        is_scattered_polluter=True, state="closed",
    )  # fmt: skip

    assert add_issue(session, mill, village.officer).relapses == 1
