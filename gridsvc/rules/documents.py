"""The document of a rule set: its published schema, and what an older one means today."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator

SCHEMA_FILE = Path(__file__).with_name("rule-set.schema.json")

# How much each kind of evidence flag weighs. 0: worth telling, and no more.
FLAG_WEIGHTS: dict[str, float] = {
    "off_site": 1.0,
    "mock_location": 1.0,
    "impossible_speed": 1.0,
    "two_phones": 1.0,
    "same_trace": 1.0,
    "clock_moved": 1.0,
    "photo_seen_before": 1.0,
    "constant_accuracy": 0.5,
    "dwell_too_short": 0.5,
    "no_track": 0.5,
    "exif_conflict": 0.5,
    "picture_seen_before": 0.5,
    "identical_text": 0.0,
    "photo_missing": 0.0,
    "no_position": 0.0,
    "poor_fix": 0.0,
    "clock_skew": 0.0,
    "gps_clock_skew": 0.0,
}

# What a document that was put in force before these numbers existed is read with.
LATER: dict[str, Any] = {
    "rounds": [{"level": 3, "times": 1, "per": "day"}],
    "night_from_hour": 20,
    "night_until_hour": 6,
    "minimum_dwell_s": 120.0,
    "flag_weights": FLAG_WEIGHTS,
    "photo_target_kb": 400,
    "formal_yearly_cap": 2,
}


@cache
def schema() -> dict[str, Any]:
    """Return the published JSON Schema of a rule set's document."""
    read: dict[str, Any] = orjson.loads(SCHEMA_FILE.read_bytes())
    read["properties"]["flag_weights"]["propertyNames"] = {"enum": sorted(FLAG_WEIGHTS)}
    return read


def faults(document: object) -> list[dict[str, str]]:
    """Return what the schema has against a document: where, and what."""
    found = Draft202012Validator(schema()).iter_errors(document)
    told = [
        {"where": "/".join(map(str, fault.absolute_path)), "what": fault.message[:200]}
        for fault in found
    ]
    return sorted(told, key=lambda fault: (fault["where"], fault["what"]))


def current(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document in the shape of today. Documents in force are never rewritten."""
    read = {**LATER, **document}
    if every_days := read.pop("visit_every_days", None):
        read["visits"] = [
            {"level": 3, "classes": [name], "every_days": days} for name, days in every_days.items()
        ]
    return read
