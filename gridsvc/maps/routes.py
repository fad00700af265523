"""HTTP for the map: the tree of grids, where a place lies, how grids stand, and tiles."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from geo.tilemath import is_tile
from gridsvc.accountability.access import NotFoundHere, visible_grids
from gridsvc.clock import utc_now
from gridsvc.grids.models import Grid
from gridsvc.grids.queries import below, root
from gridsvc.identity import caller, needs
from gridsvc.maps import queries
from gridsvc.maps.rules import NoSuchTile
from gridsvc.maps.schemas import (
    GridFileSchema,
    GridsQuerySchema,
    GridsSchema,
    LocatedSchema,
    LocateQuerySchema,
    OutlineQuerySchema,
    OutlineSchema,
    StatesQuerySchema,
    StatesSchema,
)
from gridsvc.maps.states import states
from gridsvc.maps.tiles import LAYERS, tile
from gridsvc.session import Session, transaction

MVT = "application/vnd.mapbox-vector-tile"

blueprint = Blueprint("maps", __name__, description="Grids and maps")


@blueprint.get("/api/v1/grids")
@blueprint.arguments(GridsQuerySchema, location="query")
@blueprint.response(200, GridsSchema)
@needs("field.read")
def get_grids(query: dict[str, Any]) -> dict[str, Any]:
    """List the tree of grids, which is no secret within a jurisdiction."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": queries.tree(session, **query)}


@blueprint.get("/api/v1/grids/<uuid:grid_id>")
@blueprint.response(200, GridFileSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_grid(grid_id: UUID) -> dict[str, Any]:
    """Return a grid, where it stands in the tree, and who answers for it now."""
    with transaction(caller().jurisdiction_id) as session:
        return queries.grid_file(session, _grid(session, grid_id), utc_now())


@blueprint.get("/api/v1/grids:locate")
@blueprint.arguments(LocateQuerySchema, location="query")
@blueprint.response(200, LocatedSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def locate(query: dict[str, Any]) -> dict[str, Any]:
    """Return the grids around a place at a moment, and who answered for them then."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        return {**queries.located(session, query["place"], query["at"] or now), "as_of": now}


@blueprint.get("/api/v1/grids/outline")
@blueprint.arguments(OutlineQuerySchema, location="query")
@blueprint.response(200, OutlineSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_outline(query: dict[str, UUID]) -> dict[str, Any]:
    """Return a grid, or the grids right below one, as GeoJSON for a sketch."""
    with transaction(caller().jurisdiction_id) as session:
        [(which, grid_id)] = query.items()
        grid = _grid(session, grid_id)
        drawn = [grid] if which == "grid" else below(session, grid.id)
        return {"features": queries.outlines(session, [each.id for each in drawn], utc_now())}


@blueprint.get("/api/v1/grids/states")
@blueprint.arguments(StatesQuerySchema, location="query")
@blueprint.response(200, StatesSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_states(query: dict[str, Any]) -> dict[str, Any]:
    """Say how the grids right below one stand, as far as the caller may see them."""
    now = utc_now()
    with transaction(caller().jurisdiction_id) as session:
        parent = _grid(session, query["parent"]) if "parent" in query else root(session)
        visible = visible_grids(session, "field.read")
        shown = [
            grid.id
            for grid in below(session, parent.id)
            if grid.kind == "territorial" and grid.id in visible
        ]
        return {"items": states(session, shown, query.get("at", now)), "as_of": now}


@blueprint.get("/tiles/<layer>/<int:z>/<int:x>/<int:y>.mvt")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=MVT)
@blueprint.alt_response(204, description="Nothing of the caller's lies there")
@blueprint.alt_response(304, description="The tile is still what the caller has")
@blueprint.alt_response(404, "NOT_FOUND")
@needs("field.read")
def get_tile(layer: str, z: int, x: int, y: int) -> BaseResponse:
    """Return a Mapbox vector tile of the grids that the caller may see.

    Layers: grids and grid_labels (id, code, name, level, parent_id), and enterprises (id, name,
    supervision_class, or a point_count where several are shown as one).
    """
    if layer not in LAYERS or not is_tile(z, x, y):
        raise NoSuchTile(f"There is no tile {layer}/{z}/{x}/{y}.")
    with transaction(caller().jurisdiction_id) as session:
        made = tile(session, layer, (z, x, y), visible_grids(session, "field.read"), utc_now())
    response = Response(made, 200 if made else 204, mimetype=MVT)
    response.set_etag(sha256(made).hexdigest())
    response.headers["Cache-Control"] = "private, max-age=60"
    response.headers["Vary"] = "Authorization, Cookie"  # another person, another map
    return response.make_conditional(request) if made else response


def _grid(session: Session, grid_id: UUID) -> Grid:
    grid = session.get(Grid, grid_id)
    if grid is None:
        raise NotFoundHere(f"There is no grid {grid_id}, or none that you may see.")
    return grid
