"""Disclosures: the trail for those who may search it, and to each person what is held of them."""
