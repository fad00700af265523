"""HTTP for phones in bulk, and for what was kept aside."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from flask import Response
from flask_smorest import Blueprint

from gridsvc.accountability.access import visible_grids
from gridsvc.audit.receipts import receipts
from gridsvc.clock import utc_now
from gridsvc.errors import Outcome
from gridsvc.identity import Caller, caller, member, needs, takes_revoked
from gridsvc.media.queries import missing
from gridsvc.problems import describe
from gridsvc.quarantine import keep_aside
from gridsvc.record_edge import enter
from gridsvc.session import transaction
from gridsvc.signing import signer
from gridsvc.sync.kinds import KINDS
from gridsvc.sync.pull import Page, pull
from gridsvc.sync.push import Parcel, kept, of_kind, refused, revoked, unreadable
from gridsvc.sync.queries import kept_aside
from gridsvc.sync.rules import Cursor, ScopeTooWide
from gridsvc.sync.schemas import (
    PullSchema,
    PushedSchema,
    PushSchema,
    QuarantineQuerySchema,
    QuarantineSchema,
    aside_item,
    read,
    verdict,
)

log = structlog.get_logger(__name__)

blueprint = Blueprint("sync", __name__, url_prefix="/api/v1/sync", description="Phones in bulk")
quarantine = Blueprint(
    "quarantine", __name__, url_prefix="/api/v1/quarantine", description="What was kept aside"
)


@blueprint.post("/push")
@blueprint.arguments(PushSchema)
@blueprint.response(200, PushedSchema)
@takes_revoked
@member
def post_push(batch: dict[str, Any]) -> dict[str, Any]:
    """Take in a batch. Each record gets its own verdict; a receipt is given after commit."""
    who, now = caller(), utc_now()
    parcels = [read(record, who, now) for record in batch["records"]]
    outcomes = revoked(parcels) if who.is_revoked else _enter(who, parcels, now)
    _keep(who, parcels, outcomes, now)
    proofs = _proofs(who, parcels, outcomes)
    verdicts = [verdict(p, outcomes[n], proofs.get(n, {})) for n, p in enumerate(parcels)]
    return {"verdicts": verdicts, "as_of": now}


def _enter(who: Caller, parcels: Sequence[Parcel], now: datetime) -> dict[int, Outcome]:
    """Enter a batch, kind by kind: what others refer to comes first.

    One kind is one transaction: a deed locks clocks first and the trail last, and two in a
    row could wait for each other in a ring. No record stands in the way of another.
    """
    outcomes = unreadable(parcels)
    for name, kind in KINDS.items():
        mine = of_kind(parcels, name)
        if mine:
            entered = enter(who, kind.deed, list(mine.values()), now)
            outcomes |= dict(zip(mine, entered, strict=True))
    return outcomes


def _keep(
    who: Caller, parcels: Sequence[Parcel], outcomes: dict[int, Outcome], now: datetime
) -> None:
    """Keep aside whatever was not entered, as it was sent, with the reason."""
    aside = [(sent, why.verdict, describe(why)) for sent, why in refused(parcels, outcomes)]
    if aside:
        with transaction(who.jurisdiction_id) as session:
            keep_aside(session, aside, sender_id=who.person_id, by=who.actor, now=now)


def _proofs(
    who: Caller, parcels: Sequence[Parcel], outcomes: dict[int, Outcome]
) -> dict[int, dict[str, Any]]:
    """Read back, by position, the receipts of what is committed, and which photos it waits for."""
    proofs = {}
    with transaction(who.jurisdiction_id) as session:
        for kind in KINDS:
            ids = kept(parcels, outcomes, kind)
            given = receipts(session, set(ids.values()), signer(), kind)
            absent = missing(session, set(ids.values()))
            for n, id in ids.items():
                proofs[n] = {"receipt": given[id], "missing_media": absent.get(id, [])}
    return proofs


@blueprint.get("/pull")
@blueprint.arguments(PullSchema, location="query")
@blueprint.response(200, description="What changed, and the cursor to come back with")
@blueprint.alt_response(304, description="Nothing changed")
@blueprint.alt_response(410, "GONE")
@member
def get_pull(query: dict[str, Any]) -> Response:
    """Return what the caller's grids hold that the cursor has not seen."""
    cursor = Cursor.parse(query["cursor"]) if query["cursor"] else None
    who = caller()
    try:
        with transaction(who.jurisdiction_id) as session:
            page = pull(session, cursor, person_id=who.person_id, now=utc_now())
    except ScopeTooWide as refusal:
        log.warning("scope too wide for a phone", person=str(who.person_id), **refusal.facts)
        raise
    return Response(status=304) if cursor and page.is_empty else _as_json(page)


def _as_json(page: Page) -> Response:
    changed = ",".join(f'"{kind}":[{items}]' for kind, items in page.changed.items())
    frame = {
        "not_yours": [str(grid) for grid in page.not_yours],
        "next": str(page.next),
        "more": page.more,
    }
    body = f'{{"changed":{{{changed}}},{json.dumps(frame)[1:]}'
    return Response(body, mimetype="application/json")


@quarantine.get("")
@quarantine.arguments(QuarantineQuerySchema, location="query")
@quarantine.response(200, QuarantineSchema)
@needs("quarantine.read")
def get_quarantine(query: dict[str, Any]) -> dict[str, Any]:
    """List what was sent and not entered, the latest first, each with the reason."""
    with transaction(caller().jurisdiction_id) as session:
        tracks = visible_grids(session, "track.read")
        page = kept_aside(
            session, visible_grids(session, "quarantine.read"), track_grid_ids=tracks, **query
        )
    return {**page, "items": [aside_item(**item) for item in page["items"]]}
