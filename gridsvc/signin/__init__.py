"""Signing in, on a phone or a browser; who am I."""
