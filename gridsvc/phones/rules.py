"""What is amiss with a phone. No session, no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

LOW_STORAGE_BYTES = 300 * 1024 * 1024
SILENT_AFTER = timedelta(days=3)
UNSENT_AFTER = timedelta(hours=24)

FACTS = (
    "app_build", "clock_offset_s", "storage_free_bytes", "storage_used_bytes", "battery",
    "network", "queue_length", "oldest_unsent_at", "installation_id",
)  # fmt: skip

# In the order of urgency in which they are listed.
AMISS = (
    "scope_too_wide", "never_synced", "unsent", "clock_off", "low_storage", "old_build",
    "passed_on", "silent",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a phone was when it last told; each fact None if it did not say."""

    reported_at: datetime
    app_build: str | None = None
    clock_offset_s: float | None = None
    storage_free_bytes: int | None = None
    storage_used_bytes: int | None = None
    battery: float | None = None
    network: str | None = None
    queue_length: int | None = None
    oldest_unsent_at: datetime | None = None
    installation_id: UUID | None = None
    scope_too_wide: int | None = None


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Against what phones are held."""

    now: datetime
    clock_skew_s: float
    newest_build: str | None  # of the client that is served
    former_owners: Mapping[UUID, Any]  # by installation: who else signed in on it before


def amiss(told: Told | None, by: Measures) -> list[str]:
    """Return what is amiss with a phone, in the order of AMISS. None: it never synced."""
    found = set(_amiss(told, by)) if told else {"never_synced"}
    return [name for name in AMISS if name in found]


def _amiss(told: Told, by: Measures) -> Iterator[str]:
    if told.scope_too_wide is not None:
        yield "scope_too_wide"
    if told.oldest_unsent_at and by.now - told.oldest_unsent_at > UNSENT_AFTER:
        yield "unsent"
    if told.clock_offset_s is not None and abs(told.clock_offset_s) > by.clock_skew_s:
        yield "clock_off"
    if told.storage_free_bytes is not None and told.storage_free_bytes < LOW_STORAGE_BYTES:
        yield "low_storage"
    if told.app_build and by.newest_build and told.app_build != by.newest_build:
        yield "old_build"
    if told.installation_id in by.former_owners:
        yield "passed_on"
    if by.now - told.reported_at > SILENT_AFTER:
        yield "silent"
