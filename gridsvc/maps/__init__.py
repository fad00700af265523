"""Maps: vector tiles of grids and enterprises."""
