"""Orders to towns: given with what they are measured by, and answered once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.actor import Actor
from gridsvc.audit import service as audit
from gridsvc.audit.rules import Act
from gridsvc.batches import insert_new
from gridsvc.dispatches.models import DispatchOrder, MonthlyDispatch
from gridsvc.dispatches.queries import month_facts
from gridsvc.dispatches.service import content
from gridsvc.errors import Conflict, NotFound, Refused
from gridsvc.grids.models import Grid
from gridsvc.numbers import draw
from gridsvc.records import IdTaken
from gridsvc.session import Session
from gridsvc.summaries.rules import numbers
from gridsvc.weeks import local_day

SAID = ("dispatch_id", "addressee_id", "requirement", "measured_by", "due_on")


class UnknownOrder(NotFound):
    """There is no such order, or none that you may see."""


class NotATown(Refused):
    """An order goes to a level-2 grid of the county."""


class OrderDueInThePast(Refused):
    """The last day of an order cannot be over already."""


class AlreadyReplied(Conflict):
    """The order is answered already."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an order says. The id is made by whoever gives it, so giving it twice is safe."""

    id: UUID
    dispatch_id: UUID
    addressee_id: UUID
    requirement: str
    measured_by: str  # a key of rules.MEASURES
    due_on: date


def issue(
    session: Session, wanted: Wanted, *, issuer_id: UUID, by: Actor, now: datetime
) -> tuple[DispatchOrder, bool]:
    """Give an order of a month to a town; return it, and whether it is new.

    `before` is the number that it is measured by, as the month stands now (or as it was
    signed). Raises NotATown, OrderDueInThePast, IdTaken.
    """
    dispatch = _lock(session, wanted.dispatch_id)
    if (given := session.get(DispatchOrder, wanted.id)) is not None:
        return _same(given, wanted), False
    town = session.get(Grid, wanted.addressee_id)
    if town is None or town.level != 2 or town.parent_id != dispatch.grid_id:
        raise NotATown("Name a town of the county.", addressee_id=wanted.addressee_id)
    if wanted.due_on < local_day(now):
        raise OrderDueInThePast(f"It is {local_day(now)}.", today=local_day(now).isoformat())
    row = _row(session, dispatch, wanted, issuer_id, now)
    if not insert_new(session, DispatchOrder, [row]):
        return _same(session.get_one(DispatchOrder, _key(session, wanted.id)), wanted), False
    told = {name: [None, row[name]] for name in ("number", *SAID, "before")}
    audit.record(session, [_act("order.issue", wanted.id, told)], by=by, at=now)
    return session.get_one(DispatchOrder, _key(session, wanted.id)), True


def reply(
    session: Session, order_id: UUID, text: str, *, replier_id: UUID, by: Actor, now: datetime
) -> DispatchOrder:
    """Answer an order, once. Raises UnknownOrder, AlreadyReplied."""
    found = select(DispatchOrder).where(DispatchOrder.id == order_id).with_for_update()
    order = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if order is None:
        raise UnknownOrder(f"There is no order {order_id}.")
    if order.replied_at is not None:
        raise AlreadyReplied(
            "It was answered once, and that stands.", replied_at=order.replied_at.isoformat()
        )
    order.reply, order.replied_by_id, order.replied_at = text, replier_id, now
    line = _act("order.reply", order.id, {"reply": [None, text]})
    audit.record(session, [line], by=by, at=now)
    return order


def _lock(session: Session, dispatch_id: UUID) -> MonthlyDispatch:
    """Lock the month, so that what an order is measured by and a signature do not cross."""
    found = select(MonthlyDispatch).where(MonthlyDispatch.id == dispatch_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one()


def _row(
    session: Session, dispatch: MonthlyDispatch, wanted: Wanted, issuer_id: UUID, now: datetime
) -> dict[str, Any]:
    year = local_day(now).year
    [serial] = draw(session, f"dispatch-order-{year}")
    return {
        "id": wanted.id,
        **{name: getattr(wanted, name) for name in SAID},
        "number": f"{year}-{serial:03}",
        "before": _figure(session, dispatch, wanted, now),
        "issued_by_id": issuer_id,
        "issued_at": now,
        "reply": None,
        "replied_by_id": None,
        "replied_at": None,
    }


def _figure(
    session: Session, dispatch: MonthlyDispatch, wanted: Wanted, now: datetime
) -> dict[str, int | None]:
    if dispatch.snapshot is not None:
        rows = content(session, dispatch, now=now)["ranking"]
        [row] = [row for row in rows if row["grid"]["id"] == str(wanted.addressee_id)]
        frozen = row["numbers"][wanted.measured_by]
        return {"made": frozen["made"], "due": frozen["due"]}
    figure = numbers(month_facts(session, wanted.addressee_id, dispatch.month, now))
    counted = figure[wanted.measured_by]
    return {"made": counted.made, "due": counted.due}


def _same(given: DispatchOrder, wanted: Wanted) -> DispatchOrder:
    if any(getattr(given, name) != getattr(wanted, name) for name in SAID):
        raise IdTaken(f"{wanted.id} is already an order, and differs.")
    return given


def _key(session: Session, order_id: UUID) -> tuple[int, UUID]:
    return session.jurisdiction_id, order_id


def _act(deed: str, order_id: UUID, changes: dict[str, Any]) -> Act:
    return Act(deed=deed, subject_kind="dispatch_order", subject_id=order_id, changes=changes)
