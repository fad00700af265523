from datetime import timedelta

import pytest
from shapely import Point
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import holder
from gridsvc.accountability.rules import Role
from gridsvc.actor import person
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.errors import Kept, Outcome
from gridsvc.ids import new_id
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.rules import (
    InspectionReport,
    NothingToCorrect,
    NotYourGrid,
    OutsideEveryGrid,
    UnansweredItems,
    UnknownEnterprise,
)
from gridsvc.inspections.service import register
from gridsvc.people.models import Person
from gridsvc.records import IdTaken
from gridsvc.rules.models import RuleSet
from gridsvc.session import Session
from tests.factories.accountability import add_duty, add_person
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import NOON, a_report, answers_to
from tests.factories.village import Village


@pytest.fixture
def send(session: Session, village: Village):
    """Register reports at noon."""

    def _send(*reports: InspectionReport) -> list[Outcome]:
        return register(session, reports, by=person(village.officer.id), now=NOON)

    return _send


def test_it_enters_the_report_with_the_grid_it_fell_in(session, village, send) -> None:
    report = village.visit()

    assert send(report) == [Kept(report.envelope.id, is_new=True)]

    entered = session.get(Inspection, report.envelope.id)
    assert entered.grid_id == village.zhao.id
    assert entered.position_grid_id == village.zhao.id
    assert entered.position == report.position
    assert entered.occurred_at == NOON - timedelta(days=2)
    assert entered.received_at == NOON
    assert entered.sender_id == village.officer.id
    assert (entered.result, entered.flags) == ("ok", [])


def test_it_leaves_one_line_in_the_trail(session, village, send) -> None:
    report = village.visit()
    send(report)

    [line] = trail(session, report)
    assert (line.deed, line.actor) == ("inspection.register", f"person:{village.officer.id}")
    assert report.envelope.digest in line.text
    assert verify(session) is None


def test_it_knows_who_was_responsible_then(session, village, send) -> None:
    """Zhao goes over to another head. The visit was before that."""
    report = village.visit()
    send(report)
    a_day_ago = NOON - timedelta(days=1)
    old = add_duty(session, village.head, village.zhao, Role.GRID_HEAD, until=a_day_ago)
    add_duty(session, add_person(session, "周敏"), village.zhao, Role.GRID_HEAD, since=a_day_ago)

    visit = session.get(Inspection, report.envelope.id)
    answered = holder(session, Role.GRID_HEAD, visit.grid_id, visit.occurred_at)

    assert answered is old
    assert answered.person.name == "孙卫东"


def test_a_retry_gets_the_first_entry_back(session, village, send) -> None:
    report = village.visit()
    send(report)

    assert send(report) == [Kept(report.envelope.id, is_new=False)]
    assert len(trail(session, report)) == 1


def test_a_retry_is_not_judged_again(session, village, send) -> None:
    report = village.visit()
    send(report)
    end_duty_of(session, village.officer)

    assert send(report)[0].verdict == "duplicate"
    [refusal] = send(village.visit())
    assert (type(refusal), refusal.verdict) == (NotYourGrid, "rejected")


def test_an_id_names_one_inspection_for_ever(session, village, send) -> None:
    report = village.visit()
    other = add_person(session, "吴刚")
    add_duty(session, other, village.zhao)
    send(report)

    [changed] = send(village.visit(id=report.envelope.id, findings="未发现问题"))
    [stolen] = send(a_report(village.yard, other, village.checklist, id=report.envelope.id))

    assert isinstance(changed, IdTaken)
    assert isinstance(stolen, IdTaken)


def test_a_batch_answers_for_each_report_in_order(session, village, send) -> None:
    old, new = village.visit(), village.visit()
    nowhere = village.visit(enterprise_id=new_id())
    send(old)

    def changed(report: InspectionReport) -> InspectionReport:
        return village.visit(id=report.envelope.id, findings="变了")

    batch = send(old, new, nowhere, changed(old), new, changed(new))

    assert [outcome.verdict for outcome in batch] == [
        "duplicate", "accepted", "quarantined", "conflict", "duplicate", "conflict",
    ]  # fmt: skip
    assert verify(session) is None


def test_off_site_is_entered_and_flagged(session, village, send) -> None:
    there = Point(village.yard.location.x, village.yard.location.y + 0.0019)  # 211 m north
    report = village.visit(position=there)

    assert send(report)[0].verdict == "accepted"
    [flag] = session.get(Inspection, report.envelope.id).flags
    assert (flag.kind, flag.evidence) == ("off_site", {"distance_m": 211, "allowed_m": 200.0})
    assert (flag.state, flag.score, flag.grid_id) == ("open", 1.0, village.zhao.id)
    assert session.get(RuleSet, flag.rule_set_id).name == "gridsvc"


def test_a_wrong_clock_is_put_right_and_never_runs_ahead_of_the_receipt(
    session, village, send
) -> None:
    """A phone eight hours behind says so when it sends; another one lies ahead of us."""
    eight_hours = timedelta(hours=8)
    behind = village.visit(made_at=NOON - 2 * eight_hours, clock_offset_s=8 * 3600.0)
    ahead = village.visit(made_at=NOON + eight_hours)
    send(behind, ahead)

    assert occurred(session, behind) == NOON - eight_hours
    assert occurred(session, ahead) == NOON


def test_permission_comes_from_a_duty_held_then(session, village, send) -> None:
    """The officer's duty is for Zhao; the head's, for the town, reaches down to both."""
    by_officer, by_head = (
        a_report(village.farm, who, village.checklist) for who in (village.officer, village.head)
    )

    assert isinstance(send(by_officer)[0], UnknownEnterprise)  # it is not theirs to know
    assert send(by_head) == [Kept(by_head.envelope.id, is_new=True)]


def test_what_nobody_can_place_is_refused(session, village, send) -> None:
    afloat = add_enterprise(session, "渔船", Point(121.0, 40.5), village.zhao)

    assert isinstance(
        send(a_report(afloat, village.officer, village.checklist))[0], OutsideEveryGrid
    )
    assert isinstance(send(village.visit(enterprise_id=new_id()))[0], UnknownEnterprise)


def test_a_correction_names_an_entry_of_the_same_enterprise(session, village, send) -> None:
    wrong, elsewhere = village.visit(), a_report(village.farm, village.head, village.checklist)
    send(wrong, elsewhere)
    right = village.visit(corrects_id=wrong.envelope.id, findings="已覆盖")

    assert send(right) == [Kept(right.envelope.id, is_new=True)]
    for id in (new_id(), elsewhere.envelope.id):
        assert isinstance(send(village.visit(corrects_id=id))[0], NothingToCorrect)


def test_every_item_wants_one_answer(village, send) -> None:
    every = answers_to(village.checklist)
    missing = village.visit(answers=every[1:])
    twice = village.visit(answers=[*every, every[0]])
    strange = village.visit(answers=[*every, {"item": "weather", "result": "ok"}])

    assert all(isinstance(o, UnansweredItems) for o in send(missing, twice, strange))


def trail(session: Session, report: InspectionReport) -> list[AuditEntry]:
    about = select(AuditEntry).where(AuditEntry.subject_id == report.envelope.id)
    return list(session.scalars(about))


def occurred(session: Session, report: InspectionReport):
    return session.get(Inspection, report.envelope.id).occurred_at


def end_duty_of(session: Session, somebody: Person) -> None:
    duty = session.scalars(select(Duty).where(Duty.person_id == somebody.id)).one()
    duty.period = Range(duty.period.lower, NOON - timedelta(days=30))
    session.flush()
