"""The HTTP edge of a single field record: one deed, one answer, and nothing lost on the way."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID

import structlog
from flask import current_app, request
from marshmallow import Schema
from sqlalchemy.exc import DataError, IntegrityError, InternalError
from werkzeug.exceptions import BadRequest, UnprocessableEntity

from gridsvc.actor import Actor
from gridsvc.audit.receipts import receipts
from gridsvc.clock import utc_now
from gridsvc.digests import canonical
from gridsvc.errors import DomainError, Kept, Outcome, Refused
from gridsvc.identity import Caller, caller
from gridsvc.problems import describe
from gridsvc.quarantine import Aside, keep_aside, wake
from gridsvc.records import Envelope, FieldRecord
from gridsvc.session import Session, transaction
from gridsvc.signing import signer

log = structlog.get_logger(__name__)

# What PostgreSQL says of values. That it cannot be reached, or had to end a deadlock, says
# nothing about a record: then the request fails, and the phone tries again.
FAULTS = (IntegrityError, DataError, InternalError)


class Unexpected(Refused):
    """It could not be entered, for a reason that nobody foresaw."""


class Sender(Protocol):
    """On whose behalf records are entered, and where."""

    @property
    def jurisdiction_id(self) -> int: ...
    @property
    def actor(self) -> Actor: ...


class Deed(Protocol):
    """What enters reports of one kind."""

    def __call__(
        self, session: Session, reports: Sequence[Any], *, by: Actor, now: datetime
    ) -> list[Outcome]: ...


def envelope(who: Caller, id: UUID, body: Any, made_at: datetime, now: datetime) -> Envelope:
    """Return the envelope of a record that `who` sent. Raises ValueError, see canonical."""
    return Envelope(
        id=id,
        sender_id=who.person_id,
        device_id=who.device_id,
        made_at=made_at,
        text=canonical(body).decode(),
        clock_offset_s=clock_offset_s(who, now),
    )


def clock_offset_s(who: Caller, now: datetime) -> float:
    """Return how far the clock of the caller's device is behind ours."""
    return (now - who.device_at).total_seconds() if who.device_at else 0.0


def put_record(
    kind: str,
    id: UUID,
    schema: type[Schema],
    build: Callable[..., Any],
    deed: Deed,
    model: type[FieldRecord],
    *,
    stands: Callable[[Session, UUID], Any] | None = None,
) -> tuple[dict[str, Any], int]:
    """Enter the record in the request's body; return ({kind: row, receipt}, 201 or 200).

    `stands` reads what stands of it, if a mapped object would be too dear. What could be read
    and was refused is kept aside in quarantine, and then refused.
    """
    who, now, sent = caller(), utc_now(), json_object()
    report = _read(who, id, sent, made(schema), build, now)
    kept = enter_one(report, deed, {"kind": kind, "id": str(id), "body": sent}, now)
    with transaction(who.jurisdiction_id) as session:
        wake(session, id)
        receipt = receipts(session, [id], signer())[id]
        row = stands(session, id) if stands else session.get(model, id)
    answer = {kind: row, "receipt": receipt}
    return answer, 201 if kept.is_new else 200


def enter_one(
    report: Any, deed: Deed, sent: dict[str, Any], now: datetime, *, keeps_refused: bool = True
) -> Kept:
    """Do `deed` to the caller's report. A refusal is raised, once `sent` is kept aside.

    What builds on a record that is not there waits for it, as in a batch. Where a person sits
    before the answer, nothing waits, and what was refused need not be kept.
    """
    who = caller()
    way_in = current_app.extensions["way_in"] if keeps_refused else _straight
    outcome: Outcome = way_in(who, report, deed, sent, now)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def _straight(who: Caller, report: Any, deed: Deed, _: dict[str, Any], now: datetime) -> Outcome:
    return enter(who, deed, [report], now)[0]


def enter(who: Sender, deed: Deed, reports: Sequence[Any], now: datetime) -> list[Outcome]:
    """Do `deed` to reports of one kind, in one transaction; return their outcomes, in order.

    Should a statement fail, it is done to each half of them, so that in the end the one to
    blame stands alone and the others go in.
    """
    try:
        with transaction(who.jurisdiction_id) as session:
            return deed(session, reports, by=who.actor, now=now)
    except FAULTS:
        if len(reports) > 1:
            half = len(reports) // 2
            return [
                o for part in (reports[:half], reports[half:]) for o in enter(who, deed, part, now)
            ]
        log.exception("a record could not be entered", record=str(reports[0].envelope.id))
        return [Unexpected("It is kept aside as it was sent.")]


def json_object() -> dict[str, Any]:
    """Return the request's body, as it was sent."""
    body = request.get_json()
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.")
    return body


@cache
def made(schema: type[Schema]) -> Schema:
    """Return the schema, made once: to make one takes longer than to read a record with it."""
    return schema()


def _read(
    who: Caller, id: UUID, sent: Any, schema: Schema, build: Callable[..., Any], now: datetime
) -> Any:
    facts = schema.load(sent)
    return build(envelope=sealed(who, id, sent, facts.pop("made_at"), now), **facts)


def sealed(who: Caller, id: UUID, sent: Any, made_at: datetime, now: datetime) -> Envelope:
    """Return the envelope of a single record. Raises UnprocessableEntity, see canonical."""
    try:
        return envelope(who, id, sent, made_at, now)
    except ValueError as wrong:
        raise UnprocessableEntity(f"The body has no canonical form: {wrong}.") from None


def keep_refused(who: Caller, sent: dict[str, Any], refusal: DomainError, now: datetime) -> None:
    """Keep a single record aside, as it was sent."""
    refused = [Aside(sent, refusal.verdict, describe(refusal), refusal.heals)]
    offset_s = clock_offset_s(who, now)
    with transaction(who.jurisdiction_id) as session:
        keep_aside(
            session, refused, sender_id=who.person_id, by=who.actor, now=now,
            clock_offset_s=offset_s,
        )  # fmt: skip
