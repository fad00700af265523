"""flask people import: a county's people from one file."""

import csv
import stat
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import history, holder
from gridsvc.accountability.rules import Role
from gridsvc.audit.models import AuditEntry
from gridsvc.audit.service import verify
from gridsvc.clock import utc_now
from gridsvc.people.models import Account, Person
from gridsvc.session import directory
from gridsvc.signin.service import activate
from gridsvc.weeks import midnight
from tests.conftest import HERE, THERE, enter
from tests.factories.inspections import NOON

HEADER = "login,name,phone,role,subject_kind,subject_code,seat,from,until\n"


@pytest.fixture
def rows(village):
    """Three good rows: a village head, her clerkship for an enterprise, a bureau's liaison."""
    return [
        f"wang,王磊,13900000001,grid_head,grid,{village.zhao.code},1,2026-01-01,",
        f"wang,王磊,,responsible_leader,enterprise,{village.yard.code},,2026/1/5,2026/2/1",
        "zhou,周敏,,dept_liaison,unit,ZJ,,,",
    ]


@pytest.fixture
def run(app, village, tmp_path: Path):
    def invoke(rows, *options: str, header=HEADER, encoding="utf-8", jurisdiction=HERE):
        path = tmp_path / "people.csv"
        path.write_text(header + "\n".join(rows) + "\n", encoding=encoding)
        args = ["people", "import", str(path), "--jurisdiction", str(jurisdiction), *options]
        return app.test_cli_runner().invoke(args=args)

    return invoke


def count(session) -> tuple[int, ...]:
    tables = Person, Account, Duty, AuditEntry
    return tuple(session.scalar(select(func.count()).select_from(table)) for table in tables)


