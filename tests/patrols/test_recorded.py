"""Tracks of other devices come in as patrols, by the same door."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.audit.service import verify
from gridsvc.inspections.rules import NotYourGrid
from gridsvc.patrols.commands import patrols
from gridsvc.patrols.models import Patrol, PatrolEnd, TrackChunk
from gridsvc.patrols.recorded import NotATrack, enter
from tests.conftest import HERE
from tests.factories.inspections import NOON, TWO_DAYS_AGO

HEAD = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'


def gpx(count: int = 700, began=TWO_DAYS_AGO, every_s: int = 5) -> bytes:
    points = [
        f'<trkpt lon="{122.05 + n / 1e5:.6f}" lat="41.24">'
        f"<time>{(began + timedelta(seconds=n * every_s)).isoformat()}</time></trkpt>"
        for n in range(count)
    ]
    return (HEAD + "".join(points) + "</trkseg></trk></gpx>").encode()


@pytest.fixture
def bring(session, village):
    def _bring(content, grid=None):
        grid_id = (grid or village.zhao).id
        told = {"officer_id": village.officer.id, "grid_id": grid_id, "by": system("import")}
        return enter(session, content, **told, now=NOON)

    return _bring


def test_a_file_becomes_a_patrol_with_its_track_and_its_end(session, village, bring) -> None:
    patrol_id, is_new = bring(gpx())

    patrol = session.get(Patrol, patrol_id)
    assert (is_new, patrol.sender_id, patrol.occurred_at) == (
        True,
        village.officer.id,
        TWO_DAYS_AGO,
    )
    chunks = session.scalars(select(TrackChunk).order_by(TrackChunk.seq)).all()
    assert [chunk.points for chunk in chunks] == [500, 200]
    assert session.scalars(select(PatrolEnd)).one().facts["points"] == 700
    assert verify(session) is None


def test_the_same_file_is_the_same_patrol(session, bring) -> None:
    first, again = bring(gpx()), bring(gpx())
    assert first[0] == again[0]
    assert (first[1], again[1]) == (True, False)


def test_it_goes_by_the_rules_of_every_patrol(village, bring) -> None:
    with pytest.raises(NotYourGrid):
        bring(gpx(), village.qian)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<gpx/>", "no track"),
        (gpx(began=NOON), "future"),
        (gpx(count=30, every_s=3600), "longer than a day"),
    ],
)
def test_what_is_no_patrol_is_refused_by_name(bring, content, why) -> None:
    with pytest.raises(NotATrack, match=why):
        bring(content)


def test_the_command_tells_what_it_did_or_why_not(app, session, village, tmp_path) -> None:
    good, bad = tmp_path / "good.gpx", tmp_path / "bad.gpx"
    good.write_bytes(gpx())
    bad.write_bytes(gpx()[:-9])
    runner = app.test_cli_runner()
    where = ["--officer", village.officer.login, "--grid", village.zhao.code]
    where += ["--jurisdiction", str(HERE)]

    told = runner.invoke(patrols, ["import-gpx", str(good), *where])
    assert (told.exit_code, "700 points" in told.output) == (0, True), told.output
    again = runner.invoke(patrols, ["import-gpx", str(good), *where])
    assert "there already" in again.output
    refused = runner.invoke(patrols, ["import-gpx", str(bad), *where])
    assert (refused.exit_code, "no XML" in refused.output) == (1, True)
    dry = runner.invoke(patrols, ["purge-tracks", "--jurisdiction", str(HERE), "--dry-run"])
    assert "dry run" in dry.output
    assert runner.invoke(patrols, ["weigh", "--jurisdiction", str(HERE)]).exit_code == 0
