"""Really on the pool, not inside a test's transaction: what happens between two transactions."""

import pytest
from sqlalchemy import func, select

from gridsvc import connections
from gridsvc.session import Session, db, transaction
from tests.conftest import BUSY


@pytest.fixture
def pool(app):
    with app.app_context():
        db.engine.dispose()
        yield db.engine
        db.session.remove()


def backend(session: Session) -> int:
    return session.scalar(select(func.pg_backend_pid())) or 0


def end(owner, pid: int) -> None:
    """End a connection from outside, as a restart of PostgreSQL does; return when it is gone."""
    with owner.connect() as connection:
        ended = select(func.pg_terminate_backend(pid, 10_000))
        assert connection.scalar(ended)


def test_a_connection_that_the_server_ended_is_not_handed_out(pool, owner) -> None:
    with transaction(BUSY) as session:
        before = backend(session)
    end(owner, before)

    with transaction(BUSY) as session:
        assert backend(session) != before


def test_nor_for_a_glance(pool, owner) -> None:
    with transaction(BUSY) as session:
        [(before,)] = session.glance("SELECT pg_backend_pid()")
        end(owner, before)
        assert session.glance("SELECT pg_backend_pid()") != [(before,)]


def test_one_that_rested_long_is_asked_whether_it_is_there(pool, monkeypatch) -> None:
    with transaction(BUSY) as session:
        before = backend(session)
    monkeypatch.setattr(connections, "TRUSTED_FOR_S", -1.0)

    asked = []
    monkeypatch.setattr(pool.dialect, "do_ping", lambda _: bool(asked.append(1)))
    with transaction(BUSY) as session:
        assert backend(session) != before
    assert asked


def test_a_glance_leaves_the_connection_as_it_was(pool) -> None:
    with transaction(BUSY) as session:
        assert session.glance("SELECT %(here)s") == [(BUSY,)]
        assert not session.in_transaction()
        assert session.scalar(select(func.now())) == session.scalar(select(func.now()))


def test_a_glance_sees_what_its_transaction_did(session, village) -> None:
    village.officer.name = "改名"
    told = "SELECT name FROM person WHERE jurisdiction_id = %(here)s AND id = %(id)s"

    assert session.glance(told, id=village.officer.id) == [("改名",)]


def test_a_glance_that_fails_leaves_no_connection_behind(pool) -> None:
    with transaction(BUSY) as session:
        for _ in range(pool.pool.size() + 20):
            with pytest.raises(Exception, match="nonsense"):
                session.glance("SELECT nonsense")
        assert session.glance("SELECT 1") == [(1,)]
