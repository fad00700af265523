"""HTTP for the roster: people, units, duties, and who answers for what.

Who holds which post is no secret inside a jurisdiction: boards in every village show it.
Changing it is another matter.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from gridsvc.accountability import access
from gridsvc.accountability.models import Duty
from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.rules import allows
from gridsvc.accountability.service import Dated, Post, appoint, end_duty, somebody
from gridsvc.clock import utc_now
from gridsvc.downloads import download
from gridsvc.identity import caller, needs
from gridsvc.people import queries as people
from gridsvc.roster import service
from gridsvc.roster.differences import report, require_as_told
from gridsvc.roster.export import export
from gridsvc.roster.gaps import gaps
from gridsvc.roster.import_schemas import ImportedSchema, ImportSchema
from gridsvc.roster.keeping import (
    allowed_at,
    duty_kept,
    may_back_date,
    require_kept,
    with_allowed,
)
from gridsvc.roster.queries import duty_rows, people_page
from gridsvc.roster.responsibility import UnknownSubject, check_post, responsibility
from gridsvc.roster.rules import COLUMNS, OPTIONAL
from gridsvc.roster.schemas import (
    AppointmentSchema,
    DutiesQuerySchema,
    DutiesSchema,
    DutySchema,
    EndSchema,
    ExportQuerySchema,
    GapsQuerySchema,
    GapsSchema,
    PeopleQuerySchema,
    PeopleSchema,
    ResponsibilityQuerySchema,
    ResponsibilitySchema,
    TimelineQuerySchema,
    TimelineSchema,
    UnitsSchema,
    moment_of,
)
from gridsvc.roster.timeline import subject_called, timeline_of_person, timeline_of_subject
from gridsvc.session import Session, transaction
from gridsvc.sheets import MEDIA_TYPE, workbook
from gridsvc.tables import csv_text, read_content

blueprint = Blueprint(
    "roster", __name__, url_prefix="/api/v1", description="Who is who, and who answers for what"
)


@blueprint.get("/responsibility")
@blueprint.arguments(ResponsibilityQuerySchema, location="query")
@blueprint.response(200, ResponsibilitySchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("roster.read")
def get_responsibility(query: dict[str, Any]) -> dict[str, Any]:
    """Say who answered for a grid, an enterprise or a unit at a moment (now), up to the county."""
    kind, id = query["subject"]
    with transaction(caller().jurisdiction_id) as session:
        return responsibility(session, kind, id, query["at"] or utc_now())


@blueprint.get("/duties")
@blueprint.arguments(DutiesQuerySchema, location="query")
@blueprint.response(200, DutiesSchema)
@needs("roster.read")
def get_duties(query: dict[str, Any]) -> dict[str, Any]:
    """List the duties for a subject, or of a person, at a moment (now)."""
    at = query["at"] or utc_now()
    with transaction(caller().jurisdiction_id) as session:
        held = duties_of(
            session,
            at,
            subject_ids=_one(query["subject_id"]),
            person_ids=_one(query["person_id"]),
        )
        return {"items": duty_rows(session, held), "as_of": at}


def _one(id: UUID | None) -> list[UUID] | None:
    return None if id is None else [id]


@blueprint.get("/duties/timeline")
@blueprint.arguments(TimelineQuerySchema, location="query")
@blueprint.response(200, TimelineSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("roster.read")
def get_timeline(query: dict[str, Any]) -> dict[str, Any]:
    """List the duties for a subject, or of a person, through all time, and what may be changed."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        told = _timeline(session, **query)
        with_allowed(session, told["items"], now)
        allowed = allowed_at(session, told["subject"], now) if told["subject"] else []
        return {**told, "allowed": allowed, "as_of": now}


def _timeline(
    session: Session, *, subject_id: UUID | None = None, person_id: UUID | None = None, deep: bool
) -> dict[str, Any]:
    if person_id is not None:
        return timeline_of_person(session, somebody(session, person_id))
    subject = subject_id and subject_called(session, subject_id)
    if not subject:
        raise UnknownSubject(f"There is no {subject_id}.")
    return timeline_of_subject(session, subject, deep=deep)


@blueprint.get("/duties/gaps")
@blueprint.arguments(GapsQuerySchema, location="query")
@blueprint.response(200, GapsSchema)
@needs("roster.read")
def get_gaps(query: dict[str, Any]) -> dict[str, Any]:
    """List where nobody answers at a moment (now): seats, officers, enterprises."""
    now = utc_now()
    at = query["at"] or now
    with transaction(caller().jurisdiction_id) as session:
        mine = access.visible_grids(session, "roster.read", now)
        return {**gaps(session, mine, at, limit=query["limit"]), "at": at, "as_of": now}


