"""HTTP for the box for names."""

from typing import Any

from flask_smorest import Blueprint

from gridsvc.accountability import access
from gridsvc.clock import utc_now
from gridsvc.identity import caller, needs
from gridsvc.search.queries import called
from gridsvc.search.schemas import CalledSchema, SearchQuerySchema
from gridsvc.session import transaction

blueprint = Blueprint("search", __name__, url_prefix="/api/v1", description="One box for names")


@blueprint.get("/search")
@blueprint.arguments(SearchQuerySchema, location="query")
@blueprint.response(200, CalledSchema)
@needs("roster.read")
def get_called(query: dict[str, Any]) -> dict[str, Any]:
    """Find people, grids, enterprises and units by a part of the name or by pinyin initials."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        seen = access.visible_grids(session, "roster.read", now)
        return called(session, seen=seen, at=now, **query)
