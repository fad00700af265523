"""Records that are entered and whose photos have not come."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from gridsvc.grids.models import Grid
from gridsvc.ids import id_at
from gridsvc.media.models import Photo, Upload
from gridsvc.media.queries import ARRIVED
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.sync.kinds import KINDS

GRACE = timedelta(seconds=50)  # told within a minute
LATELY = timedelta(days=7)
MOST = 200  # records

Item = dict[str, Any]


def unphotographed(
    session: Session,
    now: datetime,
    *,
    sender_id: UUID | None = None,
    grid_ids: Collection[UUID] | None = None,
) -> list[Item]:
    """Return the records of a week that declare photos whose bytes have not come, latest first.

    Those of somebody, or those that lie in some grids.
    """
    mine = [Photo.sender_id == sender_id] if sender_id else []
    by_kind: dict[str, dict[UUID, list[str]]] = defaultdict(lambda: defaultdict(list))
    for kind, id, sha256 in session.execute(_absent(now, mine)):
        by_kind[kind][id].append(sha256)
    items = [
        item for kind, absent in by_kind.items() for item in _items(session, kind, absent, grid_ids)
    ]
    return sorted(items, key=lambda item: item["at"], reverse=True)[:MOST]


def _absent(now: datetime, mine: list[ColumnElement[bool]]) -> Select[str, UUID, str]:
    """Ids of photos are made when they are declared, so the week lies together in the key."""
    return (
        select(Photo.record_kind, Photo.record_id, Photo.sha256)
        .outerjoin(Upload, ARRIVED)
        .where(
            Photo.id >= id_at(now - LATELY), Photo.declared_at <= now - GRACE,
            Upload.id.is_(None), *mine,
        )
        .order_by(Photo.id.desc())
        .limit(MOST * 20)
    )  # fmt: skip


def _items(
    session: Session, kind: str, absent: dict[UUID, list[str]], grid_ids: Collection[UUID] | None
) -> list[Item]:
    model: Any = KINDS[kind].model
    here = model.jurisdiction_id
    found = (
        select(model.id, model.received_at, Person, Grid)
        .join(Person, (Person.jurisdiction_id == here) & (Person.id == model.sender_id))
        .join(Grid, (Grid.jurisdiction_id == here) & (Grid.id == model.grid_id))
        .where(model.id.in_(absent))
    )
    if grid_ids is not None:
        found = found.where(model.grid_id.in_(grid_ids))
    return [
        {
            "kind": kind, "record_id": id, "at": at, "sha256s": sorted(absent[id]),
            "sender": sender, "grid": grid,
        }
        for id, at, sender, grid in session.execute(found)
    ]  # fmt: skip
