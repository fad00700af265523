"""HTTP for the trail as it is searched, and for what is held about the caller."""

from collections.abc import Iterator
from typing import Any

from flask import Response, stream_with_context
from flask_smorest import Blueprint

from gridsvc.accountability.access import held_by_caller, need_purpose
from gridsvc.clock import utc_now
from gridsvc.disclosures.held import document
from gridsvc.disclosures.queries import search
from gridsvc.disclosures.rules import needs_purpose
from gridsvc.disclosures.schemas import TrailQuerySchema, TrailSchema
from gridsvc.disclosures.service import note_reading
from gridsvc.downloads import download
from gridsvc.identity import caller, member, needs
from gridsvc.session import transaction
from gridsvc.weeks import local_day

blueprint = Blueprint(
    "disclosures", __name__, url_prefix="/api/v1", description="The trail, searched; my own data"
)


@blueprint.get("/audit")
@blueprint.arguments(TrailQuerySchema, location="query")
@blueprint.response(200, TrailSchema)
@blueprint.alt_response(403, "FORBIDDEN")
@needs("audit.read")
def get_audit(query: dict[str, Any]) -> dict[str, Any]:
    """Search the trail by subject, person, deed and time. Sealed values never show.

    An auditor reads it freely. Whoever else may read it names a purpose, which is noted.
    """
    who, now = caller(), utc_now()
    purpose = query.pop("purpose", None)
    with transaction(who.jurisdiction_id) as session:
        found = search(session, **query)
        if needs_purpose(held_by_caller(session), now):
            note_reading(session, need_purpose(purpose), query, by=who.actor, now=now)
    return {**found, "as_of": now}


@blueprint.get("/me/export")
@blueprint.response(200, {"type": "object"}, content_type="application/json")
@member
def get_export() -> Response:
    """Return all that is held about the caller: one JSON document, for them to keep."""
    name = f"my-data-{local_day(utc_now())}.json"
    return download(stream_with_context(_pieces()), name, "application/json")


def _pieces() -> Iterator[bytes]:
    who = caller()
    with transaction(who.jurisdiction_id) as session:
        yield from document(session, who.person_id, who.account_id, utc_now())
