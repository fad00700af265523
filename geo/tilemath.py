"""Map tiles: the squares that Web Mercator (EPSG:3857) cuts the world into, zoom by zoom."""

DEEPEST_ZOOM = 22
UNITS = 4096  # a vector tile counts its coordinates in this many steps
MARGIN = 64  # so far beyond its edge a tile draws, that lines do not end at it

_WORLD_M = 40_075_016.685578488  # once around, in Web Mercator


def is_tile(z: int, x: int, y: int) -> bool:
    """Say whether there is such a tile."""
    return 0 <= z <= DEEPEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z


def width_m(z: int) -> float:
    """Return how wide a tile is, in metres of Web Mercator: true ones at the equator only."""
    return _WORLD_M / (1 << z)


def unit_deg(z: int) -> float:
    """Return how wide one step of a tile's coordinates is, in degrees of longitude."""
    return 360 / (1 << z) / UNITS
