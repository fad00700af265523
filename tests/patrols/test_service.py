from datetime import timedelta

import pytest
from pytest import approx
from shapely import get_coordinates
from sqlalchemy import select

from gridsvc.accountability.rules import Role
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.errors import Kept
from gridsvc.ids import new_id, part_id
from gridsvc.inspections.rules import NotYourGrid
from gridsvc.patrols import service
from gridsvc.patrols.models import DayClose, Patrol, PatrolEnd, TrackChunk
from gridsvc.patrols.rules import (
    ChunkTaken,
    DayAlreadyClosed,
    DayNotCome,
    EndsBeforeStart,
    NotPatrolled,
    NotYourPatrol,
    PatrolAlreadyEnded,
    UnknownGrid,
    UnknownPatrol,
)
from gridsvc.records import IdTaken
from gridsvc.weeks import local_day
from tests.factories.accountability import add_duty, add_person
from tests.factories.grids import add_grid
from tests.factories.inspections import NOON
from tests.factories.patrols import BEGAN, ENDED, a_close, a_part, a_start, an_end
from tests.factories.village import actor

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def send(session, village):
    """Have a deed done to reports at noon."""

    def _send(deed, *reports):
        return deed(session, reports, by=actor(village.officer), now=NOON)

    return _send


@pytest.fixture
def begun(village, send):
    """A patrol of the officer in Zhao that has begun."""
    report = a_start(village.officer, village.zhao.id)
    assert send(service.start, report) == [Kept(report.envelope.id, is_new=True)]
    return report.envelope.id


def test_a_patrol_begins_in_its_grid_on_its_day(session, village, begun) -> None:
    patrol = session.get(Patrol, begun)

    assert (patrol.grid_id, patrol.sender_id) == (village.zhao.id, village.officer.id)
    assert patrol.occurred_at == BEGAN
    assert patrol.sync_version > 0


def test_a_start_sent_again_is_no_news(village, send) -> None:
    report = a_start(village.officer, village.zhao.id)

    first, again = send(service.start, report), send(service.start, report)

    assert [o.verdict for o in (*first, *again)] == ["accepted", "duplicate"]


def test_patrols_need_a_duty_there_and_a_grid_of_the_lowest_level(session, village, send) -> None:
    remote = add_grid(session, "孙家镇", level=2, parent=village.county)
    add_duty(session, village.head, remote, Role.GRID_HEAD)

    outcomes = send(
        service.start,
        a_start(village.officer, village.qian.id),
        a_start(village.officer, new_id()),
        a_start(village.head, village.town.id),
        a_start(village.head, village.qian.id),
        a_start(village.head, remote.id),
    )

    assert [type(o) for o in outcomes] == [NotYourGrid, UnknownGrid, NotPatrolled, Kept, Kept]


def test_an_end_belongs_to_the_grid_of_its_patrol(session, village, send, begun) -> None:
    report = an_end(village.officer, begun)

    assert send(service.end, report) == [Kept(report.envelope.id, is_new=True)]
    assert send(service.end, report) == [Kept(report.envelope.id, is_new=False)]

    end = session.get(PatrolEnd, report.envelope.id)
    assert (end.grid_id, end.facts["visits"]) == (village.zhao.id, 1)


def test_a_patrol_ends_once(session, village, send, begun) -> None:
    first, second = an_end(village.officer, begun), an_end(village.officer, begun)
    assert [o.verdict for o in send(service.end, first, second)] == ["accepted", "conflict"]

    [late] = send(service.end, an_end(village.officer, begun))

    assert isinstance(late, PatrolAlreadyEnded)
    assert late.facts == {"patrol_end_id": first.envelope.id}
    assert verify(session) is None


def test_only_who_set_out_comes_home_and_not_before(session, village, send, begun) -> None:
    early = an_end(village.officer, begun, made_at=BEGAN - SECOND)
    foreign = an_end(village.head, begun)
    unknown = an_end(village.officer, new_id())

    outcomes = send(service.end, early, foreign, unknown)

    assert [type(o) for o in outcomes] == [EndsBeforeStart, NotYourPatrol, UnknownPatrol]
    assert outcomes[2].verdict == "quarantined"  # the start may come later


def test_fixes_outside_the_patrol_are_dropped_and_counted(session, village, send, begun) -> None:
    send(service.end, an_end(village.officer, begun))
    minute = timedelta(minutes=1)
    moments = [BEGAN - minute - SECOND, BEGAN - minute, ENDED + minute, ENDED + minute + SECOND]
    report = a_part(village.officer, begun, *reversed(moments))

    send(service.hand_in_track, report)

    chunk = chunk_of(session, report)
    assert (chunk.points, chunk.dropped) == (2, 2)
    first, last = get_coordinates(chunk.line, include_m=True).tolist()
    assert first == approx([122.052, 41.24, (BEGAN - minute).timestamp()], abs=1e-12)
    assert last == approx([122.051, 41.24, (ENDED + minute).timestamp()], abs=1e-12)


