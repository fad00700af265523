"""HTTP for the file of an enterprise."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import held_by_caller, visible_grids
from gridsvc.accountability.rules import may
from gridsvc.clock import utc_now
from gridsvc.dossiers.pages import dossier
from gridsvc.dossiers.schemas import DossierSchema
from gridsvc.enterprises.edits import NoSuchEnterprise
from gridsvc.enterprises.queries import existing
from gridsvc.identity import caller, needs
from gridsvc.session import transaction

blueprint = Blueprint(
    "dossiers", __name__, url_prefix="/api/v1/enterprises", description="The file of an enterprise"
)


@blueprint.get("/<uuid:enterprise_id>/file")
@blueprint.response(200, DossierSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("enterprise.read")
def get_file(enterprise_id: UUID) -> dict[str, Any]:
    """Return all that is held about an enterprise: versions, permit, penalties, visits, issues.

    Who answered for it through time is told by /duties/timeline.
    """
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        enterprise = existing(session, enterprise_id)
        here = {enterprise.grid_id, enterprise.id}
        if not here & visible_grids(session, "enterprise.read", now):
            raise NoSuchEnterprise(f"There is no enterprise {enterprise_id}, or none you may see.")
        held = held_by_caller(session)
        return dossier(
            session, enterprise, now=now,
            sees=lambda deed: any(may(held, deed, place, now) for place in here),
        )  # fmt: skip
