"""flask units import."""

from pathlib import Path

import pytest
from sqlalchemy import select

from gridsvc.audit.service import lines_about, verify
from gridsvc.people import queries
from gridsvc.people.models import Unit
from tests.conftest import HERE, THERE

FILE = """code,name,kind,parent
hj.zj,胡家镇城建站,department,hj
hj,胡家镇人民政府,town,
zj,住房和城乡建设局,bureau,
"""


@pytest.fixture
def run(app, village, tmp_path: Path):
    def invoke(text: str, *options: str, encoding: str = "utf-8", jurisdiction: int = HERE):
        path = tmp_path / "units.csv"
        path.write_text(text, encoding=encoding)
        args = ["units", "import", str(path), "--jurisdiction", str(jurisdiction), *options]
        return app.test_cli_runner().invoke(args=args)

    return invoke


def names(session) -> dict[str, str]:
    return {unit.code: unit.name for unit in queries.units(session)}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_units_are_entered_with_their_parents(run, session, encoding: str) -> None:
    result = run(FILE, encoding=encoding)

    assert result.exit_code == 0, result.output
    assert "3 new, 0 changed, 0 unchanged" in result.output
    units = {unit.code: unit for unit in queries.units(session)}
    assert units["hj.zj"].parent_id == units["hj"].id
    assert units["zj"].name == "住房和城乡建设局"
    assert verify(session) is None


def test_the_same_file_again_changes_nothing(run) -> None:
    run(FILE)

    assert "0 new, 0 changed, 3 unchanged" in run(FILE).output


def test_a_change_leaves_a_line_in_the_trail(run, session) -> None:
    run(FILE)

    assert "0 new, 1 changed, 2 unchanged" in run(FILE.replace("建设局", "建设和住房局")).output

    unit = session.scalars(select(Unit).where(Unit.code == "zj")).one()
    assert unit.name == "住房和城乡建设和住房局"
    assert [line.deed for line in lines_about(session, [unit.id])] == ["unit.enter", "unit.change"]


def test_a_dry_run_writes_nothing(run, session) -> None:
    before = names(session)

    assert "3 new" in run(FILE, "--dry-run").output
    assert names(session) == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",甲,bureau,", "code is empty"),
        ("a,,bureau,", "name is empty"),
        ("a,甲,office,", "kind 'office' is none of bureau, town, department"),
        ("a,甲,bureau,b", "parent 'b' is no unit"),
        ("a,甲,bureau,a", "unit 'a' is above itself"),
        ("hj,甲,town,", "code 'hj' comes again"),
        ("zj,甲,bureau", "has 3 cells instead of 4"),
    ],
)
def test_one_bad_row_and_nothing_is_imported(run, session, tmp_path, row, reason: str) -> None:
    before = names(session)

    result = run(f"{FILE}{row}\n")

    assert result.exit_code == 1
    assert reason in result.output
    assert names(session) == before
    assert reason in (tmp_path / "units.errors.csv").read_text(encoding="utf-8-sig")


def test_units_in_a_ring_are_refused(run) -> None:
    result = run("code,name,kind,parent\na,甲,town,b\nb,乙,town,a\n")

    assert "unit 'a' is above itself" in result.output


def test_an_unknown_jurisdiction_is_told(run) -> None:
    assert "there is no jurisdiction 1" in run(FILE, jurisdiction=1).output


def test_another_jurisdiction_has_units_of_its_own(run, session) -> None:
    run(FILE)

    result = run(FILE, "--dry-run", jurisdiction=THERE)

    assert "3 new" in result.output
