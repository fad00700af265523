"""flask enterprises import, from the file to the registry."""

import csv

import pytest
from shapely import Point
from sqlalchemy import func, select

from geo.crs import from_wgs84, to_wgs84
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.enterprises.models import Enterprise
from gridsvc.synced import SyncClock
from gridsvc.uscc import check_digit
from tests.conftest import HERE, enter
from tests.factories.drawings import a_line, write_lines
from tests.factories.village import QIAN, ZHAO

FIRST17 = "91211122YYY6M5D1U"
USCC = FIRST17 + check_digit(FIRST17)
WRONG_USCC = FIRST17 + ("0" if USCC[-1] != "0" else "1")


def at(place: Point, crs: str = "wgs84") -> dict[str, str]:
    point = from_wgs84(place, crs)
    return {"lon": f"{point.x:.7f}", "lat": f"{point.y:.7f}"}


@pytest.fixture
def enterprises_import(app, village, tmp_path):
    """Import lines; return what the command said, having ended as expected."""

    def _import(*lines, crs="wgs84", options=(), exit_code=0, encoding="utf-8"):
        file = write_lines(tmp_path / "firms.csv", *lines, encoding=encoding)
        declared = ["--crs", crs] if crs else []
        command = ["enterprises", "import", str(file), "--jurisdiction", str(HERE)]
        result = app.test_cli_runner().invoke(args=[*command, *declared, *options])
        assert result.exit_code == exit_code, result.output
        enter(HERE)
        return result.output

    return _import


@pytest.fixture
def found(session):
    """The enterprise under a code, as it stands in the database."""
    return lambda code: session.scalars(
        select(Enterprise).where(Enterprise.code == code).execution_options(populate_existing=True)
    ).one_or_none()


@pytest.fixture
def lines_in_trail(session):
    return lambda: session.scalar(select(func.count()).select_from(AuditEntry))


def test_enterprises_are_entered_where_they_lie(
    session, enterprises_import, found, village
) -> None:
    said = enterprises_import(
        a_line(code="E-1", uscc=USCC.lower(), **at(ZHAO)),
        a_line(code="E-2", scattered="是", kind="scattered_polluter", **at(QIAN)),
    )

    assert "2 new, 0 changed, 0 unchanged" in said
    first, second = found("E-1"), found("E-2")
    assert (first.grid_id, second.grid_id) == (village.zhao.id, village.qian.id)
    assert (first.uscc, first.version, first.state) == (USCC, 1, "active")
    assert (first.permit_no, first.is_scattered_polluter) == (None, False)
    assert second.is_scattered_polluter
    assert first.sync_version == session.get(SyncClock, (HERE, village.zhao.id)).version
    assert verify(session) is None


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "cgcs2000", "wgs84"])
def test_coordinates_are_converted_once_and_kept_as_given(enterprises_import, found, crs) -> None:
    given = at(ZHAO, crs)
    enterprises_import(a_line(code="E-1", **given), crs=crs)

    enterprise = found("E-1")
    assert enterprise.location.equals_exact(ZHAO, 1e-6)
    coordinates = [float(given["lon"]), float(given["lat"])]
    assert enterprise.given == {"crs": crs, "coordinates": coordinates}
    assert enterprise.location.equals_exact(to_wgs84(Point(coordinates), crs), 1e-12)


