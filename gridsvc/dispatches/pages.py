"""What the pages of a month show: frozen where it is signed, else worked out now."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from gridsvc.dispatches.models import DispatchOrder, MonthlyDispatch
from gridsvc.dispatches.queries import dispatch_of, listed, orders
from gridsvc.dispatches.rules import effect
from gridsvc.dispatches.service import content
from gridsvc.grids.models import Grid
from gridsvc.people.models import Person
from gridsvc.session import Session
from gridsvc.weeks import midnight, month_before, month_span

DAY = timedelta(days=1)


def items(session: Session, month: str | None, *, now: datetime) -> list[dict[str, Any]]:
    """Return the dispatches, one line each, the latest month first."""
    rows = listed(session, month)
    people = _named(session, Person, {row.signed_by_id for row in rows})
    return [_item(row, people, now) for row in rows]


def page(
    session: Session, dispatch: MonthlyDispatch, seen: Collection[UUID], *, now: datetime
) -> dict[str, Any]:
    """Return a whole month: the towns in one table, what is overdue, the orders.

    All towns are ranked for everybody, which is the point of a ranking; issues and orders
    are shown of `seen` grids alone. Orders go on after the signature, so they are read now.
    """
    found = content(session, dispatch, now=now)
    visible = {str(grid_id) for grid_id in seen}
    shown = {
        name: [brief for brief in found[name] if brief["grid"]["id"] in visible]
        for name in ("overdue", "relapsed")
    }
    people = _named(session, Person, {dispatch.signed_by_id})
    return {
        **_item(dispatch, people, now),
        "ranking": found["ranking"],
        **shown,
        "orders": order_items(
            session, orders(session, dispatch_id=dispatch.id, addressee_ids=seen)
        ),
        "previous_orders": _previous(session, dispatch, found["ranking"], seen),
        "as_of": found["as_of"],
    }


def _previous(
    session: Session,
    dispatch: MonthlyDispatch,
    ranking: Iterable[dict[str, Any]],
    seen: Collection[UUID],
) -> list[dict[str, Any]]:
    """Return the orders of the month before, each with what became of its number."""
    earlier = dispatch_of(session, dispatch.grid_id, month_before(dispatch.month))
    if earlier is None:
        return []
    figures = {row["grid"]["id"]: row["numbers"] for row in ranking}
    given = orders(session, dispatch_id=earlier.id, addressee_ids=seen)
    return [
        {**item, "effect": _effect(order, figures)}
        for order, item in zip(given, order_items(session, given), strict=True)
    ]


def _effect(order: DispatchOrder, figures: dict[str, Any]) -> dict[str, Any]:
    counted = figures.get(str(order.addressee_id), {}).get(order.measured_by)
    after = counted and {"made": counted["made"], "due": counted["due"]}
    return effect(order.measured_by, order.before, after)


def order_items(session: Session, rows: Sequence[DispatchOrder]) -> list[dict[str, Any]]:
    """Return orders as people read them."""
    grids = _named(session, Grid, {row.addressee_id for row in rows})
    people = _named(session, Person, {id for r in rows for id in (r.issued_by_id, r.replied_by_id)})
    months = _named(session, MonthlyDispatch, {row.dispatch_id for row in rows})
    return [_order(row, grids, people, months) for row in rows]


def _order(
    row: DispatchOrder, grids: dict[UUID, Any], people: dict[UUID, Any], months: dict[UUID, Any]
) -> dict[str, Any]:
    told = (
        "id", "dispatch_id", "number", "requirement", "measured_by", "before", "due_on",
        "issued_at", "reply", "replied_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in told},
        "month": months[row.dispatch_id].month,
        "addressee": grids[row.addressee_id],
        "issued_by": people[row.issued_by_id],
        "replied_by": people[row.replied_by_id] if row.replied_by_id else None,
        "replied_late": row.replied_at is not None and row.replied_at >= midnight_after(row),
    }


def midnight_after(order: DispatchOrder) -> datetime:
    """Return the moment at which the last day of an order is over."""
    return midnight(order.due_on + DAY)


def _item(row: MonthlyDispatch, people: dict[UUID, Any], now: datetime) -> dict[str, Any]:
    told = ("id", "month", "state", "version", "minutes", "signed_at", "snapshot_digest")
    return {
        **{name: getattr(row, name) for name in told},
        "signed_by": people[row.signed_by_id] if row.signed_by_id else None,
        "is_over": now >= month_span(row.month).ends_at,
    }


def _named(session: Session, model: Any, ids: Collection[UUID | None]) -> dict[UUID, Any]:
    wanted = [id for id in ids if id]
    rows: Sequence[Any] = session.scalars(select(model).where(model.id.in_(wanted))).all()
    return {row.id: row for row in rows}
