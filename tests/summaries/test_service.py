from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from gridsvc.actor import person, system
from gridsvc.audit.models import AuditEntry
from gridsvc.errors import DomainError
from gridsvc.session import transaction
from gridsvc.summaries import pages
from gridsvc.summaries.models import WeeklySignature, WeeklySummary
from gridsvc.summaries.service import (
    AlreadySigned,
    ExceptionWithoutWord,
    NotSigned,
    SummaryChanged,
    WeekNotOver,
    accept,
    plan,
    remark,
    send_back,
    sign,
    snapshot,
)
from gridsvc.weeks import week_span
from tests.conftest import BUSY
from tests.conftest import enter as enter_jurisdiction
from tests.factories.inspections import NOON
from tests.factories.rounds import add_issue, add_patrol, add_visit
from tests.factories.village import actor

WEEK = week_span("2026-W10")  # begins on Monday, 2 March; NOON is its first noon
AFTERWARDS = WEEK.ends_at + timedelta(hours=9)
ROBOT = system("test")


def a_week(session, village) -> WeeklySummary:
    """Zhao is patrolled on Monday and Tuesday, the yard visited; then its week is planned."""
    for day in range(2):
        add_patrol(session, village.officer, village.zhao, NOON + timedelta(days=day))
    add_visit(session, village, NOON)
    plan(session, by=ROBOT, now=AFTERWARDS)
    return session.scalars(select(WeeklySummary).where(WeeklySummary.week == "2026-W10")).one()


@pytest.fixture
def summary(session, village) -> WeeklySummary:
    return a_week(session, village)


@pytest.fixture
def explained(session, village, summary) -> WeeklySummary:
    explain(session, village, summary)
    return summary


def explain(session, village, summary) -> None:
    for key in ("not_reported", "overdue", "relapsed"):
        say = {"version": summary.version, "key": key, "word": "已核实"}
        remark(session, summary.id, **say, by=actor(village.head), now=AFTERWARDS)


def sign_as(session, somebody, summary, *, now=AFTERWARDS) -> WeeklySignature:
    return sign(
        session, summary.id, version=summary.version, comment="", signer_id=somebody.id,
        by=person(somebody.id), now=now,
    )  # fmt: skip


def test_weeks_are_planned_once_each_from_the_first_record_on(session, village) -> None:
    add_patrol(session, village.officer, village.zhao, NOON - timedelta(weeks=2))

    assert plan(session, by=ROBOT, now=NOON) == 3
    assert plan(session, by=ROBOT, now=NOON) == 0
    weeks = session.scalars(select(WeeklySummary.week).order_by(WeeklySummary.week)).all()
    assert weeks == ["2026-W08", "2026-W09", "2026-W10"]


def test_before_the_first_record_there_is_nothing_to_summarise(session, village) -> None:
    assert plan(session, by=ROBOT, now=NOON) == 0


def test_it_has_built_itself_and_names_who_did_not_report(session, village, summary) -> None:
    page = pages.page(session, summary, now=AFTERWARDS)

    assert page["content"]["numbers"]["patrol_days"]["made"] == 2
    assert page["content"]["numbers"]["patrol_days"]["due"] == 10
    silent = next(e for e in page["exceptions"] if e["key"] == "not_reported")
    assert [(i["grid"]["name"], len(i["days"])) for i in silent["items"]] == [
        ("赵家村", 3), ("钱家村", 5),
    ]  # fmt: skip


def test_a_number_opens_to_its_records(session, village, summary) -> None:
    [visit] = pages.records(session, summary, "visits", now=AFTERWARDS)

    assert (visit["title"], visit["person"]["name"]) == ("宏达砂石场", "李秀英")


def test_every_red_exception_wants_a_word(session, village, summary) -> None:
    with pytest.raises(ExceptionWithoutWord) as refused:
        sign_as(session, village.head, summary)

    assert refused.value.facts["keys"] == ["not_reported"]


def test_a_week_is_not_signed_before_it_is_over(session, village, explained) -> None:
    with pytest.raises(WeekNotOver):
        sign_as(session, village.head, explained, now=WEEK.ends_at - timedelta(seconds=1))


def test_what_is_signed_stays_as_it_was(session, village, explained) -> None:
    """A record that comes late changes the town's log, not its signed week."""
    signature = sign_as(session, village.head, explained)
    add_patrol(session, village.officer, village.zhao, NOON + timedelta(days=3))

    page = pages.page(session, explained, now=AFTERWARDS + timedelta(days=1))

    assert page["frozen"]
    assert page["content"] == snapshot(signature)["content"]
    assert page["content"]["numbers"]["patrol_days"]["made"] == 2


def test_a_stale_reader_cannot_sign(session, village, explained) -> None:
    with pytest.raises(SummaryChanged) as refused:
        sign(
            session, explained.id, version=explained.version - 1, comment="",
            signer_id=village.head.id, by=ROBOT, now=AFTERWARDS,
        )  # fmt: skip
    assert refused.value.facts["version"] == explained.version


def test_what_is_signed_is_neither_signed_again_nor_explained_anew(
    session, village, explained
) -> None:
    sign_as(session, village.head, explained)

    with pytest.raises(AlreadySigned):
        sign_as(session, village.deputy, explained)
    with pytest.raises(AlreadySigned):
        explain(session, village, explained)


def test_the_level_above_returns_it_with_a_reason_and_the_signature_is_kept(
    session, village, explained
) -> None:
    first = sign_as(session, village.head, explained)
    send_back(session, explained.id, "说明太短", by=ROBOT, now=AFTERWARDS)
    second = sign_as(session, village.head, explained, now=AFTERWARDS + timedelta(hours=1))
    accept(session, explained.id, accepter_id=village.dispatcher.id, by=ROBOT, now=AFTERWARDS)

    assert explained.state == "accepted"
    kept = session.scalars(select(WeeklySignature.id).order_by(WeeklySignature.signed_at)).all()
    assert kept == [first.id, second.id]


def test_only_a_signed_week_is_accepted_or_returned(session, village, summary) -> None:
    with pytest.raises(NotSigned):
        accept(session, summary.id, accepter_id=village.dispatcher.id, by=ROBOT, now=AFTERWARDS)
    with pytest.raises(NotSigned):
        send_back(session, summary.id, "x", by=ROBOT, now=AFTERWARDS)


def test_an_overdue_issue_is_an_exception_that_wants_a_word(session, village, summary) -> None:
    add_issue(session, village, NOON - timedelta(days=9))

    found = pages.page(session, summary, now=AFTERWARDS)["exceptions"]

    assert {e["key"] for e in found if e["needs_word"]} == {"not_reported", "overdue"}


def test_two_heads_who_sign_at_once_make_one_signature(app, busy) -> None:
    session = enter_jurisdiction(BUSY)
    summary = a_week(session, busy)
    explain(session, busy, summary)
    session.commit()
    ready, outcomes = Barrier(2), []

    def try_to_sign(somebody) -> None:
        with app.app_context():
            ready.wait()
            try:
                with transaction(BUSY) as mine:
                    sign_as(mine, somebody, summary)
                outcomes.append("signed")
            except DomainError as refusal:
                outcomes.append(type(refusal).__name__)

    threads = [Thread(target=try_to_sign, args=(who,)) for who in (busy.head, busy.deputy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["AlreadySigned", "signed"]
    assert session.scalar(select(func.count()).select_from(WeeklySignature)) == 1
    signing = select(func.count()).where(AuditEntry.deed == "summary.sign")
    assert session.scalar(signing) == 1
    session.rollback()
