"""Certificates of enforcement officers (执法证): whose, from when to when."""
