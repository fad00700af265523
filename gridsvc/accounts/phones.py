"""Which phones are in use, and which of them should be in nobody's hands any more."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, select

from gridsvc.accountability.models import Duty
from gridsvc.accounts.queries import Item, device_item
from gridsvc.accounts.rules import WORRIES, device_state, worries
from gridsvc.enterprises.models import Enterprise
from gridsvc.grids.queries import root
from gridsvc.named import is_called
from gridsvc.people.models import Device, Person
from gridsvc.session import Session


def in_use(
    session: Session,
    grid_ids: Collection[UUID],
    now: datetime,
    *,
    q: str = "",
    worry: str | None = None,
    limit: int,
    after: int = 0,
) -> dict[str, Any]:
    """Return the phones not revoked of people whose duties all lie in `grid_ids`, worst first.

    With how many there are of each worry. The page begins after so many phones.
    """
    duties = reach(session, now)
    top = {root(session).id}
    found = [row for row in _phones(session, q) if duties.get(row[1].id, top) <= set(grid_ids)]
    items = sorted(_items(found, duties, now), key=_gravity)
    counts = Counter(each for item in items for each in item["worries"])
    wanted = [item for item in items if worry is None or worry in item["worries"]]
    page = wanted[after : after + limit]
    return {
        "items": page,
        "counts": {each: counts[each] for each in WORRIES} | {"all": len(items)},
        "next": after + limit if len(wanted) > after + limit else None,
    }


def reach(
    session: Session, now: datetime, person_ids: Collection[UUID] | None = None
) -> dict[UUID, set[UUID]]:
    """Return the grids whose keepers decide about people, of those who hold a duty now."""
    grid = case(
        (Duty.subject_kind == "grid", Duty.subject_id),
        (Duty.subject_kind == "enterprise", Enterprise.grid_id),
        else_=root(session).id,
    )
    held = (
        select(Duty.person_id, grid)
        .outerjoin(Enterprise, Enterprise.id == Duty.subject_id)
        .where(Duty.period.op("@>")(now))
        .distinct()
    )
    if person_ids is not None:
        held = held.where(Duty.person_id.in_(person_ids))
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for person_id, grid_id in session.execute(held):
        found[person_id].add(grid_id)
    return dict(found)


def _phones(session: Session, q: str) -> Sequence[Row[Device, Person]]:
    used = select(Device, Person).join(Person, Person.id == Device.person_id)
    used = used.where(Device.kind == "phone", Device.revoked_at.is_(None))
    return session.execute(used.where(is_called(Person, q)) if q else used).all()


def _items(
    found: Collection[Row[Device, Person]], duties: Collection[UUID], now: datetime
) -> Iterable[Item]:
    active = Counter(person.id for device, person in found if device_state(device, now) == "active")
    for device, person in found:
        told = worries(device, has_duty=person.id in duties, phones=active[person.id], now=now)
        yield device_item(device, person, now) | {"worries": told}


def _gravity(item: Item) -> tuple[int, datetime, UUID]:
    gravest = WORRIES.index(item["worries"][0]) if item["worries"] else len(WORRIES)
    return gravest, item["last_seen_at"], item["id"]
