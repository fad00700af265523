"""HTTP for the first page."""

from typing import Any

from flask_smorest import Blueprint

from gridsvc.accountability.access import held_by_caller
from gridsvc.clock import utc_now
from gridsvc.home import queries
from gridsvc.home.rules import Reader
from gridsvc.home.schemas import HomeSchema
from gridsvc.identity import caller, member
from gridsvc.session import transaction

blueprint = Blueprint("home", __name__, url_prefix="/api/v1", description="What waits for me")


@blueprint.get("/home")
@blueprint.response(200, HomeSchema)
@member
def get_home() -> dict[str, Any]:
    """Show what waits for the caller, what of theirs waits for others, and the week so far."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        reader = Reader.of(who.person_id, held_by_caller(session), now)
        return queries.home(session, reader, now)
