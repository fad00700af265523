"""HTTP for edits and their conflicts."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import require, visible_grids
from gridsvc.clock import utc_now
from gridsvc.edits.models import FieldEdit
from gridsvc.edits.queries import conflict, conflicts, edits_by
from gridsvc.edits.rules import EditReport, UnknownConflict
from gridsvc.edits.schemas import (
    ChoicesSchema,
    ConflictSchema,
    ConflictsQuerySchema,
    ConflictsSchema,
    EditedSchema,
    EditReportSchema,
    OwnEditsSchema,
)
from gridsvc.edits.service import edit, settle
from gridsvc.identity import caller, member, needs
from gridsvc.record_edge import put_record
from gridsvc.session import transaction
from gridsvc.wire import json_body

blueprint = Blueprint(
    "edits", __name__, url_prefix="/api/v1", description="What two people may change of one thing"
)

MOST_OWN = 100


@blueprint.put("/edits/<uuid7:edit_id>")
@blueprint.doc(requestBody=json_body(EditReportSchema))
@blueprint.response(201, EditedSchema)
@blueprint.alt_response(200, schema=EditedSchema, description="A retry: already entered")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("fact.edit")
def put_edit(edit_id: UUID) -> tuple[dict[str, Any], int]:
    """Change facts of an issue or an enterprise; what somebody else changed, too, is kept."""
    return put_record("edit", edit_id, EditReportSchema, EditReport, edit, FieldEdit)


@blueprint.get("/my-edits")
@blueprint.response(200, OwnEditsSchema)
@member
def get_my_edits() -> dict[str, Any]:
    """List the caller's own latest edits, and what came of each."""
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        items = edits_by(session, who.person_id, limit=MOST_OWN)
    return {"items": items, "as_of": utc_now()}


@blueprint.get("/conflicts")
@blueprint.arguments(ConflictsQuerySchema, location="query")
@blueprint.response(200, ConflictsSchema)
@needs("conflict.settle")
def get_conflicts(query: dict[str, Any]) -> dict[str, Any]:
    """List the edits that met others: those that want a choice, or those that merged."""
    with transaction(caller().jurisdiction_id) as session:
        return conflicts(session, visible_grids(session, "conflict.settle"), **query)


@blueprint.post("/conflicts/<uuid:conflict_id>:settle")
@blueprint.arguments(ChoicesSchema)
@blueprint.response(200, ConflictSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("conflict.settle")
def post_settle(body: dict[str, Any], conflict_id: UUID) -> dict[str, Any]:
    """Choose, for each field that two people changed, which value it has from now on."""
    who = caller()
    unknown = UnknownConflict(f"There is no conflict {conflict_id}.")
    with transaction(who.jurisdiction_id) as session:
        found = session.get(FieldEdit, conflict_id)
        if found is None:
            raise unknown
        require(session, "conflict.settle", found.grid_id, unseen=unknown)
        settled = settle(session, conflict_id, body["choices"], by=who.actor, now=utc_now())
        return conflict(session, settled)
