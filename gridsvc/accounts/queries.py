"""What somebody signed in on, and what programs may read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.accounts.rules import device_state
from gridsvc.grids.models import Grid
from gridsvc.people.models import AccessToken, Device, Person
from gridsvc.session import Session

Item = dict[str, Any]


def devices(session: Session, person_id: UUID, now: datetime) -> list[Item]:
    """Return the phones and browsers of somebody, the one seen last first."""
    theirs = select(Device, Person).join(Person, Person.id == Device.person_id)
    signed_in = theirs.where(Device.person_id == person_id, Device.kind != "program")
    rows = session.execute(signed_in.order_by(Device.last_seen_at.desc(), Device.id))
    return [device_item(device, person, now) for device, person in rows]


def device_item(device: Device, person: Person, now: datetime) -> Item:
    columns = (
        "id", "kind", "name", "app_build", "proof", "created_at", "last_seen_at", "expires_at",
        "revoked_at", "revoked_reason",
    )  # fmt: skip
    told = {name: getattr(device, name) for name in columns}
    return told | {"person": person, "state": device_state(device, now)}


def access_tokens(session: Session, now: datetime, id: UUID | None = None) -> list[Item]:
    """Return what programs may read, the newest first; or one of them."""
    issued = (
        select(AccessToken, Device, Person, Grid)
        .join(Device, Device.id == AccessToken.id)
        .join(Person, Person.id == Device.person_id)
        .join(Grid, Grid.id == AccessToken.grid_id)
        .order_by(Device.created_at.desc(), Device.id)
    )
    rows = session.execute(issued.where(AccessToken.id == id) if id else issued)
    return [_token_item(*row, now) for row in rows]


def _token_item(
    token: AccessToken, device: Device, issuer: Person, grid: Grid, now: datetime
) -> Item:
    told = device_item(device, issuer, now)
    for name in ("kind", "app_build", "proof"):
        del told[name]
    issued_by = told.pop("person")
    told |= {"purpose": token.purpose, "deeds": token.deeds, "grid": grid, "issued_by": issued_by}
    return told
