"""Beginning a jurisdiction."""
