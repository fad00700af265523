"""One box for names: people, grids, enterprises and units, by a part of the name or by initials."""
