"""The session, which stays inside one jurisdiction, and the one transaction boundary.

Deeds hardly notice that keys are composite: a query on scoped classes sees one
jurisdiction, a new row gets it, and `session.get(Enterprise, id)` takes the id alone.
Only SQL that is not built from mapped classes has to name `session.jurisdiction_id`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar, cast

import psycopg
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, with_loader_criteria

from gridsvc.db import Model
from gridsvc.scoped import InJurisdiction, Jurisdiction, Scoped, Shared

T = TypeVar("T")

Rows = psycopg.Cursor[tuple[Any, ...]]


class Session(FlaskSession):
    """A session inside one jurisdiction. It fails closed: without one, no query runs."""

    @property
    def jurisdiction_id(self) -> int:
        jurisdiction_id: int | None = self.info.get("jurisdiction_id")
        if jurisdiction_id is None:
            raise LookupError("The session has entered no jurisdiction.")
        return jurisdiction_id

    @property
    def digest_algorithm(self) -> str:
        """How the links of the trail are made from now on (setting DIGEST)."""
        algorithm: str = current_app.config["DIGEST"]
        return algorithm

    def get(self, entity: type[T], ident: Any, **options: Any) -> T | None:  # type: ignore[override]
        """Return the thing with this id, or None. A scoped thing is found by its id alone."""
        if issubclass(entity, Scoped) and not isinstance(ident, tuple):
            ident = (self.jurisdiction_id, ident)
        return super().get(entity, ident, **options)

    def glance(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of one SELECT, as the driver gives them.

        The SQL is psycopg's (%(name)s); it names the jurisdiction, %(here)s, in every filter. It
        sees what the transaction has done; before anything else was asked in it there is none
        yet, and a glance begins none: one statement is a snapshot by itself. Takes a sixth of
        what a mapped query takes, so it is for what every request asks.
        """
        values["here"], engine = self.jurisdiction_id, self.get_bind()
        if isinstance(engine, Engine) and not self.in_transaction():
            return _alone(engine, sql, values)
        self.flush()
        return self.told(sql, values).fetchall()

    def told(self, sql: str, values: Mapping[str, Any]) -> Rows:
        """Tell PostgreSQL one statement, in the transaction; return the driver's own cursor.

        SQLAlchemy would put a result around it, which takes as long again as the driver does: a
        fifth of the CPU of a single record. Raises what SQLAlchemy would raise.
        """
        connection = self.connection()
        driver: Any = connection.connection.dbapi_connection
        try:
            cursor: Rows = driver.execute(sql, values)
        except psycopg.Error as fault:
            if driver.closed:
                connection.invalidate(fault)
            raise DBAPIError.instance(sql, values, fault, psycopg.Error) from fault
        return cursor


@event.listens_for(Session, "do_orm_execute")
def _look_inside(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_column_load or not state.is_orm_statement:
        return
    mappers = state.all_mappers
    if mappers and all(issubclass(mapper.class_, Shared) for mapper in mappers):
        return
    here = cast(Session, state.session).jurisdiction_id
    state.statement = state.statement.options(_inside(here))


@lru_cache
def _inside(here: int) -> LoaderCriteriaOption:
    """Return what keeps a query in a jurisdiction: made once, since every query takes it."""
    return with_loader_criteria(
        InJurisdiction, lambda table: table.jurisdiction_id == here, include_aliases=True
    )


@event.listens_for(Session, "before_flush")
def _write_inside(session: Session, *_: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, InJurisdiction):
            continue
        if row.jurisdiction_id is None:
            row.jurisdiction_id = session.jurisdiction_id
        if row.jurisdiction_id != session.jurisdiction_id:
            raise LookupError(f"{row!r} belongs to another jurisdiction.")


# Flask-SQLAlchemy owns the engine and the session; the tables are plain SQLAlchemy.
db = SQLAlchemy(
    metadata=Model.metadata, session_options={"class_": Session, "expire_on_commit": False}
)


def _alone(engine: Engine, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Ask on a connection of its own, without BEGIN and COMMIT."""
    lent = engine.raw_connection()
    connection: Any = lent.dbapi_connection
    try:
        connection.autocommit = True
        rows: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
        connection.autocommit = False
    except BaseException:
        lent.invalidate()
        raise
    lent.close()
    return rows


@contextmanager
def transaction(jurisdiction_id: int) -> Iterator[Session]:
    """Yield the session, inside a jurisdiction; commit if the block ends, else roll back.

    Opened at each edge (a route, a job, a command) and never in a service, so that
    services compose and no half of a piece of work is ever kept.
    """
    session = cast(Session, db.session())
    if session.info.get("is_rehearsal"):
        with session.begin_nested():
            yield session
        return
    session.info["jurisdiction_id"] = jurisdiction_id
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def rehearsal(jurisdiction_id: int) -> Iterator[Session]:
    """Yield the session for a dry run: all transactions inside are parts of one, undone at the end.

    Take all the clocks first (synced.tick): work that is several transactions takes its locks
    in several rounds, and two such would wait for each other in a ring.
    """
    session = cast(Session, db.session())
    session.info |= {"jurisdiction_id": jurisdiction_id, "is_rehearsal": True}
    try:
        yield session
    finally:
        session.info.pop("is_rehearsal")
        session.rollback()


@contextmanager
def directory() -> Iterator[Session]:
    """Yield the session in no jurisdiction, for the shared login directory; commit at the end."""
    session = cast(Session, db.session())
    session.info.pop("jurisdiction_id", None)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def every_jurisdiction() -> list[int]:
    """Return the ids of all jurisdictions, for work that is done in each, one after another."""
    with directory() as session:
        return list(session.scalars(select(Jurisdiction.id).order_by(Jurisdiction.id)))