def test_without_crs_nothing_is_guessed(enterprises_import, found) -> None:
    said = enterprises_import(a_line(code="E-1", **at(ZHAO)), crs=None, exit_code=2)

    assert "gcj02 if they come from AMap" in said
    assert found("E-1") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"uscc": WRONG_USCC}, "has a wrong check digit"),
        ({"uscc": "9121112"}, "does not consist of 18"),
        ({"kind": "casino"}, "kind 'casino' has no checklist; known are"),
        ({"supervision_class": "vip"}, "is none of key, general, special"),
        ({"industry_code": "steel"}, "none of GB/T 4754"),
        ({"scattered": "perhaps"}, "neither true nor false"),
        ({"code": ""}, "code is empty"),
        ({"name": ""}, "name is empty"),
        ({"lon": "nan"}, "not both numbers"),
        ({"lat": "41°14′"}, "not both numbers"),
        ({"lon": "1e400"}, "not both numbers"),
        ({"lon": "41.24", "lat": "122.05"}, "are exchanged"),
        ({"lon": "500000", "lat": "4540000"}, "not degrees"),
        ({"lon": "116.4"}, "lies in no grid; is it really wgs84?"),
        ({"grid": "0815"}, "is no grid here"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_and_keeps_all_out(
    tmp_path, enterprises_import, found, changes, expected
) -> None:
    bad = a_line(**{"code": "E-2", **at(ZHAO), **changes})

    said = enterprises_import(a_line(code="E-1", **at(ZHAO)), bad, exit_code=1)

    assert "line 3: " in said
    assert expected in said
    assert found("E-1") is None
    with (tmp_path / "firms.errors.csv").open(encoding="utf-8-sig") as file:
        [row] = csv.DictReader(file)
    assert (row["line"], row["name"]) == ("3", bad["name"])


def test_a_code_comes_once(enterprises_import) -> None:
    line = a_line(code="E-1", **at(ZHAO))

    assert "stands already in line 2" in enterprises_import(line, line, exit_code=1)


def test_another_grid_than_that_of_the_place_needs_a_reason(
    enterprises_import, found, village
) -> None:
    elsewhere = a_line(code="E-1", grid=village.qian.code, **at(ZHAO))

    said = enterprises_import(elsewhere, exit_code=1)
    assert f"lies in grid {village.zhao.code}, not {village.qian.code}" in said

    enterprises_import(elsewhere | {"grid_reason": "大门在钱家村"})
    assert (found("E-1").grid_id, found("E-1").grid_reason) == (village.qian.id, "大门在钱家村")


def test_the_grid_of_the_place_needs_no_reason(enterprises_import, found, village) -> None:
    enterprises_import(a_line(code="E-1", grid=village.zhao.code, **at(ZHAO)))

    assert found("E-1").grid_reason is None


def test_the_same_file_again_changes_nothing(enterprises_import, found, lines_in_trail) -> None:
    lines = [
        a_line(code="E-1", uscc=USCC, **at(ZHAO, "bd09")),
        a_line(code="E-2", **at(QIAN, "bd09")),
    ]
    enterprises_import(*lines, crs="bd09")
    before = lines_in_trail()

    assert "0 new, 0 changed, 2 unchanged" in enterprises_import(*lines, crs="bd09")
    assert lines_in_trail() == before
    assert found("E-1").version == 1


def test_a_changed_line_changes_its_enterprise_alone(
    session, enterprises_import, found, village
) -> None:
    enterprises_import(a_line(code="E-1", **at(ZHAO)), a_line(code="E-2", **at(QIAN)))
    stood = found("E-2").sync_version

    said = enterprises_import(
        a_line(code="E-1", name="新砂场", **at(QIAN)), a_line(code="E-2", **at(QIAN))
    )

    assert "0 new, 1 changed, 1 unchanged" in said
    assert "E-1 新砂场: given, grid_id, location, name" in said
    moved, kept = found("E-1"), found("E-2")
    assert (moved.name, moved.version, moved.grid_id) == ("新砂场", 2, village.qian.id)
    assert moved.sync_version > stood
    assert (kept.version, kept.sync_version) == (1, stood)
    told = select(AuditEntry.text).where(
        AuditEntry.subject_id == moved.id, AuditEntry.deed == "enterprise.change"
    )
    assert '"name":["宏达砂石场","新砂场"]' in session.scalars(told).one()


def test_a_dry_run_tells_the_same_and_writes_nothing(
    enterprises_import, found, lines_in_trail
) -> None:
    line, before = a_line(code="E-1", **at(ZHAO)), lines_in_trail()

    dry = enterprises_import(line, options=["--dry-run"])

    assert (found("E-1"), lines_in_trail()) == (None, before)
    assert dry.splitlines()[-1] == (
        enterprises_import(line).splitlines()[-1] + " (dry run: nothing was written)"
    )


def test_a_file_in_gb18030_is_read(enterprises_import, found) -> None:
    enterprises_import(a_line(code="E-1", name="䴖家砂场", **at(ZHAO)), encoding="gb18030")

    assert found("E-1").name == "䴖家砂场"


def test_enterprises_that_the_file_does_not_name_stay(enterprises_import, found, village) -> None:
    enterprises_import(a_line(code="E-1", **at(ZHAO)))

    assert found(village.yard.code).version == 1


def test_a_missing_column_is_named(app, village, tmp_path) -> None:
    line = a_line()
    del line["supervision_class"]
    file = write_lines(tmp_path / "firms.csv", line)

    result = app.test_cli_runner().invoke(
        args=["enterprises", "import", str(file), "--jurisdiction", str(HERE), "--crs", "wgs84"]
    )

    assert result.exit_code == 1
    assert "supervision_class" in result.output
