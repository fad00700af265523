"""Flags in the database: raised once, reviewed by others, appealed by whose record it is."""

from datetime import timedelta

import pytest
from shapely import Point
from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.flags import service
from gridsvc.flags.models import Flag, TrustedReceiver
from gridsvc.flags.queries import against
from gridsvc.flags.rules import (
    Finding,
    FlagChanged,
    NothingToAppeal,
    OwnRecord,
    PeriodInverted,
    UnknownFlag,
    UnknownReceiver,
)
from gridsvc.ids import new_id
from gridsvc.inspections.service import register
from gridsvc.people.models import Device
from tests.factories.inspections import NOON
from tests.factories.people import a_phone
from tests.factories.village import actor

DAY = timedelta(days=1)
FAR = Point(122.06, 41.24)
JOB = system("media.compare")


@pytest.fixture
def visit(session, village):
    def _visit(**changes):
        report = village.visit(**changes)
        register(session, [report], by=actor(village.officer), now=NOON)
        return report.envelope.id

    return _visit


@pytest.fixture
def flag(session, visit):
    visit(position=FAR)
    return session.scalars(select(Flag)).one()


@pytest.fixture
def judge(session, village, flag):
    def _judge(verdict, reason="看过照片", version=None, by=None):
        return service.review(
            session, flag.id, verdict=verdict, reason=reason, version=version or flag.version,
            by=actor(by or village.head), now=NOON,
        )  # fmt: skip

    return _judge


def test_what_media_learn_later_becomes_a_flag_once(session, village, visit) -> None:
    visit_id = visit()
    seen = Finding(
        kind="photo_seen_before", record_kind="inspection", record_id=visit_id, about="ab" * 32,
        evidence={"first_record_id": str(new_id())},
    )  # fmt: skip

    assert list(service.note(session, [seen], by=JOB, now=NOON).values()) == [seen]
    assert service.note(session, [seen], by=JOB, now=NOON) == {}

    [flag] = session.scalars(select(Flag))
    assert (flag.sender_id, flag.grid_id, flag.score) == (village.officer.id, village.zhao.id, 1.0)
    assert verify(session) is None


def test_about_a_record_that_is_not_there_nothing_is_noted(session, village) -> None:
    nobodys = Finding(kind="exif_conflict", record_kind="issue", record_id=new_id())
    assert service.note(session, [nobodys], by=JOB, now=NOON) == {}


def test_a_kind_that_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no kind"):
        Finding(kind="cheating", record_kind="inspection", record_id=new_id())


def test_a_wrong_clock_alone_weighs_nothing(session, visit) -> None:
    visit(made_at=NOON - timedelta(hours=8), clock_offset_s=8 * 3600.0)
    [flag] = session.scalars(select(Flag))
    assert (flag.kind, flag.score) == ("clock_skew", 0.0)


def test_a_review_is_kept_with_its_reason_and_in_the_trail(session, village, flag, judge) -> None:
    judge("dismissed")

    assert (flag.state, flag.reason, flag.reviewed_by_id) == (
        "dismissed",
        "看过照片",
        village.head.id,
    )
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.subject_id == flag.id))
    assert sorted(deeds) == ["flag.raise", "flag.review"]


def test_nobody_judges_their_own_record_nor_what_has_changed_meanwhile(
    village, flag, judge
) -> None:
    with pytest.raises(OwnRecord):
        judge("dismissed", by=village.officer)
    judge("confirmed")
    with pytest.raises(FlagChanged):
        judge("dismissed", version=1)


def test_an_appeal_opens_the_question_again(session, village, flag, judge) -> None:
    judge("confirmed")
    mine, others = actor(village.officer), actor(village.head)

    service.appeal(session, flag.id, "大门在北侧，坐标标错了", by=mine, now=NOON + DAY)

    assert (flag.state, flag.appeal, flag.reviewed_at) == ("open", "大门在北侧，坐标标错了", None)
    with pytest.raises(UnknownFlag):
        service.appeal(session, flag.id, "不是我", by=others, now=NOON + DAY)
    judge("dismissed")
    with pytest.raises(NothingToAppeal):
        service.appeal(session, flag.id, "再说一次", by=mine, now=NOON + DAY)


def test_a_week_counts_what_is_not_dismissed_as_it_stood_then(
    session, village, flag, judge
) -> None:
    def kinds(as_of):
        span = (flag.occurred_at - DAY, flag.occurred_at + DAY)
        return against(session, [village.zhao.id], *span, as_of).get(flag.record_id)

    assert kinds(NOON) == ("off_site",)
    assert kinds(NOON - DAY) is None
    judge("dismissed")
    assert kinds(NOON) is None
    assert kinds(NOON - timedelta(seconds=1)) is None


def test_a_known_receiver_makes_up_no_position(session, village, visit) -> None:
    a_phone(session, village.officer)
    device = session.scalars(select(Device).where(Device.person_id == village.officer.id)).one()
    since = NOON - 3 * DAY
    told = {"since": since, "until": None, "reason": "外接 RTK", "by": actor(village.dispatcher)}
    receiver = service.trust(session, device.id, **told, now=NOON)

    report = village.visit(is_mock=True)
    object.__setattr__(report.envelope, "device_id", device.id)
    register(session, [report], by=actor(village.officer), now=NOON)
    assert session.scalars(select(Flag)).all() == []

    service.end_trust(session, receiver.id, by=actor(village.dispatcher), now=NOON)
    assert session.get(TrustedReceiver, receiver.id).until == NOON
    with pytest.raises(UnknownReceiver):
        service.end_trust(session, receiver.id, by=actor(village.dispatcher), now=NOON + DAY)
    with pytest.raises(PeriodInverted):
        service.trust(session, device.id, **told | {"until": since - DAY}, now=NOON)
