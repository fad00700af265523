"""HTTP for what was kept aside."""

from collections import Counter
from typing import Any
from uuid import UUID

from flask import request
from flask_smorest import Blueprint
from sqlalchemy import select

from gridsvc.accountability.access import NotYours, visible_grids
from gridsvc.accountability.models import Duty
from gridsvc.asides.intake import import_queue
from gridsvc.asides.schemas import QueueImportedSchema, QueueImportSchema
from gridsvc.clock import utc_now
from gridsvc.errors import NotFound
from gridsvc.identity import caller, needs
from gridsvc.people.models import Person
from gridsvc.quarantine import OPEN, Quarantined
from gridsvc.session import Session, transaction
from gridsvc.sync.aside import AsideSettled, UnknownAside, attempts_of, dismiss
from gridsvc.sync.intake import release, try_again
from gridsvc.sync.queries import aside_counts, kept_aside, may_see_aside
from gridsvc.sync.schemas import (
    AsideSchema,
    DismissalSchema,
    QuarantineQuerySchema,
    QuarantineSchema,
    aside_item,
)

blueprint = Blueprint(
    "quarantine", __name__, url_prefix="/api/v1/quarantine", description="What was kept aside"
)
imports = Blueprint(
    "imports", __name__, url_prefix="/api/v1/sync", description="The queue of a phone, as a file"
)

MOST_BYTES = 256 * 1024 * 1024  # of a file with its photos


class UnknownOwner(NotFound):
    """Nobody of yours has the phone that the file is of."""


@imports.before_request
def _allow_photos() -> None:
    request.max_content_length = MOST_BYTES


@imports.post("/import")
@imports.arguments(QueueImportSchema)
@imports.response(200, QueueImportedSchema)
@imports.alt_response(404, "NOT_FOUND")
@needs("queue.import")
def post_import(body: dict[str, Any]) -> dict[str, Any]:
    """Take in the file of a phone's queue in its owner's name, or say what that would do."""
    who, now, file = caller(), utc_now(), body["file"]
    with transaction(who.jurisdiction_id) as session:
        owner = _owner(session, file["person_id"])
    records, photos = import_queue(
        who.jurisdiction_id, file, by=who.actor, dry_run=body["dry_run"], now=now
    )
    return {
        "dry_run": body["dry_run"],
        "owner": owner,
        "counts": Counter(told["verdict"] for told in records),
        "records": records,
        "photos": photos,
        "as_of": now,
    }


def _owner(session: Session, person_id: UUID) -> Person:
    """Return somebody who has, or had, a duty where the caller may bring files. Or UnknownOwner."""
    owner = session.get(Person, person_id)
    duties = select(Duty.id).where(
        Duty.person_id == person_id, Duty.subject_id.in_(visible_grids(session, "queue.import"))
    )
    if owner is None or session.scalar(duties.limit(1)) is None:
        raise UnknownOwner(f"There is no {person_id}, or none of yours.")
    return owner


@blueprint.get("")
@blueprint.arguments(QuarantineQuerySchema, location="query")
@blueprint.response(200, QuarantineSchema)
@needs("quarantine.read")
def get_quarantine(query: dict[str, Any]) -> dict[str, Any]:
    """List what was sent and not entered, the latest first, each with the reason."""
    with transaction(caller().jurisdiction_id) as session:
        tracks = visible_grids(session, "track.read")
        seen = visible_grids(session, "quarantine.read")
        page = kept_aside(session, seen, track_grid_ids=tracks, **query)
        return {
            **page,
            "items": _items(session, page["items"]),
            "counts": aside_counts(session, seen),
        }


@blueprint.post("/<uuid:aside_id>:retry")
@blueprint.response(200, AsideSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("quarantine.settle")
def post_retry(aside_id: UUID) -> dict[str, Any]:
    """Try once more to enter a record, on behalf of whoever sent it; say what came of it."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        aside = _settleable(session, aside_id)
    if aside.state not in OPEN:
        raise AsideSettled(f"It is {aside.state}.", state=aside.state)
    freed = try_again(
        who.jurisdiction_id, [aside], by=who.actor, now=now, settled_by_id=who.person_id
    )
    release(who.jurisdiction_id, freed, now)
    return _told(aside_id)


@blueprint.post("/<uuid:aside_id>:dismiss")
@blueprint.arguments(DismissalSchema)
@blueprint.response(200, AsideSchema)
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(409, "CONFLICT")
@needs("quarantine.settle")
def post_dismiss(body: dict[str, Any], aside_id: UUID) -> dict[str, Any]:
    """Set a record aside for good, with a reason. It stays kept; sent again it is refused."""
    who, now = caller(), utc_now()
    with transaction(who.jurisdiction_id) as session:
        _settleable(session, aside_id)
        aside = dismiss(session, aside_id, reason=body["reason"], by=who.actor, now=now)
        freed = {aside.record_id} if aside.record_id else set()
    release(who.jurisdiction_id, freed, now)
    return _told(aside_id)


def _settleable(session: Session, aside_id: UUID) -> Quarantined:
    """Return what the caller may settle. Raises UnknownAside, or NotYours if they only see it."""
    aside = session.get(Quarantined, aside_id)
    if aside is None or not may_see_aside(
        session, aside, visible_grids(session, "quarantine.read")
    ):
        raise UnknownAside(f"Nothing is kept aside as {aside_id}.")
    if not may_see_aside(session, aside, visible_grids(session, "quarantine.settle")):
        raise NotYours("None of your duties allows this there.", deed="quarantine.settle")
    return aside


def _told(aside_id: UUID) -> dict[str, Any]:
    with transaction(caller().jurisdiction_id) as session:
        aside = session.get_one(Quarantined, (session.jurisdiction_id, aside_id))
        session.refresh(aside)
        sender = session.get_one(Person, (session.jurisdiction_id, aside.sender_id))
        shows = may_see_aside(session, aside, visible_grids(session, "track.read"))
        found = {"aside": aside, "sender": sender, "shows_tracks": shows}
        return _items(session, [found])[0]


def _items(session: Session, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    asides = [item["aside"] for item in found]
    named = {id for aside in asides for id in (aside.handed_in_by_id, aside.settled_by_id) if id}
    found_people = select(Person).where(Person.id.in_(named))
    people: dict[UUID | None, Person] = {one.id: one for one in session.scalars(found_people)}
    attempts = attempts_of(session, [aside.id for aside in asides])
    return [
        aside_item(**item, attempts=attempts[item["aside"].id], people=people) for item in found
    ]
