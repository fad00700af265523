"""HTTP for the certificates of enforcement officers."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.certificates import queries, service
from gridsvc.certificates.models import Certificate
from gridsvc.certificates.schemas import (
    CertificateSchema,
    CertificatesQuerySchema,
    CertificatesSchema,
    CertificateWithdrawalSchema,
    NewCertificateSchema,
)
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs
from gridsvc.session import transaction

blueprint = Blueprint(
    "certificates", __name__, url_prefix="/api/v1/certificates",
    description="Who may inspect formally",
)  # fmt: skip


@blueprint.get("")
@blueprint.arguments(CertificatesQuerySchema, location="query")
@blueprint.response(200, CertificatesSchema)
@needs("roster.read")
def get_certificates(query: dict[str, Any]) -> dict[str, Any]:
    """List the certificates of enforcement officers, those that ended among them."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.certificates(session, **query)}


@blueprint.post("")
@blueprint.arguments(NewCertificateSchema)
@blueprint.response(201, CertificateSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("certificate.keep")
def post_certificate(facts: dict[str, Any]) -> Certificate:
    """Enter the certificate of an enforcement officer."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        return service.certify(session, facts, by=who.actor, now=now)


@blueprint.post("/<uuid:certificate_id>:withdraw")
@blueprint.arguments(CertificateWithdrawalSchema)
@blueprint.response(200, CertificateSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("certificate.keep")
def post_certificate_withdrawal(told: dict[str, Any], certificate_id: UUID) -> Certificate:
    """Say that a certificate is good no more, from today on. It stays readable."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        return service.withdraw(
            session, certificate_id, reason=told["reason"], by=who.actor, now=now
        )
