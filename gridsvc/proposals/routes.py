"""HTTP for proposals."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.enterprises.models import Enterprise
from gridsvc.identity import caller, needs
from gridsvc.proposals.models import EnterpriseProposal
from gridsvc.proposals.rules import ProposalReport
from gridsvc.proposals.schemas import ProposalReportSchema, ProposedSchema
from gridsvc.proposals.service import propose
from gridsvc.record_edge import put_record
from gridsvc.session import transaction
from gridsvc.wire import json_body

blueprint = Blueprint(
    "proposals",
    __name__,
    url_prefix="/api/v1/enterprise-proposals",
    description="Places found in the field",
)


@blueprint.put("/<uuid7:enterprise_proposal_id>")
@blueprint.doc(requestBody=json_body(ProposalReportSchema))
@blueprint.response(201, ProposedSchema)
@blueprint.alt_response(200, schema=ProposedSchema, description="A retry: already proposed")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(409, "CONFLICT")
@needs("enterprise.propose")
def put_enterprise_proposal(enterprise_proposal_id: UUID) -> tuple[dict[str, Any], int]:
    """Propose a place that the registry does not know. Its enterprise gets the same id."""
    answer, status = put_record(
        "enterprise_proposal",
        enterprise_proposal_id,
        ProposalReportSchema,
        ProposalReport,
        propose,
        EnterpriseProposal,
    )
    with transaction(caller().jurisdiction_id) as session:
        return answer | {"enterprise": session.get(Enterprise, enterprise_proposal_id)}, status
