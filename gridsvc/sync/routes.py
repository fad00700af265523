"""HTTP for phones in bulk."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from gridsvc.audit.receipts import receipts
from gridsvc.clock import utc_now
from gridsvc.errors import Kept, Outcome
from gridsvc.identity import Caller, caller, member, takes_revoked
from gridsvc.media.queries import missing
from gridsvc.problems import describe
from gridsvc.quarantine import keep_aside
from gridsvc.session import transaction
from gridsvc.signing import signer
from gridsvc.sync.kinds import KINDS
from gridsvc.sync.pull import Page, pull
from gridsvc.sync.push import Parcel, push, refused, revoked, unreadable
from gridsvc.sync.rules import Cursor
from gridsvc.sync.schemas import PullSchema, PushedSchema, PushSchema, read, verdict

blueprint = Blueprint("sync", __name__, url_prefix="/api/v1/sync", description="Phones in bulk")


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
    kept = {outcome.id for outcome in outcomes.values() if isinstance(outcome, Kept)}
    with transaction(who.jurisdiction_id) as session:
        given, absent = receipts(session, kept, signer()), missing(session, kept)
    verdicts = [verdict(p, outcomes[n], given, absent) for n, p in enumerate(parcels)]
    return {"verdicts": verdicts, "as_of": now}


def _enter(who: Caller, parcels: Sequence[Parcel], now: datetime) -> dict[int, Outcome]:
    outcomes = unreadable(parcels)
    for name, kind in KINDS.items():
        with transaction(who.jurisdiction_id) as session:
            outcomes |= push(session, name, kind.deed, parcels, by=who.actor, now=now)
    return outcomes


def _keep(
    who: Caller, parcels: Sequence[Parcel], outcomes: dict[int, Outcome], now: datetime
) -> None:
    """Keep aside whatever was not entered, as it was sent, with the reason."""
    aside = [(sent, why.verdict, describe(why)) for sent, why in refused(parcels, outcomes)]
    if aside:
        with transaction(who.jurisdiction_id) as session:
            keep_aside(session, aside, sender_id=who.person_id, by=who.actor, now=now)


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
    with transaction(who.jurisdiction_id) as session:
        page = pull(session, cursor, person_id=who.person_id, now=utc_now())
    return Response(status=304) if cursor and page.is_empty else _as_json(page)


def _as_json(page: Page) -> Response:
    frame = {"not_yours": [str(grid) for grid in page.not_yours], "next": str(page.next)}
    body = f'{{"items":[{page.items}],{json.dumps(frame)[1:]}'
    return Response(body, mimetype="application/json")
