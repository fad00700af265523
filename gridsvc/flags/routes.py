"""HTTP for evidence flags: what would not stand in an argument, and why."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import require, visible_grids
from gridsvc.clock import utc_now
from gridsvc.flags import queries, service
from gridsvc.flags.models import Flag
from gridsvc.flags.rules import UnknownFlag, UnknownReceiver
from gridsvc.flags.schemas import (
    AppealSchema,
    CasesQuerySchema,
    CasesSchema,
    FlagSchema,
    OwnCasesSchema,
    ReceiverRequestSchema,
    ReceiversSchema,
    ReviewSchema,
    WholeCaseSchema,
)
from gridsvc.grids.queries import within
from gridsvc.identity import caller, member, needs
from gridsvc.people.models import Device
from gridsvc.session import Session, transaction
from gridsvc.weeks import midnight

blueprint = Blueprint("flags", __name__, url_prefix="/api/v1", description="Evidence flags")

OWN_DAYS = timedelta(days=60)
DAY = timedelta(days=1)


@blueprint.get("/flags")
@blueprint.arguments(CasesQuerySchema, location="query")
@blueprint.response(200, CasesSchema)
@needs("flag.read")
def get_flags(query: dict[str, Any]) -> dict[str, Any]:
    """List the records that would not stand in an argument, where the caller may see them."""
    wish = queries.Wish(
        since=midnight(query["since"]), until=midnight(query["until"] + DAY),
        state=query.get("state"), kind=query.get("kind"), sender_id=query.get("person"),
    )  # fmt: skip
    with transaction(caller().jurisdiction_id) as session:
        grids = visible_grids(session, "flag.read")
        grids &= within(session, query["grid"]) if "grid" in query else grids
        return {
            "items": queries.cases(session, grids, wish, limit=query["limit"]),
            "people": queries.people(session, grids, wish),
            "as_of": utc_now(),
        }


@blueprint.get("/flags/<record_kind>/<uuid7:record_id>")
@blueprint.response(200, WholeCaseSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("flag.read")
def get_case(record_kind: str, record_id: UUID) -> dict[str, Any]:
    """Show a record that has flags, with all that is known about how it was made."""
    with transaction(caller().jurisdiction_id) as session:
        found = queries.case_of(session, record_kind, record_id)
        unseen = UnknownFlag(f"There is nothing against {record_kind} {record_id}.")
        require(session, "flag.read", found["grid"].id, sees="flag.read", unseen=unseen)
        return found


@blueprint.post("/flags/<uuid7:flag_id>:review")
@blueprint.arguments(ReviewSchema)
@blueprint.response(200, FlagSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("flag.review")
def post_review(body: dict[str, Any], flag_id: UUID) -> Flag:
    """Confirm a flag, or dismiss it with a reason. It stays to be seen."""
    with transaction(caller().jurisdiction_id) as session:
        _allowed(session, flag_id, "flag.review")
        return service.review(session, flag_id, **body, by=caller().actor, now=utc_now())


@blueprint.get("/my-flags")
@blueprint.response(200, OwnCasesSchema)
@member
def get_my_flags() -> dict[str, Any]:
    """List what speaks against the caller's own records of the last 60 days."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        return {"items": queries.own(session, who.person_id, now - OWN_DAYS), "as_of": now}


@blueprint.post("/flags/<uuid7:flag_id>:appeal")
@blueprint.arguments(AppealSchema)
@blueprint.response(200, FlagSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@member
def post_appeal(body: dict[str, Any], flag_id: UUID) -> Flag:
    """Say something to a flag on a record of one's own. Somebody has to judge it (again)."""
    with transaction(caller().jurisdiction_id) as session:
        return service.appeal(session, flag_id, body["words"], by=caller().actor, now=utc_now())


@blueprint.get("/trusted-receivers")
@blueprint.response(200, ReceiversSchema)
@needs("receiver.trust")
def get_receivers() -> dict[str, Any]:
    """List the devices with an external receiver, also those of the past."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.trusted(session), "as_of": utc_now()}


@blueprint.post("/trusted-receivers")
@blueprint.arguments(ReceiverRequestSchema)
@blueprint.response(201, ReceiversSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("receiver.trust")
def post_receiver(body: dict[str, Any]) -> dict[str, Any]:
    """Note that a device has an external receiver: its fixes come through an app."""
    now = utc_now()
    since: datetime = body.pop("since") or now
    with transaction(caller().jurisdiction_id) as session:
        if session.get(Device, body["device_id"]) is None:
            raise UnknownReceiver(f"There is no device {body['device_id']}.")
        service.trust(session, **body, since=since, by=caller().actor, now=now)
        return {"items": queries.trusted(session), "as_of": now}


@blueprint.post("/trusted-receivers/<uuid7:receiver_id>:end")
@blueprint.response(200, ReceiversSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("receiver.trust")
def post_receiver_end(receiver_id: UUID) -> dict[str, Any]:
    """End the trust in a receiver, now."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        service.end_trust(session, receiver_id, by=caller().actor, now=now)
        return {"items": queries.trusted(session), "as_of": now}


def _allowed(session: Session, flag_id: UUID, deed: str) -> None:
    unseen = service.unknown(flag_id)
    flag = session.get(Flag, flag_id)
    if flag is None:
        raise unseen
    require(session, deed, flag.grid_id, sees="flag.read", unseen=unseen)
