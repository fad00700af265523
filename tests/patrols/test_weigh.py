"""A day is weighed: what its track tells is kept, and what speaks against its visits is flagged."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, text

from geo.track import METRES_PER_DEGREE
from gridsvc.actor import system
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.flags.models import Flag, Unweighed
from gridsvc.ids import id_at
from gridsvc.inspections.service import register
from gridsvc.patrols import service, upkeep
from gridsvc.patrols.models import PatrolMeasure, TrackChunk
from gridsvc.patrols.purge import make_months, months_before, old_tracks, purge
from gridsvc.patrols.queries import patrol_page
from gridsvc.patrols.rules import PatrolEndReport, TrackReport
from gridsvc.patrols.weigh import unweighed, weigh
from gridsvc.weeks import local_day
from tests.conftest import HERE
from tests.factories.inspections import NOON, TWO_DAYS_AGO, an_envelope
from tests.factories.patrols import a_start
from tests.factories.village import ZHAO, actor

BEGAN = TWO_DAYS_AGO
JOB = system("patrols.weigh")
EAST = METRES_PER_DEGREE * np.cos(np.radians(ZHAO.y))


def fixes(*metres_east: float, every_s: float = 20.0) -> np.ndarray:
    """A way along the latitude of the yard, which stands at 0."""
    rows = [
        [ZHAO.x + m / EAST, ZHAO.y, BEGAN.timestamp() + n * every_s]
        for n, m in enumerate(metres_east)
    ]
    return np.array(rows)


@pytest.fixture
def walked(session, village):
    """The officer hands in a patrol with such a track."""

    def _walked(track, *, counted=None, pauses=(), mocked=0, id=None, until=None):
        start = a_start(village.officer, village.zhao.id)
        if id:
            object.__setattr__(start.envelope, "id", id)
        patrol_id, by = start.envelope.id, actor(village.officer)
        service.start(session, [start], by=by, now=NOON)
        hand_in(session, village, patrol_id, track, mocked=mocked)
        ended = datetime.fromtimestamp((track if until is None else until)[-1, 2] + 5, UTC)
        facts = {"points": counted if counted is not None else len(track), "pauses": list(pauses)}
        sealed = an_envelope(village.officer, {"patrol_id": patrol_id}, made_at=ended)
        end = PatrolEndReport(envelope=sealed, patrol_id=patrol_id, facts=facts)
        service.end(session, [end], by=by, now=NOON)
        return patrol_id

    return _walked


def hand_in(session, village, patrol_id, track, *, seq=0, mocked=0):
    points = [[*fix, 5.0 + n % 3] for n, fix in enumerate(track.tolist())]
    part = TrackReport(
        envelope=an_envelope(village.officer, {"crs": "wgs84", "points": points}),
        patrol_id=patrol_id, seq=seq, fixes=track, mocked=mocked,
        accuracies=np.array([point[3] for point in points]),
    )  # fmt: skip
    [kept] = service.hand_in_track(session, [part], by=actor(village.officer), now=NOON)
    assert kept.verdict == "accepted"


@pytest.fixture
def weighed(session, village):
    def _weighed():
        return weigh(session, village.officer.id, local_day(BEGAN), by=JOB, now=NOON)

    return _weighed


@pytest.fixture
def visit(session, village):
    def _visit(after_s, **changes):
        made_at = BEGAN + timedelta(seconds=after_s)
        report = village.visit(made_at=made_at, **changes)
        register(session, [report], by=actor(village.officer), now=NOON)
        return report.envelope.id

    return _visit


def kinds(session):
    return sorted(session.scalars(select(Flag.kind)))


STAYED = fixes(*range(-400, 0, 20), *[5.0] * 30, *range(0, 400, 20))


def test_what_a_track_tells_is_kept_for_life(session, village, walked, weighed) -> None:
    patrol_id = walked(STAYED)
    weighed()

    kept = session.scalars(select(PatrolMeasure)).one()
    assert (kept.patrol_id, kept.points, kept.is_complete) == (patrol_id, 70, True)
    assert kept.distance_m == pytest.approx(790, rel=0.05)
    assert kept.duration_s == 69 * 20
    assert len(kept.stops) == 1
    assert kept.passed == [str(village.yard.id)]
    assert 0 < kept.covered_pct < 100
    [shown] = patrol_page(session, [village.zhao.id], limit=5)["items"]
    assert (shown["track"]["passed"], shown["track"]["points"]) == (1, 70)


def test_a_late_part_is_measured_again_and_a_second_look_is_no_news(
    session, village, walked, weighed
) -> None:
    patrol_id = walked(STAYED[:40], counted=70, until=STAYED)
    weighed()
    assert not session.scalars(select(PatrolMeasure)).one().is_complete

    hand_in(session, village, patrol_id, STAYED[40:], seq=1)
    assert len(unweighed(session)) == 1
    weighed()
    weighed()

    kept = session.scalars(select(PatrolMeasure)).one()
    assert (kept.points, kept.is_complete) == (70, True)
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.deed == "patrol.measure"))
    assert len(deeds.all()) == 2
    assert verify(session) is None


def test_the_points_of_a_pause_are_dropped_and_counted(session, walked, weighed) -> None:
    at = STAYED[:, 2]
    walked(STAYED, pauses=[[float(at[25]), float(at[34])]])
    weighed()

    kept = session.scalars(select(PatrolMeasure)).one()
    assert (kept.points, kept.dropped) == (60, 10)
    assert kept.duration_s == 69 * 20 - 9 * 20
    assert len(kept.pauses) == 1
    assert session.scalar(select(func.sum(TrackChunk.points))) == 60


def test_an_honest_visit_has_nothing_against_it(session, walked, visit, weighed) -> None:
    walked(STAYED)
    visit(900)
    assert weighed() == 0


def test_a_drive_past_is_too_short(session, walked, visit, weighed) -> None:
    walked(fixes(*range(-2000, 2000, 200)))
    visit(200)
    weighed()
    assert kinds(session) == ["dwell_too_short"]


def test_a_visit_without_any_patrol_has_no_track(session, visit, weighed) -> None:
    visit(200)
    weighed()
    assert kinds(session) == ["no_track"]


def test_a_track_that_is_not_complete_speaks_against_nobody(
    session, walked, visit, weighed
) -> None:
    walked(fixes(*range(-2000, 2000, 200)), counted=500)
    visit(200)
    assert weighed() == 0


def test_an_app_that_makes_up_fixes_and_jumps_are_flagged_on_the_patrol(
    session, walked, weighed
) -> None:
    walked(fixes(*range(0, 400, 20), *range(4000, 4400, 20)), mocked=40)
    weighed()
    assert kinds(session) == ["impossible_speed", "mock_location"]


def test_the_planner_weighs_what_has_come_and_takes_the_marks_away(
    session, app, walked, visit
) -> None:
    walked(STAYED)
    visit(900)
    assert session.scalar(select(func.count()).select_from(Unweighed)) == 2

    assert upkeep.weigh_jurisdiction(HERE, NOON)[0] == 1

    assert session.scalar(select(func.count()).select_from(Unweighed)) == 0
    assert session.scalar(select(func.count()).select_from(PatrolMeasure)) == 1


def test_tracks_lie_in_the_month_of_their_patrol_and_the_rest_aside(session, walked) -> None:
    walked(STAYED, id=id_at(datetime(2099, 1, 1, tzinfo=UTC)))
    assert parts(session) == ["track_chunk_rest"]

    make_months(session, datetime(2098, 12, 5, tzinfo=UTC).date())

    assert parts(session) == ["track_chunk_2099_01"]


def parts(session):
    return session.scalars(text("SELECT CAST(tableoid AS regclass)::text FROM track_chunk")).all()


def test_old_tracks_go_and_what_they_told_stays(session, walked, weighed) -> None:
    patrol_id = walked(STAYED)
    weighed()
    assert old_tracks(session, BEGAN) == []

    old = old_tracks(session, BEGAN + timedelta(days=1))
    assert purge(session, old, by=system("patrols.purge"), now=NOON) == 70

    assert session.scalars(select(TrackChunk)).all() == []
    line = session.scalars(select(AuditEntry).where(AuditEntry.deed == "track.purge")).one()
    assert line.subject_id == patrol_id
    weighed()
    assert session.scalars(select(PatrolMeasure)).one().points == 70
    assert verify(session) is None


def test_the_purge_measures_first_what_nobody_had(session, walked) -> None:
    walked(STAYED)
    later = NOON + timedelta(days=500)
    assert upkeep.purge_jurisdiction(HERE, upkeep.cutoff(later, 12), later) == (1, 70)
    assert session.scalars(select(PatrolMeasure)).one().points == 70


def test_months_are_counted_whole() -> None:
    assert str(months_before(local_day(NOON), 12)) == "2025-03-01"
    assert str(months_before(local_day(NOON), 3)) == "2025-12-01"
