"""HTTP for the trail and for the key of the receipts."""

from typing import Any

from flask_smorest import Blueprint

from gridsvc.audit import anchors
from gridsvc.audit.schemas import AnchorsSchema, PublicKeySchema, VerificationSchema
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
    """Walk the whole trail of the jurisdiction and say whether it holds, its anchors included.

    Nobody waits meanwhile: it reads what was committed, and takes no lock.
    """
    with transaction(caller().jurisdiction_id) as session:
        now, found = utc_now(), anchors.witnessed(session, signer().public_hex)
    seq, hash = found.walk.head
    return {
        "holds": found.walk.holds,
        "lines": found.walk.lines,
        "first_break": found.walk.first_break,
        "head": {"seq": seq, "hash": hash},
        "anchors": found.anchors,
        "last_anchor": found.last_anchor,
        "as_of": now,
    }


@blueprint.get("/audit/anchors")
@blueprint.response(200, AnchorsSchema)
@needs("audit.verify")
def get_anchors() -> dict[str, Any]:
    """List the daily anchors, each signed by the key of the receipts, the earliest first."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": [anchors.told(anchor) for anchor in anchors.anchors(session)]}


@blueprint.get("/receipts/public-key")
@blueprint.response(200, PublicKeySchema)
@open_to_all
def get_public_key() -> dict[str, str]:
    """Return the key with which anybody can check a receipt without asking us."""
    return {"algorithm": ALGORITHM, "public_key": signer().public_hex}
