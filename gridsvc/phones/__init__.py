"""Phones: how each was when it was last heard of (手机)."""
