"""HTTP for the roster: people, units, duties, and who answers for what.

Who holds which post is no secret inside a jurisdiction: boards in every village show it.
Changing it is another matter.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from gridsvc.accountability import access
from gridsvc.accountability.leave import record_leave
from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.service import Dated, Post, UnknownPerson, appoint, end_duty
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs
from gridsvc.people import queries as people
from gridsvc.people.models import Person
from gridsvc.roster.export import export
from gridsvc.roster.gaps import gaps
from gridsvc.roster.keeping import duty_kept, may_back_date, require_kept
from gridsvc.roster.queries import duty_rows, grids_of, people_page
from gridsvc.roster.responsibility import UnknownSubject, check_post, responsibility
from gridsvc.roster.schemas import (
    AppointmentSchema,
    DutiesQuerySchema,
    DutiesSchema,
    DutySchema,
    EndSchema,
    ExportQuerySchema,
    GapsQuerySchema,
    GapsSchema,
    LeaveReportSchema,
    LeaveSchema,
    PeopleQuerySchema,
    PeopleSchema,
    ResponsibilityQuerySchema,
    ResponsibilitySchema,
    TimelineQuerySchema,
    TimelineSchema,
    UnitsSchema,
    moment_of,
)
from gridsvc.roster.timeline import timeline_of_person, timeline_of_subject
from gridsvc.session import Session, transaction
from gridsvc.sheets import MEDIA_TYPE, workbook
from gridsvc.tables import csv_text

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
@needs("roster.read")
def get_timeline(query: dict[str, UUID]) -> dict[str, Any]:
    """List the duties for a subject, or of a person, through all time."""
    [(whose, id)] = query.items()
    read = timeline_of_subject if whose == "subject_id" else timeline_of_person
    with transaction(caller().jurisdiction_id) as session:
        return {**read(session, id), "as_of": utc_now()}


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


@blueprint.post("/leaves")
@blueprint.arguments(LeaveReportSchema)
@blueprint.response(201, LeaveSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("leave.record")
def post_leave(body: dict[str, Any]) -> Leave:
    """Record days off of somebody who holds a duty where the caller may record them."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _keeps(session, body["person_id"], now)
        return record_leave(session, by=who.actor, now=now, **body)


def _keeps(session: Session, person_id: UUID, now: datetime) -> None:
    """Raise unless the caller may record leave where somebody holds a duty now."""
    if session.get(Person, person_id) is None:
        raise UnknownPerson(f"There is no person {person_id}.")
    mine = access.visible_grids(session, "leave.record", now)
    held = duties_of(session, now, person_ids=[person_id])
    if not mine & grids_of(session, held):
        raise access.NotYours("None of your duties allows this for them.", deed="leave.record")


@blueprint.get("/people")
@blueprint.arguments(PeopleQuerySchema, location="query")
@blueprint.response(200, PeopleSchema)
@needs("roster.read")
def get_people(query: dict[str, Any]) -> dict[str, Any]:
    """List people by login, with the duties they hold now; `q`: name, login or initials."""
    with transaction(caller().jurisdiction_id) as session:
        return people_page(session, utc_now(), **query)


@blueprint.get("/people/export.csv")
@blueprint.arguments(ExportQuerySchema, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
@blueprint.alt_response(403, "FORBIDDEN")
@needs("roster.export")
def get_roster_csv(query: dict[str, str]) -> Response:
    """Return all people and duties as CSV, as the import takes them. The purpose is noted."""
    return _file(csv_text(_roster(query["purpose"])), "people.csv", "text/csv")


@blueprint.get("/people/export.xlsx")
@blueprint.arguments(ExportQuerySchema, location="query")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=MEDIA_TYPE)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("roster.export")
def get_roster_xlsx(query: dict[str, str]) -> Response:
    """Return all people and duties as a workbook, as the import takes them. Likewise."""
    return _file(workbook(_roster(query["purpose"])), "people.xlsx", MEDIA_TYPE)


def _roster(purpose: str) -> list[list[str]]:
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        return export(session, purpose=purpose, by=who.actor, now=utc_now())


def _file(content: bytes, name: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/units")
@blueprint.response(200, UnitsSchema)
@needs("roster.read")
def get_units() -> dict[str, Iterable[Any]]:
    """List the responsible units, by code."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": people.units(session)}
