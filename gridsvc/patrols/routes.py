"""HTTP for rounds, what is due and what is owed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import (
    NotFoundHere,
    held_by_caller,
    need_purpose,
    require,
    visible_grids,
)
from gridsvc.accountability.rules import scope
from gridsvc.audit.receipts import receipts
from gridsvc.clock import utc_now
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import within
from gridsvc.identity import caller, member, needs
from gridsvc.ids import new_id, part_id
from gridsvc.patrols import owed, queries, service
from gridsvc.patrols.arrears import all_owed
from gridsvc.patrols.company import colleagues
from gridsvc.patrols.due_schemas import (
    DebtQuerySchema,
    DebtsSchema,
    DueQuerySchema,
    DueVisitsSchema,
)
from gridsvc.patrols.models import DayClose, Patrol, PatrolEnd, TrackChunk
from gridsvc.patrols.months import own_ids, own_month
from gridsvc.patrols.own_schemas import (
    ColleaguesSchema,
    MonthQuerySchema,
    OwnDaySchema,
    OwnMonthSchema,
)
from gridsvc.patrols.reports import (
    DayCloseReportSchema,
    PatrolEndReportSchema,
    PatrolReportSchema,
    TrackPartSchema,
)
from gridsvc.patrols.rounds import rounds_due
from gridsvc.patrols.rules import DayCloseReport, PatrolEndReport, PatrolReport, TrackReport
from gridsvc.patrols.schemas import (
    ClosedSchema,
    DayClosesQuerySchema,
    DayClosesSchema,
    DayQuerySchema,
    EndedSchema,
    HandedInSchema,
    RoundsQuerySchema,
    RoundsSchema,
    StartedSchema,
    TrackQuerySchema,
    TrackSchema,
)
from gridsvc.record_edge import enter_one, json_object, made, put_record, sealed
from gridsvc.session import Session, transaction
from gridsvc.signing import signer
from gridsvc.weeks import local_day, month_of, month_span
from gridsvc.wire import json_body

blueprint = Blueprint("patrols", __name__, url_prefix="/api/v1", description="The daily round")

RETRY = "A retry: already entered"


@blueprint.put("/patrols/<uuid7:patrol_id>")
@blueprint.doc(requestBody=json_body(PatrolReportSchema))
@blueprint.response(201, StartedSchema)
@blueprint.alt_response(200, schema=StartedSchema, description=RETRY)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("patrol.walk")
def put_patrol(patrol_id: UUID) -> tuple[dict[str, Any], int]:
    """Begin a patrol in a level-3 grid."""
    return put_record("patrol", patrol_id, PatrolReportSchema, PatrolReport, service.start, Patrol)


@blueprint.put("/patrol-ends/<uuid7:patrol_end_id>")
@blueprint.doc(requestBody=json_body(PatrolEndReportSchema))
@blueprint.response(201, EndedSchema)
@blueprint.alt_response(200, schema=EndedSchema, description=RETRY)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("patrol.walk")
def put_patrol_end(patrol_end_id: UUID) -> tuple[dict[str, Any], int]:
    """End a patrol of one's own."""
    return put_record(
        "patrol_end",
        patrol_end_id,
        PatrolEndReportSchema,
        PatrolEndReport,
        service.end,
        PatrolEnd,
    )


@blueprint.put("/patrols/<uuid7:patrol_id>/track/<int:seq>")
@blueprint.doc(requestBody=json_body(TrackPartSchema))
@blueprint.response(201, HandedInSchema)
@blueprint.alt_response(200, schema=HandedInSchema, description=RETRY)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("patrol.walk")
def put_track(patrol_id: UUID, seq: int) -> tuple[dict[str, Any], int]:
    """Hand in a part of the track of one's own patrol. Fixes outside the patrol are dropped."""
    who, now, sent = caller(), utc_now(), json_object()
    facts = made(TrackPartSchema).load(sent)
    envelope = sealed(who, new_id(), sent, now, now)
    report = TrackReport(envelope=envelope, patrol_id=patrol_id, seq=seq, **facts)
    told = {"kind": "track", "body": {**sent, "patrol_id": str(patrol_id), "seq": seq}}
    kept = enter_one(report, service.hand_in_track, told, now)
    with transaction(who.jurisdiction_id) as session:
        chunk = session.get(TrackChunk, part_id(patrol_id, str(seq)))
        return {"track": chunk}, 201 if kept.is_new else 200


@blueprint.put("/day-closes/<uuid7:day_close_id>")
@blueprint.doc(requestBody=json_body(DayCloseReportSchema))
@blueprint.response(201, ClosedSchema)
@blueprint.alt_response(200, schema=ClosedSchema, description=RETRY)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("day.close")
def put_day_close(day_close_id: UUID) -> tuple[dict[str, Any], int]:
    """Close a day in a grid: so many visits, so many problems, also when both are zero."""
    return put_record(
        "day_close",
        day_close_id,
        DayCloseReportSchema,
        DayCloseReport,
        service.close_day,
        DayClose,
    )