@blueprint.post("/duties")
@blueprint.arguments(AppointmentSchema)
@blueprint.response(201, DutySchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("duty.appoint")
def post_duty(body: dict[str, Any]) -> dict[str, Any]:
    """Appoint somebody. A taken seat is a conflict that names its holder."""
    who, now = caller(), utc_now()
    kind, id = body["subject"]
    post = Post(body["role"], kind, id, body["seat"])
    with transaction(who.jurisdiction_id) as session:
        intended = Duty(role=post.role, subject_kind=kind, subject_id=id)
        require_kept(session, intended, "duty.appoint", UnknownSubject(f"There is no {kind} {id}."))
        check_post(session, post)
        since = Dated(
            moment_of(body["since"], now), body["reason"], may_back_date(session, intended)
        )
        until = body["until"] and moment_of(body["until"], now)
        duty = appoint(
            session, post, body["person_id"], since=since, until=until, by=who.actor, now=now
        )
        [row] = duty_rows(session, [duty])
    return row


@blueprint.post("/duties/<uuid:duty_id>:end")
@blueprint.arguments(EndSchema)
@blueprint.response(200, DutySchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("duty.appoint")
def post_end(body: dict[str, Any], duty_id: UUID) -> dict[str, Any]:
    """End a duty. What it leaves is a visible vacancy."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        duty = duty_kept(session, duty_id, "duty.appoint")
        at = Dated(moment_of(body["at"], now), body["reason"], may_back_date(session, duty))
        [row] = duty_rows(session, [end_duty(session, duty.id, at=at, by=who.actor, now=now)])
    return row


@blueprint.get("/people")
@blueprint.arguments(PeopleQuerySchema, location="query")
@blueprint.response(200, PeopleSchema)
@needs("roster.read")
def get_people(query: dict[str, Any]) -> dict[str, Any]:
    """List people by login, with the duties they hold now; `q`: name, initials, or login.

    Their logins are told, and searched, for those who appoint people or look after accounts.
    """
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        shows_login = allows(access.held_by_caller(session), "login.read", now)
        return people_page(session, now, shows_login=shows_login, **query)


@blueprint.post("/people:import")
@blueprint.arguments(ImportSchema)
@blueprint.response(200, ImportedSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(409, "CONFLICT")
@needs("roster.import")
def post_import(body: dict[str, Any]) -> dict[str, Any]:
    """Enter people and duties from a table, one row for each duty; all or nothing.

    First as a dry run, which tells every difference and writes nothing. Then with the `digest`
    that it gave: if what would change is another by now, nothing is written (roster-changed).
    """
    who, now = caller(), utc_now()
    table = read_content(body["name"], body["content"], COLUMNS, optional=OPTIONAL)
    with transaction(who.jurisdiction_id) as session:
        plan, known = service.plan(session, table.lines, joins=body["join"])
        told = report(plan, known, table.faults)
        if body["dry_run"]:
            return told
        require_as_told(told, body["digest"])
        enrolled = service.carry_out(session, plan, known, by=who.actor, now=now)
        return told | {"dry_run": False, "codes": [each for each in enrolled if each.code]}


@blueprint.get("/people/export.csv")
@blueprint.arguments(ExportQuerySchema, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
@blueprint.alt_response(403, "FORBIDDEN")
@needs("roster.export")
def get_roster_csv(query: dict[str, str]) -> Response:
    """Return all people and duties as CSV, as the import takes them. The purpose is noted."""
    return download(csv_text(_roster(query["purpose"])), "people.csv", "text/csv")


@blueprint.get("/people/export.xlsx")
@blueprint.arguments(ExportQuerySchema, location="query")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=MEDIA_TYPE)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("roster.export")
def get_roster_xlsx(query: dict[str, str]) -> Response:
    """Return all people and duties as a workbook, as the import takes them. Likewise."""
    return download(workbook(_roster(query["purpose"])), "people.xlsx", MEDIA_TYPE)


def _roster(purpose: str) -> list[list[str]]:
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        return export(session, purpose=purpose, by=who.actor, now=utc_now())


@blueprint.get("/units")
@blueprint.response(200, UnitsSchema)
@needs("roster.read")
def get_units() -> dict[str, Iterable[Any]]:
    """List the responsible units, by code."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": people.units(session)}
