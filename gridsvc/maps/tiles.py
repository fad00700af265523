"""Vector tiles, made by PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from geo.tilemath import MARGIN, UNITS, unit_deg, width_m
from gridsvc.session import Session

FIRST_ZOOM = {1: 0, 2: 7, 3: 9}  # from which zoom on the grids of a level are worth drawing
SMOOTH_UNITS = 4  # half a pixel of a tile of 512
SINGLE_ZOOM = 13  # from here on every enterprise is a point of its own
CELLS = 8  # a tile has so many clusters in a row at most

_BORDERS = """
bounds AS (
    SELECT ST_TileEnvelope(:z, :x, :y) AS square,
           ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326) AS reach
), shown AS (
    SELECT grid.id, grid.code, grid.name, grid.level, grid.parent_id, boundary.area
    FROM bounds
    JOIN boundary ON boundary.area && bounds.reach
    JOIN grid ON grid.jurisdiction_id = boundary.jurisdiction_id AND grid.id = boundary.grid_id
    WHERE boundary.jurisdiction_id = :here
      AND boundary.period @> CAST(:at AS timestamptz)
      AND grid.id = ANY(:grids)
      AND grid.level = ANY(:levels)
      AND grid.kind = 'territorial'
)
"""
_MADE = """
SELECT ST_AsMVT(made, :layer, :units, 'shape') FROM (
    SELECT ST_AsMVTGeom(ST_Transform({shape}, 3857), bounds.square, :units, :buffer, true) AS shape,
           CAST(shown.id AS text) AS id, shown.code, shown.name, shown.level,
           CAST(shown.parent_id AS text) AS parent_id
    FROM shown, bounds
    ORDER BY shown.level, shown.code
) AS made WHERE shape IS NOT NULL
"""
GRIDS = f"WITH {_BORDERS} {_MADE.format(shape='ST_SimplifyPreserveTopology(shown.area, :smooth)')}"
LABELS = f"WITH {_BORDERS} {_MADE.format(shape='ST_PointOnSurface(shown.area)')}"

ENTERPRISES = """
WITH bounds AS (
    SELECT ST_TileEnvelope(:z, :x, :y) AS square
), shown AS (
    SELECT enterprise.id, enterprise.name, enterprise.supervision_class,
           ST_Transform(enterprise.location, 3857) AS spot
    FROM bounds
    JOIN enterprise ON enterprise.location && ST_Expand(ST_Transform(bounds.square, 4326), 1e-9)
    WHERE enterprise.jurisdiction_id = :here
      AND enterprise.grid_id = ANY(:grids)
      AND enterprise.state = 'active'
), clustered AS (
    SELECT count(*) AS point_count, ST_Centroid(ST_Collect(spot)) AS spot,
           min(CAST(shown.id AS text)) AS id, min(shown.name) AS name,
           min(shown.supervision_class) AS supervision_class
    FROM shown, bounds
    WHERE ST_X(spot) >= ST_XMin(square) AND ST_X(spot) < ST_XMax(square)
      AND ST_Y(spot) >= ST_YMin(square) AND ST_Y(spot) < ST_YMax(square)
    GROUP BY {cell}
)
SELECT ST_AsMVT(made, :layer, :units, 'shape') FROM (
    SELECT ST_AsMVTGeom(spot, square, :units, 0, true) AS shape,
           CASE WHEN point_count > 1 THEN point_count END AS point_count,
           CASE WHEN point_count = 1 THEN id END AS id,
           CASE WHEN point_count = 1 THEN name END AS name,
           CASE WHEN point_count = 1 THEN supervision_class END AS supervision_class
    FROM clustered, bounds
    ORDER BY id
) AS made
"""
CLUSTERS = ENTERPRISES.format(
    cell="floor((ST_X(spot) - ST_XMin(square)) / :cell),"
    " floor((ST_Y(spot) - ST_YMin(square)) / :cell)"
)
SINGLES = ENTERPRISES.format(cell="shown.id")

LAYERS = ("grids", "grid_labels", "enterprises")


def tile(
    session: Session,
    layer: str,
    address: tuple[int, int, int],
    grid_ids: Collection[UUID],
    at: datetime,
) -> bytes:
    """Return the Mapbox vector tile of a layer at (z, x, y), with `grid_ids` only.

    Nothing to show makes an empty one. Borders are smoothed to half a pixel; below SINGLE_ZOOM
    enterprises are gathered, and `point_count` says how many.
    """
    z, x, y = address
    statement, values = _enterprises(z) if layer == "enterprises" else _borders(z, layer, at)
    values |= {"z": z, "x": x, "y": y, "layer": layer, "units": UNITS}
    values |= {"here": session.jurisdiction_id, "grids": list(grid_ids)}
    return bytes(session.scalar(text(statement), values) or b"")


def _enterprises(z: int) -> tuple[str, dict[str, Any]]:
    return (SINGLES, {}) if z >= SINGLE_ZOOM else (CLUSTERS, {"cell": width_m(z) / CELLS})


def _borders(z: int, layer: str, at: datetime) -> tuple[str, dict[str, Any]]:
    levels = [level for level, first in FIRST_ZOOM.items() if z >= first]
    values = {"at": at, "levels": levels, "margin": MARGIN / UNITS}
    if layer == "grid_labels":
        return LABELS, values | {"buffer": 0}
    return GRIDS, values | {"buffer": MARGIN, "smooth": unit_deg(z) * SMOOTH_UNITS}
