"""HTTP for the roster: people, units, duties, and who answers for what.

Who holds which post is no secret inside a jurisdiction: boards in every village show it.
Changing it is another matter.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability import access
from gridsvc.accountability.models import Duty, Leave
from gridsvc.accountability.queries import duties_of
from gridsvc.accountability.service import UnknownPerson, hand_over, record_leave
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs
from gridsvc.people import queries as people
from gridsvc.people.models import Person
from gridsvc.roster.queries import duty_rows, grids_of, people_page
from gridsvc.roster.responsibility import responsibility
from gridsvc.roster.schemas import (
    DutiesQuerySchema,
    DutiesSchema,
    HandedOverSchema,
    HandOverSchema,
    LeaveReportSchema,
    LeaveSchema,
    PeopleQuerySchema,
    PeopleSchema,
    ResponsibilityQuerySchema,
    ResponsibilitySchema,
    UnitsSchema,
    moment_of,
)
from gridsvc.session import Session, transaction

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


@blueprint.post("/duties:hand_over")
@blueprint.arguments(HandOverSchema)
@blueprint.response(201, HandedOverSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("duty.hand_over")
def post_hand_over(body: dict[str, Any]) -> dict[str, Any]:
    """End a duty and begin it for somebody else, in one act. Never in the past."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        duty = session.get(Duty, body["duty_id"])
        if duty is None:
            raise access.NotFoundHere(f"There is no duty {body['duty_id']}, or none for you.")
        for grid_id in grids_of(session, [duty]):
            access.require(session, "duty.hand_over", grid_id)
        earlier, later = hand_over(
            session,
            duty.id,
            body["to_person_id"],
            at=moment_of(body["at"], now),
            reason=body["reason"],
            by=who.actor,
            now=now,
        )
        ended, begun = duty_rows(session, [earlier, later])
    return {"ended": ended, "begun": begun}


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
    """List people by login, with the duties they hold now; `q` looks in name and login."""
    with transaction(caller().jurisdiction_id) as session:
        return people_page(session, utc_now(), **query)


@blueprint.get("/units")
@blueprint.response(200, UnitsSchema)
@needs("roster.read")
def get_units() -> dict[str, Iterable[Any]]:
    """List the responsible units, by code."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": people.units(session)}
