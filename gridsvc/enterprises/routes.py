"""HTTP for the registry."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import NotFoundHere, visible_grids
from gridsvc.accountability.queries import holder
from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.enterprises import queries
from gridsvc.enterprises.models import Enterprise
from gridsvc.enterprises.schemas import (
    EnterpriseFileSchema,
    EnterprisesQuerySchema,
    EnterprisesSchema,
)
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import within
from gridsvc.identity import caller, needs
from gridsvc.session import transaction

blueprint = Blueprint(
    "enterprises", __name__, url_prefix="/api/v1/enterprises", description="The registry"
)


@blueprint.get("")
@blueprint.arguments(EnterprisesQuerySchema, location="query")
@blueprint.response(200, EnterprisesSchema)
@needs("enterprise.read")
def get_enterprises(query: dict[str, Any]) -> dict[str, Any]:
    """List the enterprises that the caller may see."""
    asked = query.pop("grid", None)
    with transaction(caller().jurisdiction_id) as session:
        if asked:
            query["grid_ids"] = within(session, asked)
        visible = visible_grids(session, "enterprise.read")
        return queries.page(session, visible, now=utc_now(), **query)


@blueprint.get("/<uuid:enterprise_id>")
@blueprint.etag
@blueprint.response(200, EnterpriseFileSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("enterprise.read")
def get_enterprise(enterprise_id: UUID) -> dict[str, Any]:
    """Return an enterprise, and who answers for it now. The ETag covers both."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        enterprise = session.get(Enterprise, enterprise_id)
        visible = visible_grids(session, "enterprise.read")
        if enterprise is None or not visible & {enterprise.grid_id, enterprise.id}:
            raise NotFoundHere(f"There is no enterprise {enterprise_id}, or none you may see.")
        leader = holder(session, Role.RESPONSIBLE_LEADER, enterprise.id, now)
        person = holder(session, Role.RESPONSIBLE_PERSON, enterprise.id, now)
        return {
            "enterprise": enterprise,
            "grid": session.get(Grid, enterprise.grid_id),
            "responsible_leader": leader and leader.person,
            "responsible_person": person and person.person,
        }
