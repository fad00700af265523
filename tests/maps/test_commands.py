"""flask grids import, from the file to the registry that follows it."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from shapely import Point
from sqlalchemy import func, select

from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import open_trail, verify
from gridsvc.enterprises.jobs import settle
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.models import Boundary, BoundarySet, Grid
from gridsvc.grids.queries import locate
from gridsvc.synced import SyncClock
from gridsvc.weeks import local_day, midnight
from tests.conftest import HERE, enter
from tests.factories.drawings import a_county, a_feature, drawing_text, patch
from tests.factories.enterprises import add_enterprise

IN_111, IN_112 = Point(122.01, 41.21), Point(122.03, 41.21)
NOW = datetime.now(UTC)
TODAY = local_day(NOW)


@pytest.fixture
def county(session):
    """A jurisdiction as it begins: a root without boundaries, and a trail."""
    open_trail(session)
    session.add(Grid(code="1", name="网格1", level=1, kind="territorial"))
    session.commit()


@pytest.fixture
def grids_import(app, county, tmp_path):
    """Import features; return what the command said, having ended as expected."""

    def _import(features, *options, crs="wgs84", exit_code=0, encoding="utf-8"):
        file = tmp_path / "grids.geojson"
        file.write_bytes(drawing_text(features, crs).encode(encoding))
        command = ["grids", "import", str(file), "--jurisdiction", str(HERE), *options]
        result = app.test_cli_runner().invoke(args=command)
        assert result.exit_code == exit_code, result.output
        enter(HERE)
        return result.output

    return _import


@pytest.fixture
def count(session):
    return lambda table: session.scalar(select(func.count()).select_from(table))


@pytest.fixture
def grid(session):
    return lambda code: session.scalars(select(Grid).where(Grid.code == code)).one()


def moved_border():
    """The county with the border between its villages half a village further west."""
    return a_county(
        _111=a_feature("111", 3, patch(0, 0, 0.5), "11"),
        _112=a_feature("112", 3, patch(0.5, 0, 1.5), "11"),
    )


def test_a_county_is_imported(session, grids_import, grid, count) -> None:
    said = grids_import(a_county())

    assert "3 new, 0 renamed, 1 with a new boundary" in said
    assert "since ever" in said
    assert grid("111").parent_id == grid("11").id
    assert [g.code for g in locate(session, IN_112, NOW - timedelta(days=9999))] == [
        "1", "11", "112",
    ]  # fmt: skip
    assert count(BoundarySet) == 1
    assert verify(session) is None


def test_every_write_leaves_its_line(session, grids_import, grid) -> None:
    grids_import(a_county())

    deeds = select(AuditEntry.deed).where(AuditEntry.subject_id == grid("111").id)
    assert set(session.scalars(deeds)) == {"grid.create", "grid.redraw"}


def test_the_same_file_again_changes_nothing(grids_import, count) -> None:
    grids_import(a_county())
    before = [count(table) for table in (Grid, Boundary, BoundarySet, AuditEntry)]

    said = grids_import(a_county())

    assert "0 new, 0 renamed, 0 with a new boundary, 4 unchanged" in said
    assert [count(table) for table in (Grid, Boundary, BoundarySet, AuditEntry)] == before


def test_a_dry_run_tells_the_same_and_writes_nothing(grids_import, count) -> None:
    dry = grids_import(a_county(), "--dry-run")

    assert (count(Grid), count(Boundary), count(AuditEntry)) == (1, 0, 0)
    assert dry == grids_import(a_county()) + "dry run: nothing was written\n"


def test_one_bad_feature_keeps_all_out(tmp_path, grids_import, count) -> None:
    ring = [[[122.0, 41.2], [122.02, 41.2], [122.02, 41.22], [122.0, 41.2001]]]

    said = grids_import(a_county(_112=a_feature("112", 3, ring, "11")), exit_code=1)

    assert "feature 4: 112 has a ring that is not closed" in said
    assert (count(Grid), count(Boundary)) == (1, 0)
    with (tmp_path / "grids.errors.csv").open(encoding="utf-8-sig") as file:
        [row] = csv.DictReader(file)
    assert (row["feature"], row["code"], row["name"]) == ("4", "112", "网格112")


def test_overlaps_are_told_before_anything_is_written(tmp_path, grids_import, count) -> None:
    errors = tmp_path / "wrong.csv"

    said = grids_import(
        a_county(_112=a_feature("112", 3, patch(0.5, 0, 1.5), "11")),
        "--errors", str(errors),
        exit_code=1,
    )  # fmt: skip

    assert "2 faults in 2 features; nothing was imported" in said
    assert errors.exists()
    assert count(Grid) == 1


def test_a_file_without_crs_is_refused(grids_import) -> None:
    assert 'Add a member "crs"' in grids_import(a_county(), crs=None, exit_code=1)


def test_a_file_in_gb18030_is_read(grids_import, grid) -> None:
    grids_import(a_county(_111=a_feature("111", 3, patch(0, 0), "11", name="䴖家村")),
                 encoding="gb18030")  # fmt: skip

    assert grid("111").name == "䴖家村"


def test_a_gap_is_told_and_imported(grids_import, grid) -> None:
    said = grids_import(a_county(_112=a_feature("112", 3, patch(1, 0, 0.5), "11")))

    assert "gap: none of the grids in 11 covers" in said
    assert grid("112")


def test_a_new_name_is_told_and_makes_no_boundaries(grids_import, grid, count) -> None:
    grids_import(a_county())

    said = grids_import(a_county(_1=a_feature("1", 1, patch(0, 0, 2), name="盘山县")))

    assert "renamed: 1: 网格1 -> 盘山县" in said
    assert grid("1").name == "盘山县"
    assert count(BoundarySet) == 1


def test_a_grid_never_changes_its_place_in_the_tree(grids_import) -> None:
    grids_import(a_county())

    said = grids_import(a_county(_112=a_feature("112", 2, patch(1, 0), "1")), exit_code=1)

    assert "112 has the level 3, which cannot become 2" in said


def test_a_part_of_the_county_may_be_imported_alone(grids_import) -> None:
    grids_import(a_county())

    said = grids_import([a_feature("113", 3, patch(5, 0), "11")], exit_code=1)
    assert "113 lies outside its parent 11" in said
    said = grids_import([a_feature("113", 3, patch(1, 0), "11")], exit_code=1)
    assert "113 overlaps its neighbour 112" in said


def test_a_moved_border_counts_from_tomorrow_on(session, grids_import) -> None:
    """Yesterday keeps its grid; so does today."""
    grids_import(a_county())

    said = grids_import(moved_border())

    midnight_ahead = midnight(TODAY + timedelta(days=1))
    assert "111 网格111: 50.0% of its land changes sides" in said
    assert f"in force from {TODAY + timedelta(days=1)} 00:00" in said
    spot = Point(122.015, 41.21)
    assert locate(session, spot, midnight_ahead - timedelta(seconds=1))[-1].code == "111"
    assert locate(session, spot, midnight_ahead)[-1].code == "112"


def test_a_change_that_is_drawn_already_comes_first(grids_import) -> None:
    grids_import(a_county())
    grids_import(moved_border())

    said = grids_import(a_county(), "--from", str(TODAY), exit_code=1)

    assert "already drawn" in said


def test_a_change_may_be_drawn_again_before_it_begins(session, grids_import, count) -> None:
    grids_import(a_county())
    grids_import(moved_border())

    assert "2 with a new boundary" in grids_import(a_county())
    assert "4 unchanged" in grids_import(a_county())
    spot = Point(122.015, 41.21)
    assert locate(session, spot, NOW + timedelta(days=2))[-1].code == "111"


def test_the_past_is_not_redrawn(grids_import) -> None:
    grids_import(a_county())

    said = grids_import(moved_border(), "--from", str(TODAY - timedelta(days=1)), exit_code=1)

    assert "New boundaries begin today or later" in said


def test_enterprises_follow_a_border_that_moves_now(session, grids_import, grid) -> None:
    grids_import(a_county())
    yard = add_enterprise(session, "砂场", Point(122.015, 41.21), grid("111"))
    kept = add_enterprise(session, "车站", Point(122.015, 41.21), grid("111"), grid_reason="大门")
    session.commit()
    stood = session.get_one(SyncClock, (HERE, grid("111").id)).version

    said = grids_import(moved_border(), "--from", str(TODAY))

    assert "enterprises: 1 change grid" in said
    session.refresh(yard)
    session.refresh(kept)
    assert (yard.grid_id, yard.version) == (grid("112").id, 2)
    assert kept.grid_id == grid("111").id
    assert yard.sync_version == session.get(SyncClock, (HERE, grid("112").id)).version
    left = session.get(SyncClock, (HERE, grid("111").id))
    session.refresh(left)
    assert left.version > stood
    assert verify(session) is None


def test_enterprises_wait_for_a_border_that_moves_later(session, grids_import, grid) -> None:
    grids_import(a_county())
    yard = add_enterprise(session, "砂场", Point(122.015, 41.21), grid("111"))
    session.commit()

    assert "enterprises: 1 will change grid" in grids_import(moved_border())

    settle(NOW)
    enter(HERE)
    session.refresh(yard)
    assert yard.grid_id == grid("111").id
    settle(NOW + timedelta(days=2))
    enter(HERE)
    session.refresh(yard)
    assert yard.grid_id == grid("112").id


def test_an_enterprise_left_in_no_grid_is_told(session, grids_import, grid) -> None:
    add_enterprise(session, "砂场", Point(121.0, 41.0), grid("1"))
    session.commit()

    assert "enterprises: 1 lie in no grid" in grids_import(a_county())
    assert session.scalars(select(Enterprise.grid_id)).one() == grid("1").id


def test_an_unknown_jurisdiction_is_refused(app, session, tmp_path) -> None:
    file = tmp_path / "grids.geojson"
    file.write_text(drawing_text(a_county()))

    command = ["grids", "import", str(file), "--jurisdiction", "999999"]
    result = app.test_cli_runner().invoke(args=command)

    assert result.exit_code == 2
    assert "999999" in result.output
