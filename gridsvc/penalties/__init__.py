"""Penalties (行政处罚): decisions against enterprises, kept in their files."""
