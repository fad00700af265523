"""Patrols: what is due, the round itself, and the close of a day."""
