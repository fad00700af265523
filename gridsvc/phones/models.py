"""How phones are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from gridsvc.db import Counter, Model
from gridsvc.scoped import Scoped, scoped_fk


class DeviceHealth(Scoped, Model):
    """How a phone was when it last told. Its id is that of the device."""

    __tablename__ = "device_health"
    __table_args__ = (
        scoped_fk("id", "device"),
        Index(None, "jurisdiction_id", "installation_id"),
    )

    reported_at: Mapped[datetime]
    app_build: Mapped[str | None]
    clock_offset_s: Mapped[float | None]
    storage_free_bytes: Mapped[Counter | None]
    storage_used_bytes: Mapped[Counter | None]
    battery: Mapped[float | None]  # 0 to 1
    network: Mapped[str | None]
    queue_length: Mapped[Counter | None]
    oldest_unsent_at: Mapped[datetime | None]
    installation_id: Mapped[UUID | None]  # the same phone, whoever signs in on it
    scope_too_wide: Mapped[int | None]  # grids, if its owner answers for too many
