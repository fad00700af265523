"""HTTP for the chief's list of phones."""

from collections import Counter
from typing import Any

from flask_smorest import Blueprint

from gridsvc.accountability.access import visible_grids
from gridsvc.clock import utc_now
from gridsvc.grids.queries import within
from gridsvc.identity import caller, needs
from gridsvc.phones.queries import phones
from gridsvc.phones.schemas import PhoneStatesQuerySchema, PhoneStatesSchema
from gridsvc.session import transaction

blueprint = Blueprint(
    "phones", __name__, url_prefix="/api/v1/phone-states", description="How phones are"
)


@blueprint.get("")
@blueprint.arguments(PhoneStatesQuerySchema, location="query")
@blueprint.response(200, PhoneStatesSchema)
@needs("phone.read")
def get_phone_states(query: dict[str, Any]) -> dict[str, Any]:
    """List the phones of those who patrol in the caller's grids, those with trouble first."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        seen = visible_grids(session, "phone.read")
        if "grid" in query:
            seen &= set(within(session, query["grid"]))
        items = phones(session, seen, build=query["build"], now=now)
    counts = Counter(name for item in items for name in item["amiss"])
    return {"items": items, "counts": dict(counts), "as_of": now}
