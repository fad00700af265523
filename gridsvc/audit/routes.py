"""HTTP for the trail and for the key of the receipts."""

from typing import Any

from flask_smorest import Blueprint

from gridsvc.audit.schemas import PublicKeySchema, VerificationSchema
from gridsvc.audit.service import verification
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs, open_to_all
from gridsvc.session import transaction
from gridsvc.signing import ALGORITHM, signer

blueprint = Blueprint("audit", __name__, url_prefix="/api/v1", description="The trail")


@blueprint.get("/audit/verify")
@blueprint.response(200, VerificationSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("audit.verify")
def get_verification() -> dict[str, Any]:
    """Walk the whole trail of the jurisdiction and say whether it holds."""
    with transaction(caller().jurisdiction_id) as session:
        now, found = utc_now(), verification(session)
    seq, hash = found.head
    return {
        "holds": found.holds,
        "lines": found.lines,
        "first_break": found.first_break,
        "head": {"seq": seq, "hash": hash},
        "as_of": now,
    }


@blueprint.get("/receipts/public-key")
@blueprint.response(200, PublicKeySchema)
@open_to_all
def get_public_key() -> dict[str, str]:
    """Return the key with which anybody can check a receipt without asking us."""
    return {"algorithm": ALGORITHM, "public_key": signer().public_hex}
