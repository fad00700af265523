"""HTTP for inspections."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import visible_grids
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs
from gridsvc.inspections import queries, service
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.rules import InspectionReport
from gridsvc.inspections.schemas import (
    FormalYearSchema,
    InspectionReportSchema,
    InspectionsQuerySchema,
    InspectionsSchema,
    RegisteredSchema,
)
from gridsvc.record_edge import put_record
from gridsvc.session import transaction
from gridsvc.wire import json_body

blueprint = Blueprint(
    "inspections", __name__, url_prefix="/api/v1/inspections", description="The inspection log"
)


@blueprint.put("/<uuid7:inspection_id>")
@blueprint.doc(requestBody=json_body(InspectionReportSchema))
@blueprint.response(201, RegisteredSchema)
@blueprint.alt_response(200, schema=RegisteredSchema, description="A retry: already registered")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("inspection.register")
def put_inspection(inspection_id: UUID) -> tuple[dict[str, Any], int]:
    """Register an inspection. The phone makes the id, so sending it again is safe."""
    return put_record(
        "inspection",
        inspection_id,
        InspectionReportSchema,
        InspectionReport,
        service.register,
        Inspection,
        stands=queries.entry,
    )


@blueprint.get("")
@blueprint.arguments(InspectionsQuerySchema, location="query")
@blueprint.response(200, InspectionsSchema)
@needs("field.read")
def get_inspections(query: dict[str, Any]) -> dict[str, Any]:
    """List the log of the grids that the caller may see, the latest first."""
    with transaction(caller().jurisdiction_id) as session:
        return queries.page(session, visible_grids(session, "field.read"), **query)


@blueprint.get("/formal")
@blueprint.response(200, FormalYearSchema)
@needs("inspection.formal")
def get_formal_inspections() -> dict[str, Any]:
    """List this year's formal inspections where the caller may make one, for the yearly cap."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        grid_ids = visible_grids(session, "inspection.formal", now)
        return queries.formal_of_year(session, grid_ids, now)
