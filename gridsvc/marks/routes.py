"""HTTP for attention, exemptions and turns."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import NotFoundHere, require, visible_grids
from gridsvc.clock import utc_now
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.queries import within
from gridsvc.identity import caller, needs
from gridsvc.marks import queries, service
from gridsvc.marks.models import Mark, Turn
from gridsvc.marks.rules import UnknownMark, UnknownTurn
from gridsvc.marks.schemas import (
    MarkSchema,
    MarksQuerySchema,
    MarksSchema,
    NewMarkSchema,
    NewTurnSchema,
    TurnGivenSchema,
    TurnsQuerySchema,
    TurnsSchema,
)
from gridsvc.marks.service import GivenTurn
from gridsvc.session import Session, transaction
from gridsvc.weeks import local_day

blueprint = Blueprint(
    "marks", __name__, url_prefix="/api/v1", description="Attention, exemptions, turns"
)


@blueprint.get("/marks")
@blueprint.arguments(MarksQuerySchema, location="query")
@blueprint.response(200, MarksSchema)
@needs("field.read")
def get_marks(query: dict[str, Any]) -> dict[str, Any]:
    """List the marks in the grids that the caller may see, the latest first."""
    with transaction(caller().jurisdiction_id) as session:
        found = queries.marks(
            session, _grids(session, query), kind=query.get("kind"),
            enterprise_id=query.get("enterprise"), since=query.get("since"),
        )  # fmt: skip
        return {"items": found, "as_of": utc_now()}


@blueprint.post("/marks")
@blueprint.arguments(NewMarkSchema)
@blueprint.response(201, MarkSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("mark.set")
def post_mark(body: dict[str, Any]) -> Mark:
    """Let an enterprise have attention, or be exempt from visits, on some days."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        unseen = NotFoundHere(f"There is no enterprise {body['enterprise_id']}.")
        enterprise = session.get(Enterprise, body.pop("enterprise_id"))
        if enterprise is None:
            raise unseen
        require(session, "mark.set", enterprise.grid_id, sees="enterprise.read", unseen=unseen)
        mark = service.set_mark(
            session, enterprise, body.pop("kind"), by=who.actor, now=now, **body
        )
        session.refresh(mark, ["enterprise", "recorded_by"])
        return mark


@blueprint.post("/marks/<uuid:mark_id>:end")
@blueprint.response(200, MarkSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("mark.set")
def post_mark_end(mark_id: UUID) -> Mark:
    """Let a mark count no longer than today. The days it counted stay as they were."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        unseen, mark = UnknownMark(f"There is no mark {mark_id}."), session.get(Mark, mark_id)
        if mark is None:
            raise unseen
        require(session, "mark.set", mark.enterprise.grid_id, unseen=unseen)
        service.end_mark(session, mark, by=who.actor, now=now)
        session.refresh(mark, ["enterprise", "recorded_by"])
        return mark


@blueprint.get("/turns")
@blueprint.arguments(TurnsQuerySchema, location="query")
@blueprint.response(200, TurnsSchema)
@needs("field.read")
def get_turns(query: dict[str, Any]) -> dict[str, Any]:
    """List whose turn it is in the grids that the caller may see."""
    now = utc_now()
    first = query.get("since", local_day(now))
    with transaction(caller().jurisdiction_id) as session:
        grids = _grids(session, query)
        found = queries.turns(session, grids, first, query.get("until", first))
        return {"items": found, "as_of": now}


@blueprint.post("/turns")
@blueprint.arguments(NewTurnSchema)
@blueprint.response(201, TurnGivenSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("turn.give")
def post_turn(body: dict[str, Any]) -> Turn:
    """Say whose turn it is. Coverage debt then names that officer, too."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        given = GivenTurn(**body)
        unseen = NotFoundHere(f"There is no grid {given.grid_id} with that enterprise.")
        require(session, "turn.give", given.grid_id, unseen=unseen)
        if given.enterprise_id and not _lies(session, given.enterprise_id, given.grid_id):
            raise unseen
        return service.give_turn(session, given, by=who.actor, now=now)


@blueprint.post("/turns/<uuid:turn_id>:end")
@blueprint.response(200, TurnGivenSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("turn.give")
def post_turn_end(turn_id: UUID) -> Turn:
    """Let a turn count no longer, from today on."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        unseen, turn = UnknownTurn(f"There is no turn {turn_id}."), session.get(Turn, turn_id)
        if turn is None:
            raise unseen
        require(session, "turn.give", turn.grid_id, unseen=unseen)
        return service.end_turn(session, turn, by=who.actor, now=now)


def _lies(session: Session, enterprise_id: UUID, grid_id: UUID) -> bool:
    enterprise = session.get(Enterprise, enterprise_id)
    return enterprise is not None and enterprise.grid_id == grid_id


def _grids(session: Session, query: dict[str, Any]) -> Collection[UUID]:
    visible = visible_grids(session, "field.read")
    return visible & within(session, query["grid"]) if "grid" in query else visible
