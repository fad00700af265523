"""Asides: what was kept aside, for whoever looks after it at the desk; files of a phone's queue."""
