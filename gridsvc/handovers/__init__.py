"""Handovers: a duty passed on together with its open work, and accepted by whoever takes it."""
