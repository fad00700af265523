"""Nobody is two of system, security and audit administrator."""

from datetime import timedelta

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.accountability.service import Dated, KeptApart, Post, appoint
from tests.conftest import HERE
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import NOON
from tests.factories.village import actor

HEADER = "login,name,phone,role,subject_kind,subject_code,seat,from,until"


@pytest.fixture
def auditor(session, village):
    somebody = add_person(session, "蒋平", login="jiang")
    add_duty(session, somebody, village.county, Role.AUDITOR, since=NOON, until=NOON + DAY)
    return somebody


DAY = timedelta(days=1)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_an_auditor_is_appointed_to_it_only_afterwards(session, village, auditor, role) -> None:
    post = Post(role, "grid", village.county.id)
    who = {"by": actor(village.leader), "now": NOON}

    with pytest.raises(KeptApart):
        appoint(session, post, auditor.id, since=Dated(NOON + DAY / 2), **who)
    assert appoint(session, post, auditor.id, since=Dated(NOON + DAY), **who)


def test_the_first_administrator_may_be_one_of_them_until_others_are_there(
    session, village, auditor
) -> None:
    post = Post(Role.ADMIN, "grid", village.county.id)
    assert appoint(session, post, auditor.id, since=Dated(NOON), by=actor(village.leader), now=NOON)


def test_an_import_makes_nobody_both(app, session, village, tmp_path) -> None:
    code = village.county.code
    path = tmp_path / "people.csv"
    rows = [
        f"kong,孔明,,security_admin,grid,{code},,2026-01-01,",
        f"kong,孔明,,system_admin,grid,{code},,2026-02-01,",
    ]

    def run(*rows: str) -> str:
        path.write_text("\n".join([HEADER, *rows]) + "\n")
        args = ["people", "import", str(path), "--jurisdiction", str(HERE), "--dry-run"]
        return app.test_cli_runner().invoke(args=args).output

    assert "kong is security_admin at the same time (line 2), and nobody is both" in run(*rows)
    assert "2 new" in run(f"{rows[0]}2026-02-01", rows[1])
