"""HTTP for the month of a county, and its orders."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from gridsvc.accountability.access import require, visible_grids
from gridsvc.clock import utc_now
from gridsvc.dispatches import orders, pages, queries, service
from gridsvc.dispatches.models import DispatchOrder, MonthlyDispatch
from gridsvc.dispatches.schemas import (
    DispatchesQuerySchema,
    DispatchesSchema,
    DispatchSchema,
    GiveOrderSchema,
    MinutesSchema,
    OrderSchema,
    OrdersQuerySchema,
    OrdersSchema,
    ReplySchema,
    SignDispatchSchema,
)
from gridsvc.grids.queries import root
from gridsvc.identity import caller, needs
from gridsvc.session import Session, transaction

blueprint = Blueprint("dispatches", __name__, url_prefix="/api/v1", description="Monthly dispatch")

READ = "dispatch.read"


@blueprint.get("/monthly-dispatches")
@blueprint.arguments(DispatchesQuerySchema, location="query")
@blueprint.response(200, DispatchesSchema)
@needs(READ)
def get_dispatches(query: dict[str, Any]) -> dict[str, Any]:
    """List the months, the latest first. Towns read them, too: they are what is ranked."""
    with transaction(caller().jurisdiction_id) as session:
        return {"items": pages.items(session, query["month"], now=utc_now())}


@blueprint.get("/monthly-dispatches/<uuid7:dispatch_id>")
@blueprint.response(200, DispatchSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@needs(READ)
def get_dispatch(dispatch_id: UUID) -> dict[str, Any]:
    """Show a whole month: the ranking, what is overdue or relapsed, the orders."""
    with transaction(caller().jurisdiction_id) as session:
        return _page(session, _found(session, dispatch_id))


@blueprint.post("/monthly-dispatches/<uuid7:dispatch_id>:minutes")
@blueprint.arguments(MinutesSchema)
@blueprint.response(200, DispatchSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("dispatch.prepare")
def post_minutes(body: dict[str, Any], dispatch_id: UUID) -> dict[str, Any]:
    """Write down what the meeting said."""
    with transaction(caller().jurisdiction_id) as session:
        require(session, "dispatch.prepare", _found(session, dispatch_id).grid_id, sees=READ)
        dispatch = service.write_minutes(
            session, dispatch_id, **body, by=caller().actor, now=utc_now()
        )
        return _page(session, dispatch)


@blueprint.post("/monthly-dispatches/<uuid7:dispatch_id>:sign")
@blueprint.arguments(SignDispatchSchema)
@blueprint.response(200, DispatchSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("dispatch.sign")
def post_sign_dispatch(body: dict[str, Any], dispatch_id: UUID) -> dict[str, Any]:
    """Sign a month that is over: its numbers and their records are frozen as they are now."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        require(session, "dispatch.sign", _found(session, dispatch_id).grid_id, sees=READ)
        dispatch = service.sign(
            session, dispatch_id, **body, signer_id=who.person_id, by=who.actor, now=now
        )
        return _page(session, dispatch)


@blueprint.get("/dispatch-orders")
@blueprint.arguments(OrdersQuerySchema, location="query")
@blueprint.response(200, OrdersSchema)
@needs(READ)
def get_orders(query: dict[str, Any]) -> dict[str, Any]:
    """List the orders to the towns that the caller may see."""
    with transaction(caller().jurisdiction_id) as session:
        seen = visible_grids(session, READ)
        addressees = seen & {query["addressee"]} if query["addressee"] else seen
        found = queries.orders(session, addressee_ids=addressees, is_open=query["open"])
        return {"items": pages.order_items(session, found)}


@blueprint.post("/dispatch-orders")
@blueprint.arguments(GiveOrderSchema)
@blueprint.response(201, OrderSchema)
@blueprint.alt_response(200, schema=OrderSchema, description="A retry: already given")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("order.issue")
def post_order(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Give an order to a town. The client makes the id, so sending it again is safe."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        month, named = body.pop("month"), body.pop("dispatch_id")
        dispatch = _of_month(session, month) if month else _found(session, named)
        require(session, "order.issue", dispatch.grid_id, sees=READ)
        wanted = orders.Wanted(dispatch_id=dispatch.id, **body)
        order, is_new = orders.issue(
            session, wanted, issuer_id=who.person_id, by=who.actor, now=now
        )
        return pages.order_items(session, [order])[0], 201 if is_new else 200


@blueprint.post("/dispatch-orders/<uuid7:order_id>:reply")
@blueprint.arguments(ReplySchema)
@blueprint.response(200, OrderSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("order.reply")
def post_reply(body: dict[str, Any], order_id: UUID) -> dict[str, Any]:
    """Answer an order, once."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        order = session.get(DispatchOrder, order_id)
        unseen = orders.UnknownOrder(f"There is no order {order_id}.")
        if order is None:
            raise unseen
        require(session, "order.reply", order.addressee_id, sees=READ, unseen=unseen)
        order = orders.reply(
            session, order_id, body["reply"], replier_id=who.person_id, by=who.actor, now=now
        )
        return pages.order_items(session, [order])[0]


def _found(session: Session, dispatch_id: UUID) -> MonthlyDispatch:
    dispatch = session.get(MonthlyDispatch, dispatch_id)
    if dispatch is None:
        raise service.UnknownDispatch(f"There is no dispatch {dispatch_id}.")
    return dispatch


def _of_month(session: Session, month: str) -> MonthlyDispatch:
    dispatch = queries.dispatch_of(session, root(session).id, month)
    if dispatch is None:
        raise service.UnknownDispatch(f"{month} has no dispatch.")
    return dispatch


def _page(session: Session, dispatch: MonthlyDispatch) -> dict[str, Any]:
    return pages.page(session, dispatch, visible_grids(session, READ), now=utc_now())
