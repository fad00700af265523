"""Edits: what two people may change of one thing, merged field by field (更正)."""