@blueprint.get("/patrols")
@blueprint.arguments(RoundsQuerySchema, location="query")
@blueprint.response(200, RoundsSchema)
@needs("field.read")
def get_patrols(query: dict[str, Any]) -> dict[str, Any]:
    """List the patrols in the grids that the caller may see, the latest first."""
    with transaction(caller().jurisdiction_id) as session:
        page = queries.patrol_page(session, _grids(session, query), **query)
        return {**page, "as_of": utc_now()}


@blueprint.get("/patrols/<uuid7:patrol_id>/track")
@blueprint.arguments(TrackQuerySchema, location="query")
@blueprint.response(200, TrackSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@member
def get_track(query: dict[str, Any], patrol_id: UUID) -> dict[str, Any]:
    """Return where somebody went: for themselves, and for those who may read tracks there.

    The others name a purpose, which is noted in the trail.
    """
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        patrol = session.get(Patrol, patrol_id)
        unseen = NotFoundHere(f"There is no {patrol_id}, or none that you may see.")
        if patrol is None:
            raise unseen
        track = queries.track(session, patrol)
        if patrol.sender_id != who.person_id:
            require(session, "track.read", patrol.grid_id, unseen=unseen)
            purpose = need_purpose(query["purpose"])
            service.note_reading(session, patrol, purpose, by=who.actor, now=utc_now())
        return track


@blueprint.get("/day-closes")
@blueprint.arguments(DayClosesQuerySchema, location="query")
@blueprint.response(200, DayClosesSchema)
@needs("field.read")
def get_day_closes(query: dict[str, Any]) -> dict[str, Any]:
    """List the day closes in the grids that the caller may see, the latest made first."""
    with transaction(caller().jurisdiction_id) as session:
        return queries.close_page(session, _grids(session, query), **query)


@blueprint.get("/due-visits")
@blueprint.arguments(DueQuerySchema, location="query")
@blueprint.response(200, DueVisitsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_due_visits(query: dict[str, Any]) -> dict[str, Any]:
    """Return the visits that are due in a grid on a day, made ones included."""
    now = utc_now()
    day = query.get("date", local_day(now))
    with transaction(caller().jurisdiction_id) as session:
        require(session, "field.read", query["grid"])
        found = owed.due_visits(session, within(session, query["grid"]), day)
        grid = session.get_one(Grid, (session.jurisdiction_id, query["grid"]))
        return {**found, "grid": grid, "rounds": rounds_due(session, grid, day), "as_of": now}


@blueprint.get("/coverage-debt")
@blueprint.arguments(DebtQuerySchema, location="query")
@blueprint.response(200, DebtsSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_coverage_debt(query: dict[str, Any]) -> dict[str, Any]:
    """Return the visits and rounds that a grid owes, each with who owes it."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        require(session, "field.read", query["grid"])
        items = all_owed(session, within(session, query["grid"]), query.get("at", now))
        return {"items": items, "as_of": now}


@blueprint.get("/my-day")
@blueprint.arguments(DayQuerySchema, location="query")
@blueprint.response(200, OwnDaySchema)
@member
def get_my_day(query: dict[str, Any]) -> dict[str, Any]:
    """Return what the caller did on a day, and which of their grids they have closed."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        mine = scope(held_by_caller(session), "day.close", now)
        found = queries.own_day(session, who.person_id, mine, query.get("date", local_day(now)))
        return {**found, "as_of": now}


@blueprint.get("/colleagues")
@blueprint.response(200, ColleaguesSchema)
@needs("field.read")
def get_colleagues() -> dict[str, Any]:
    """List who holds a duty for the caller's grids and for those above: to walk along with."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        mine = scope(held_by_caller(session), "field.read", now)
        return {"items": colleagues(session, mine, now), "as_of": now}


@blueprint.get("/my-month")
@blueprint.arguments(MonthQuerySchema, location="query")
@blueprint.response(200, OwnMonthSchema)
@member
def get_my_month(query: dict[str, Any]) -> dict[str, Any]:
    """Return what the caller did in a month, also where they walked along with somebody.

    With `receipts`, those of what the caller sent themselves, whatever phone it was.
    """
    who, now = caller(), utc_now()
    month = query.get("month", month_of(local_day(now)))
    with transaction(who.jurisdiction_id) as session:
        found = own_month(session, who.person_id, month_span(month))
        ids = own_ids(found, who.person_id) if query["receipts"] else set()
        given = sorted(receipts(session, ids, signer()).items())
        proofs = {"receipts": [receipt for _, receipt in given]} if query["receipts"] else {}
        return {**found, **proofs, "month": month, "as_of": now}


def _grids(session: Session, query: dict[str, Any]) -> Collection[UUID]:
    """Return the grids that the caller may see, or those of them in the one that is asked for."""
    visible = visible_grids(session, "field.read")
    asked = query.pop("grid", None)
    return visible & within(session, asked) if asked else visible
