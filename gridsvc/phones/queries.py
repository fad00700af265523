"""The phones of those who work in some grids, those with something amiss first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from gridsvc.accountability.models import Duty
from gridsvc.accountability.rules import OFFICER
from gridsvc.grids.models import Grid
from gridsvc.people.models import Device, Person
from gridsvc.phones.models import DeviceHealth
from gridsvc.phones.rules import AMISS, FACTS, Measures, Told, amiss
from gridsvc.rules.queries import numbers_at
from gridsvc.session import Session

Item = dict[str, Any]
ROLES = {post.partition("@")[0] for post in OFFICER}  # who has to have a phone


class _Worker(NamedTuple):
    person: Person
    grid: Grid


def phones(
    session: Session, grid_ids: Collection[UUID], *, build: str | None, now: datetime
) -> list[Item]:
    """Return each phone of those who patrol in `grid_ids`, exceptions first.

    Somebody without a phone that ever signed in is listed, too: they never synced. `build` is
    the one of the client that is served now.
    """
    workers = _workers(session, grid_ids, now)
    rows = _rows(session, [worker.person.id for worker in workers])
    measures = Measures(
        now=now,
        clock_skew_s=numbers_at(session, now).clock_skew_s,
        newest_build=build,
        former_owners=_former_owners(session),
    )
    items = [
        _item(worker, device, health, measures)
        for worker in workers
        for device, health in _of(rows, worker.person.id)
    ]
    return sorted(items, key=_urgency)


def _workers(session: Session, grid_ids: Collection[UUID], now: datetime) -> list[_Worker]:
    """Return who patrols in these grids now, each once, with the first of their grids."""
    here = Duty.jurisdiction_id
    held = (
        select(Person, Grid)
        .join(Duty, (Person.jurisdiction_id == here) & (Person.id == Duty.person_id))
        .join(Grid, (Grid.jurisdiction_id == here) & (Grid.id == Duty.subject_id))
        .where(
            Duty.subject_id.in_(grid_ids), Duty.role.in_(ROLES), Duty.period.contains(now),
            Grid.level > 1,
        )
        .order_by(Grid.code, Person.login)
    )  # fmt: skip
    found: dict[UUID, _Worker] = {}
    for person, grid in session.execute(held):
        found.setdefault(person.id, _Worker(person, grid))
    return list(found.values())


def _rows(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """Return by person the phones that are signed in, each with what it last told."""
    mine = (DeviceHealth.jurisdiction_id == Device.jurisdiction_id) & (DeviceHealth.id == Device.id)
    signed_in = (
        select(Device, DeviceHealth)
        .outerjoin(DeviceHealth, mine)
        .where(
            Device.person_id.in_(person_ids), Device.kind == "phone",
            Device.revoked_at.is_(None),
        )
        .order_by(Device.last_seen_at.desc())
    )  # fmt: skip
    found: dict[UUID, list[Any]] = defaultdict(list)
    for device, health in session.execute(signed_in):
        found[device.person_id].append((device, health))
    return found


def _of(rows: dict[UUID, list[Any]], person_id: UUID) -> Iterable[Any]:
    """The phones of somebody that ever told of themselves; else the one seen last, or none."""
    theirs = rows.get(person_id, [])
    told = [row for row in theirs if row[1] is not None]
    return told or theirs[:1] or [(None, None)]


def _former_owners(session: Session) -> dict[UUID, Person]:
    """Return, by installation, somebody else who signed in on the same phone before."""
    here = (Device.jurisdiction_id == DeviceHealth.jurisdiction_id) & (Device.id == DeviceHealth.id)
    owner = (Person.jurisdiction_id == Device.jurisdiction_id) & (Person.id == Device.person_id)
    told = (
        select(DeviceHealth.installation_id, Person)
        .join(Device, here)
        .join(Person, owner)
        .where(DeviceHealth.installation_id.is_not(None))
        .order_by(DeviceHealth.reported_at)
    )
    owners: dict[UUID, list[Person]] = defaultdict(list)
    for installation_id, person in session.execute(told):
        if installation_id:
            owners[installation_id].append(person)
    return {id: people[0] for id, people in owners.items() if len({p.id for p in people}) > 1}


def _item(
    worker: _Worker, device: Device | None, health: DeviceHealth | None, measures: Measures
) -> Item:
    names = ("reported_at", *FACTS, "scope_too_wide")
    told = Told(**{name: getattr(health, name) for name in names}) if health else None
    before = told and told.installation_id and measures.former_owners.get(told.installation_id)
    return {
        "person": worker.person,
        "grid": worker.grid,
        "device": device,
        "health": health,
        "amiss": amiss(told, measures),
        "former_owner": before if before and before.id != worker.person.id else None,
    }


def _urgency(item: Item) -> tuple[int, str, str]:
    first = min((AMISS.index(name) for name in item["amiss"]), default=len(AMISS))
    return first, item["grid"].code, item["person"].login
