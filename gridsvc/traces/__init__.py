"""Traces: who answered for a place, and everything that happened there."""
