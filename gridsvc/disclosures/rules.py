"""What of a line of the trail is shown, and to whom only with a purpose. No session, no clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gridsvc.accountability.rules import Held

READERS = frozenset({"auditor@1"})  # whose duty it is to read the trail; others say what for

SEALED = {"sealed": True}


def needs_purpose(held: Iterable[Held], at: datetime) -> bool:
    """Say whether somebody reads the trail for a purpose of their own."""
    return not any(duty.post in READERS and at in duty.period for duty in held)


def shown(changes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what changed, where even the digest of a sealed value is left out."""
    return {name: _shown(value) for name, value in (changes or {}).items()}


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return SEALED if isinstance(value, dict) and "sealed" in value else value
