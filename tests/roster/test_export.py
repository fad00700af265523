"""What is exported can be imported again, and changes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import Role
from gridsvc.accountability.service import Dated
from gridsvc.actor import system
from gridsvc.audit.models import AuditEntry
from gridsvc.handovers.service import hand_over
from gridsvc.sheets import workbook
from tests.conftest import HERE
from tests.factories.inspections import NOON
from tests.factories.village import appoint

HEADER = "login,name,phone,role,subject_kind,subject_code,seat,from,until"


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(args=list(map(str, args)))


@pytest.fixture
def roster(run, session, village, tmp_path):
    """Three people of the file, one of whom handed over amid a day."""
    lines = [
        HEADER,
        f"zhao1,赵一,13800000001,grid_officer,grid,{village.zhao.code},,2026-01-01,",
        f"qian2,钱二,,grid_officer,grid,{village.qian.code},1,,2026-02-01",
        f'sun3,"孙, 三",,responsible_leader,enterprise,{village.yard.code},2,2026-01-01,',
        'sun3,"孙, 三",,dept_liaison,unit,ZJ,,,',
    ]
    file = tmp_path / "people.csv"
    file.write_text("\n".join(lines))
    result = run("people", "import", "--jurisdiction", HERE, file)
    assert result.exit_code == 0, result.output
    duty = session.scalars(select(Duty).where(Duty.role == Role.RESPONSIBLE_LEADER)).one()
    at = NOON + timedelta(minutes=1, microseconds=7)
    hand_over(
        session, duty.id, village.deputy.id, at=Dated(at, "调任"), by=system("test"), now=NOON
    )
    session.commit()
    return file


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_imported_changes_nothing(run, session, roster, tmp_path, suffix: str) -> None:
    file = tmp_path / f"export.{suffix}"

    exported = run("people", "export", "--jurisdiction", HERE, file)
    result = run("people", "import", "--dry-run", "--join", "--jurisdiction", HERE, file)

    held = len(session.scalars(select(Duty)).all())
    assert f"duties: {held} in" in exported.output
    assert result.exit_code == 0, result.output
    assert f"duties: 0 new, 0 ended, {held} unchanged" in result.output
    assert "0 changed" in result.output
    assert file.stat().st_mode & 0o077 == 0  # it names telephones


def test_a_dry_run_reports_every_difference(run, village, roster, tmp_path) -> None:
    file = tmp_path / "change.csv"
    file.write_text(
        f"{HEADER}\n"
        f"zhao1,赵壹,13800000009,grid_officer,grid,{village.zhao.code},,2026-01-01,2026-05-01\n"
        f"li4,李四,,grid_head,grid,{village.zhao.code},,2026-05-01,\n"
    )

    result = run("people", "import", "--dry-run", "--jurisdiction", HERE, file)

    assert result.exit_code == 0, result.output
    told = (tmp_path / "change.differences.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in told] == [
        "change", "person new", "person changed", "duty new", "duty ended",
    ]  # fmt: skip
    assert told[2].endswith("赵一 13800000001")
    assert "differences: 4 in" in result.output
    assert "nothing was written" in result.output


def test_a_sheet_of_numbers_and_days_is_read_as_it_was_typed(run, session, village, tmp_path):
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    book.active.append(HEADER.split(","))
    since = (NOON + timedelta(hours=-4)).replace(hour=0, tzinfo=None)
    book.active.append(
        [1001, "赵一", 13800000001, "grid_officer", "grid", village.qian.code, 1, since]
    )
    file = tmp_path / "people.xlsx"
    book.save(file)

    result = run("people", "import", "--jurisdiction", HERE, file)

    assert result.exit_code == 0, result.output
    duty = session.scalars(select(Duty).where(Duty.subject_id == village.qian.id)).one()
    assert (duty.person.login, duty.person.phone) == ("1001", "13800000001")
    assert duty.period.lower.isoformat() == "2026-03-01T16:00:00+00:00"


def test_what_is_no_workbook_is_told(run, village, tmp_path) -> None:
    file = tmp_path / "people.xlsx"
    file.write_text("login,name")

    result = run("people", "import", "--jurisdiction", HERE, file)

    assert result.exit_code == 1
    assert "is no workbook" in result.output


def test_faults_of_a_sheet_are_told_by_its_rows(run, village, tmp_path) -> None:
    file = tmp_path / "people.xlsx"
    row = ["zhao1", "赵一", "", "king", "grid", village.zhao.code, "", "", ""]
    file.write_bytes(workbook([HEADER.split(","), [], row]))

    result = run("people", "import", "--jurisdiction", HERE, file)

    assert result.exit_code == 1
    assert "line 3: role 'king' is unknown" in result.output


@pytest.fixture
def admin(session, village):
    return appoint(session, "韩管", village.county, Role.ADMIN)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_administrator_takes_it_for_a_purpose_that_is_noted(
    client, as_, session, village, roster, admin, run, tmp_path, suffix: str
) -> None:
    url = f"/api/v1/people/export.{suffix}"
    answer = client.get(f"{url}?purpose=备份", headers=as_(admin))

    assert answer.status_code == 200
    file = tmp_path / f"got.{suffix}"
    file.write_bytes(answer.data)
    result = run("people", "import", "--dry-run", "--join", "--jurisdiction", HERE, file)
    assert "duties: 0 new, 0 ended" in result.output, result.output
    lines = session.scalars(select(AuditEntry).where(AuditEntry.deed == "roster.export")).all()
    assert "备份" in lines[0].text
    assert client.get(url, headers=as_(admin)).status_code == 422
    assert client.get(f"{url}?purpose=看看", headers=as_(village.leader)).status_code == 403


def test_a_moment_that_is_none_is_told(run, village, tmp_path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        f"{HEADER}\nzhao1,赵一,,grid_officer,grid,{village.zhao.code},,2026-13-01T00:00:00+08:00,\n"
    )

    result = run("people", "import", "--jurisdiction", HERE, file)

    assert "is not a moment such as" in result.output