def test_a_lonely_fix_and_none_at_all_can_be_kept(session, village, send, begun) -> None:
    lonely = a_part(village.officer, begun, BEGAN)
    outside = a_part(village.officer, begun, BEGAN - DAY, seq=1)

    send(service.hand_in_track, lonely, outside)

    kept, empty = (chunk_of(session, r) for r in (lonely, outside))
    assert (kept.points, len(kept.line.coords)) == (1, 2)
    assert (empty.points, empty.dropped, empty.line.is_empty) == (0, 1, True)


def test_a_part_is_known_by_its_place_in_the_track(session, village, send, begun) -> None:
    first = a_part(village.officer, begun, BEGAN)
    again = a_part(village.officer, begun, BEGAN)
    other = a_part(village.officer, begun, BEGAN + SECOND)
    send(service.hand_in_track, first)

    outcomes = send(service.hand_in_track, first, again, other)

    assert outcomes[:2] == [Kept(first.envelope.id, is_new=False)] * 2
    assert isinstance(outcomes[2], ChunkTaken)
    moved = a_part(village.officer, begun, BEGAN, seq=7, id=first.envelope.id)
    assert isinstance(send(service.hand_in_track, moved)[0], IdTaken)


def test_the_wrong_clock_of_a_phone_is_put_right_in_its_track(session, village, send) -> None:
    """A phone eight hours behind. Its fixes count by our clock, as its start does."""
    behind = timedelta(hours=8)
    start = a_start(
        village.officer, village.zhao.id, made_at=BEGAN - behind, clock_offset_s=8 * 3600.0
    )
    part = a_part(village.officer, start.envelope.id, BEGAN - behind)
    send(service.start, start)

    send(service.hand_in_track, part)

    chunk = chunk_of(session, part)
    assert chunk.line.coords[0][-1] == BEGAN.timestamp()
    assert chunk.dropped == 0


def test_the_track_of_another_and_of_no_patrol_is_refused(session, village, send, begun) -> None:
    foreign, unknown = a_part(village.head, begun, BEGAN), a_part(village.head, new_id(), BEGAN)
    unseen = a_part(village.liaison, begun, BEGAN)

    outcomes = send(service.hand_in_track, foreign, unknown, unseen)

    assert [type(o) for o in outcomes] == [NotYourPatrol, UnknownPatrol, UnknownPatrol]


def test_the_trail_does_not_say_where_anybody_was(session, village, send, begun) -> None:
    report = a_part(village.officer, begun, BEGAN)
    send(service.hand_in_track, report)

    about = select(AuditEntry).where(AuditEntry.subject_id == report.envelope.id)
    [line] = session.scalars(about)
    assert report.envelope.digest in line.text
    assert "122.05" not in line.text


def test_zero_is_an_answer(session, village, send) -> None:
    report = a_close(village.officer, village.zhao.id)

    assert send(service.close_day, report) == [Kept(report.envelope.id, is_new=True)]
    assert send(service.close_day, report) == [Kept(report.envelope.id, is_new=False)]

    close = session.get(DayClose, report.envelope.id)
    assert (close.day, close.visits, close.problems) == (local_day(BEGAN), 0, 0)


def test_a_day_is_closed_once_by_each_person_in_each_grid(session, village, send) -> None:
    first = a_close(village.officer, village.zhao.id)
    second = a_close(village.officer, village.zhao.id, visits=3)
    [accepted, conflict] = send(service.close_day, first, second)
    assert isinstance(conflict, DayAlreadyClosed)
    assert conflict.facts == {"day_close_id": first.envelope.id}

    colleague = add_person(session, "吴刚")
    add_duty(session, colleague, village.zhao)
    others = [
        a_close(village.officer, village.zhao.id, local_day(BEGAN) - DAY),
        a_close(colleague, village.zhao.id),
    ]
    assert [o.verdict for o in send(service.close_day, *others)] == ["accepted", "accepted"]
    assert accepted.verdict == "accepted"


def test_an_id_closes_one_day_for_ever(village, send) -> None:
    first = a_close(village.officer, village.zhao.id)
    changed = a_close(village.officer, village.zhao.id, visits=1, id=first.envelope.id)
    send(service.close_day, first)

    assert isinstance(send(service.close_day, changed)[0], IdTaken)


def test_a_day_that_has_not_come_cannot_be_closed(village, send) -> None:
    today = local_day(ENDED)
    outcomes = send(
        service.close_day,
        a_close(village.officer, village.zhao.id, today + DAY),
        a_close(village.officer, village.zhao.id, today),
        a_close(village.officer, new_id(), today),
    )
    assert [type(o) for o in outcomes] == [DayNotCome, Kept, UnknownGrid]


def test_who_had_the_duty_on_a_day_may_close_it_also_after_handing_over(
    session, village, send
) -> None:
    gone = add_person(session, "吴刚")
    add_duty(session, gone, village.zhao, until=ENDED - DAY)

    outcomes = send(
        service.close_day,
        a_close(gone, village.zhao.id, local_day(ENDED) - DAY),
        a_close(gone, village.zhao.id, local_day(ENDED)),
    )

    assert [type(o) for o in outcomes] == [Kept, NotYourGrid]


def chunk_of(session, report):
    """The part of a track that a report became, if it did."""
    return session.get(TrackChunk, part_id(report.patrol_id, str(report.seq)))
