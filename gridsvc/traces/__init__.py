"""Traces: who answered for something, what was done about it and what was not, as evidence."""
