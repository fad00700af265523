"""Who does a deed: the name that goes into the trail beside it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person on a device, or the system under a name. `device_at` is the device's own clock.

    `handed_in_by_id` is who brought what that person did, in a file, if not they themselves.
    """

    name: str  # "person:<id>", or "system:<job or command>"
    person_id: UUID | None = None
    device_id: UUID | None = None
    request_id: str | None = None
    device_at: datetime | None = None
    handed_in_by_id: UUID | None = None


def person(person_id: UUID, **circumstances: object) -> Actor:
    """Return the actor for a person; see Actor for the circumstances."""
    return Actor(name=f"person:{person_id}", person_id=person_id, **circumstances)  # type: ignore[arg-type]


def system(name: str) -> Actor:
    """Return the actor for a job or a command that nobody in person stands behind."""
    return Actor(name=f"system:{name}")
