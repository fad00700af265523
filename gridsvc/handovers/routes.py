"""HTTP for handovers: what would go along, the act itself, and its acceptance."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.models import Duty
from gridsvc.accountability.service import Dated
from gridsvc.clock import utc_now
from gridsvc.handovers import queries, service
from gridsvc.handovers.schemas import (
    HandedOverSchema,
    HandOverSchema,
    HandoverSchema,
    HandoversQuerySchema,
    HandoversSchema,
    OpenWorkSchema,
    PreviewQuerySchema,
)
from gridsvc.identity import caller, member, needs
from gridsvc.roster.keeping import duty_kept, may_back_date
from gridsvc.roster.queries import duty_rows
from gridsvc.roster.schemas import moment_of
from gridsvc.session import Session, transaction

blueprint = Blueprint(
    "handovers", __name__, url_prefix="/api/v1", description="Duties passed on with their work"
)


@blueprint.post("/duties:hand_over")
@blueprint.arguments(HandOverSchema)
@blueprint.response(201, HandedOverSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("duty.hand_over")
def post_hand_over(body: dict[str, Any]) -> dict[str, Any]:
    """End a duty and begin it for somebody else, in one act, with the issues of the holder.

    In the past only for whom the deed duty.back_date is allowed there; it stays visible.
    """
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        duty = duty_kept(session, body["duty_id"], "duty.hand_over")
        at = Dated(moment_of(body["at"], now), body["reason"], may_back_date(session, duty))
        done = service.hand_over(
            session, duty.id, body["to_person_id"], at=at, by=who.actor, now=now
        )
        ended, begun = duty_rows(session, [done.earlier, done.later])
        [handover] = queries.handover_rows(session, [done.handover])
    return {"ended": ended, "begun": begun, "handover": handover}


@blueprint.get("/handovers/preview")
@blueprint.arguments(PreviewQuerySchema, location="query")
@blueprint.response(200, OpenWorkSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@member
def get_preview(query: dict[str, Any]) -> dict[str, Any]:
    """List the open work of a duty: for whoever may hand it over, and for its holder."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        return queries.open_work(session, _duty(session, query["duty"]), now)


def _duty(session: Session, duty_id: UUID) -> Duty:
    duty = session.get(Duty, duty_id)
    if duty is not None and duty.person_id == caller().person_id:
        return duty
    return duty_kept(session, duty_id, "duty.hand_over")


@blueprint.get("/handovers")
@blueprint.arguments(HandoversQuerySchema, location="query")
@blueprint.response(200, HandoversSchema)
@needs("roster.read")
def get_handovers(query: dict[str, Any]) -> dict[str, Any]:
    """List the handovers of a subject or of a person, the latest first."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.handovers_of(session, **query)}


@blueprint.post("/handovers/<uuid:handover_id>:accept")
@blueprint.response(200, HandoverSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@member
def post_accept(handover_id: UUID) -> dict[str, Any]:
    """Accept a duty that was handed over to the caller. Again changes nothing."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        handover = service.accept(
            session, handover_id, person_id=who.person_id, by=who.actor, now=now
        )
        [row] = queries.handover_rows(session, [handover])
    return row