def codes(tmp_path: Path) -> list[dict[str, str]]:
    with (tmp_path / "people.codes.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_people_and_duties_are_entered(run, rows, session, village, encoding: str) -> None:
    result = run(rows, encoding=encoding)

    assert result.exit_code == 0, result.output
    assert "people: 2 new, 0 changed, 0 unchanged" in result.output
    assert "duties: 3 new, 0 ended, 0 unchanged" in result.output
    head = holder(session, Role.GRID_HEAD, village.zhao.id, NOON)
    assert (head.person.name, head.person.phone) == ("王磊", "13900000001")
    terms = {
        duty.role: (duty.period.lower, duty.period.upper)
        for duty in history(session, [village.yard.id, village.bureau.id])
        if duty.person.login in ("wang", "zhou")
    }
    assert terms == {
        "responsible_leader": (midnight(date(2026, 1, 5)), midnight(date(2026, 2, 1))),
        "dept_liaison": (None, None),
    }
    assert verify(session) is None


def test_the_same_file_again_changes_nothing(run, rows, session) -> None:
    run(rows)
    before = count(session)

    result = run(rows)

    assert "people: 0 new, 0 changed, 2 unchanged" in result.output
    assert "duties: 0 new, 0 ended, 3 unchanged" in result.output
    assert count(session) == before


def test_a_dry_run_says_the_same_and_writes_nothing(run, rows, session, tmp_path) -> None:
    before = count(session)

    result = run(rows, "--dry-run")

    assert "people: 2 new" in result.output
    assert count(session) == before
    assert not (tmp_path / "people.codes.csv").exists()


def test_each_new_person_gets_a_code_that_opens_the_account(run, rows, session, tmp_path) -> None:
    output = run(rows).output

    given = {row["login"]: row["activation_code"] for row in codes(tmp_path)}
    assert set(given) == {"wang", "zhou"}
    assert stat.S_IMODE((tmp_path / "people.codes.csv").stat().st_mode) == 0o600
    assert given["wang"] not in output
    with directory() as shared:
        account = activate(shared, "wang", given["wang"].lower(), "a password 1", now=utc_now())
    assert account.password_hash


def test_earlier_codes_are_never_written_over(run, rows, session, tmp_path) -> None:
    run(rows)
    before, file = count(session), (tmp_path / "people.codes.csv").read_bytes()
    more = [*rows, rows[2].replace("zhou,周敏", "wu,吴英")]

    result = run(more)

    assert result.exit_code == 1
    assert "nothing was imported" in result.output
    assert count(session) == before
    assert (tmp_path / "people.codes.csv").read_bytes() == file
    assert run(more, "--codes", str(tmp_path / "more.csv")).exit_code == 0


def test_an_end_that_is_now_given_ends_the_duty(run, rows, session, village, tmp_path) -> None:
    run(rows)
    ending, successor = handed_over(rows[0])

    result = run([ending, *rows[1:], successor], "--codes", str(tmp_path / "more.csv"))

    assert "people: 1 new, 0 changed, 2 unchanged" in result.output
    assert "duties: 1 new, 1 ended, 2 unchanged" in result.output
    assert holder(session, Role.GRID_HEAD, village.zhao.id, NOON).person.name == "吴英"
    assert last_deeds(session, 3) == ["person.enrol", "duty.end", "duty.begin"]


def test_an_older_file_does_not_undo_an_end(run, rows, session, village) -> None:
    run([*rows[1:], *handed_over(rows[0])])

    result = run(rows)

    assert "duties: 0 new, 0 ended, 3 unchanged" in result.output
    assert holder(session, Role.GRID_HEAD, village.zhao.id, NOON).person.name == "吴英"


def test_where_the_codes_cannot_be_written_nobody_is_enrolled(run, rows, session) -> None:
    before = count(session)

    assert run(rows, "--codes", "/nowhere/codes.csv").exit_code == 1
    assert count(session) == before


def test_a_name_and_a_telephone_are_corrected_with_a_line_in_the_trail(run, rows, session) -> None:
    run(rows)

    result = run([rows[2].replace("周敏,", "周敏敏,13900000002")])

    assert "people: 0 new, 1 changed, 0 unchanged" in result.output
    person = session.scalars(select(Person).where(Person.login == "zhou")).one()
    assert (person.name, person.phone) == ("周敏敏", "13900000002")
    assert last_deeds(session, 1) == ["person.correct"]


def test_a_file_without_a_telephone_does_not_forget_it(run, rows, session) -> None:
    run(rows)

    assert "0 changed" in run([rows[1]]).output
    assert session.scalars(select(Person.phone).where(Person.login == "wang")).one()


def test_somebody_without_an_account_gets_one(run, rows, session, village, tmp_path) -> None:
    login = village.officer.login

    run([rows[2].replace("zhou,周敏", f"{login},李秀英")])

    assert [row["login"] for row in codes(tmp_path)] == [login]
    assert session.scalar(select(func.count()).where(Person.login == login)) == 1


BAD = {
    "role 'mayor' is unknown": ("role", "mayor"),
    "grid_head needs the subject kind grid, not 'unit'": ("subject_kind", "unit"),
    "there is no grid with the code '9'": ("subject_code", "9"),
    "seat '0' is not one of 1 to 9": ("seat", "0"),
    "seat 'x' is not one of 1 to 9": ("seat", "x"),
    "'1 March' is not a day such as 2026-03-01": ("from", "1 March"),
    "'2026-02-30' is not a day such as 2026-03-01": ("from", "2026-02-30"),
    "'0001-01-01' is not a day": ("from", "0001-01-01"),
    "until 2026-01-01 does not come after from 2026-01-01": ("until", "2026-01-01"),
    "login '' is empty": ("login", ""),
    "login 'wang lei' is empty, too long, or contains a space": ("login", "wang lei"),
    "name is empty": ("name", ""),
}


@pytest.mark.parametrize("reason", BAD)
def test_one_bad_cell_and_nothing_is_imported(run, rows, session, tmp_path, reason: str) -> None:
    column, text = BAD[reason]
    before = count(session)
    cells = rows[0].split(",")
    cells[HEADER.strip().split(",").index(column)] = text

    result = run([",".join(cells), rows[2]])

    assert result.exit_code == 1
    assert f"line 2: {reason}" in result.output
    assert count(session) == before
    with (tmp_path / "people.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][2:] == cells


def test_a_role_has_to_fit_the_level(run, rows, village) -> None:
    row = (
        rows[0].replace("grid_head", "grid_officer").replace(village.zhao.code, village.county.code)
    )

    assert "nobody is grid_officer of a grid of level 1" in run([row]).output


def test_a_missing_cell_is_told_with_all_other_faults(run, rows) -> None:
    result = run(["wang,王磊", rows[2].replace("ZJ", "ZZ")])

    assert "line 2: has 2 cells instead of 9" in result.output
    assert "line 3: there is no unit with the code 'ZZ'" in result.output


def test_one_login_is_one_person(run, rows) -> None:
    phone = rows[1].replace("王磊,", "王磊,13900000009")

    result = run([rows[0], rows[1].replace("王磊", "王雷"), phone])

    assert "line 3: login 'wang' is 王磊 in line 2, and 王雷 here" in result.output
    assert "line 4: login 'wang' has the phone 13900000001 in line 2" in result.output


def test_two_on_one_seat_are_told_with_both_lines(run, rows) -> None:
    other = rows[0].replace("wang,王磊,13900000001", "wu,吴英,").replace("2026-01-01", "2026-02-01")

    assert (
        "line 3: seat 1 is held by wang at the same time (line 2)" in run([rows[0], other]).output
    )
    assert run([rows[0], other.replace(",1,2026", ",2,2026")]).exit_code == 0


def test_a_seat_that_is_held_already_is_told(run, village) -> None:
    row = f"wang,王磊,,grid_head,grid,{village.town.code},1,2026-01-01,"

    result = run([row])

    assert f"line 2: seat 1 is held by {village.head.login} at the same time (here already)" in (
        result.output
    )


def test_nobody_holds_a_duty_twice(run, rows) -> None:
    again = rows[0].replace("2026-01-01", "2026-02-01").replace(",1,2026", ",2,2026")

    assert "line 3: wang holds this duty at the same time (line 2)" in run([rows[0], again]).output
    assert "wang holds this duty at the same time (line 2)" in run([rows[0], rows[0]]).output


def test_a_line_comes_once(run, rows) -> None:
    run(rows)

    assert "line 3: is the same duty as line 2" in run([rows[0], rows[0]]).output


def test_an_end_is_not_moved(run, rows) -> None:
    run(rows)

    result = run([rows[1].replace("2026/2/1", "2026/2/2")])

    assert "line 2: has ended on 2026-02-01; an end is not moved" in result.output


def test_a_login_of_another_jurisdiction_joins_only_if_told(run, rows, session, village) -> None:
    run(rows)
    enter(THERE)
    from_there = village.__class__.found(session)
    row = f"wang,王磊,,grid_head,grid,{from_there.zhao.code},1,,"

    refused = run([row], jurisdiction=THERE)
    joined = run([row], "--join", jurisdiction=THERE)

    assert "line 2: login 'wang' has an account in another jurisdiction" in refused.output
    assert "people: 1 new" in joined.output, joined.output
    assert session.scalar(select(func.count()).where(Account.login == "wang")) == 1


def test_a_county_is_imported_in_seconds(run, session, village) -> None:
    """Two thousand duties for one clerk's neighbours: a few statements, however many rows."""
    rows = [
        f"c{n:04},张{n},,grid_officer,grid,{village.zhao.code},,2026-01-01," for n in range(2000)
    ]
    statements = []
    listen = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(session.connection().engine, "before_cursor_execute", listen)
    try:
        assert "2000 new" in run(rows).output
    finally:
        event.remove(session.connection().engine, "before_cursor_execute", listen)
    assert len(statements) < 60


def handed_over(row: str) -> tuple[str, str]:
    """The row with an end, and that of who follows."""
    successor = row.replace("wang,王磊,13900000001", "wu,吴英,").replace("2026-01-01", "2026-03-01")
    return f"{row}2026-03-01", successor


def last_deeds(session, number: int) -> list[str]:
    latest = select(AuditEntry.deed).order_by(AuditEntry.seq.desc()).limit(number)
    return list(session.scalars(latest))[::-1]
