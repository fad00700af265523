"""HTTP for penalties."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import require
from gridsvc.clock import utc_now
from gridsvc.enterprises.edits import NoSuchEnterprise
from gridsvc.enterprises.queries import existing
from gridsvc.identity import caller, needs
from gridsvc.penalties import service
from gridsvc.penalties.models import Penalty
from gridsvc.penalties.schemas import NewPenaltySchema, PenaltySchema, WithdrawalSchema
from gridsvc.session import Session, transaction

blueprint = Blueprint(
    "penalties", __name__, url_prefix="/api/v1/enterprises",
    description="Decisions against enterprises",
)  # fmt: skip


@blueprint.post("/<uuid:enterprise_id>/penalties")
@blueprint.arguments(NewPenaltySchema)
@blueprint.response(201, PenaltySchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("penalty.record")
def post_penalty(facts: dict[str, Any], enterprise_id: UUID) -> Penalty:
    """Enter a penalty in the file of an enterprise."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _punishable(session, enterprise_id)
        return service.penalise(session, enterprise_id, facts, by=who.actor, now=now)


@blueprint.post("/<uuid:enterprise_id>/penalties/<uuid:penalty_id>:withdraw")
@blueprint.arguments(WithdrawalSchema)
@blueprint.response(200, PenaltySchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("penalty.record")
def post_withdrawal(told: dict[str, Any], enterprise_id: UUID, penalty_id: UUID) -> Penalty:
    """Say that a penalty no longer counts. It stays readable, with the reason."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _punishable(session, enterprise_id)
        return service.withdraw(
            session, enterprise_id, penalty_id, reason=told["reason"], by=who.actor, now=now
        )


def _punishable(session: Session, enterprise_id: UUID) -> None:
    enterprise = existing(session, enterprise_id)
    unseen = NoSuchEnterprise(f"There is no enterprise {enterprise_id}, or none you may see.")
    require(session, "penalty.record", enterprise.grid_id, sees="enterprise.read", unseen=unseen)
