"""Batches on the wire."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from gridsvc.errors import Kept, Outcome
from gridsvc.identity import Caller
from gridsvc.people.models import Person
from gridsvc.problems import describe
from gridsvc.quarantine import Quarantined
from gridsvc.record_edge import envelope
from gridsvc.sync.kinds import KINDS
from gridsvc.sync.push import Parcel, Unreadable
from gridsvc.wire import MomentField, PersonRefSchema, Uuid7Field

MOST_RECORDS = 500
TRACKLESS = [*(kind for kind in KINDS if kind != "track"), "media"]


class RecordSchema(Schema):
    """One record that a phone made. Its `body` is that of the single request of its kind."""

    kind = fields.String(required=True, validate=OneOf(KINDS))
    id = Uuid7Field(required=True)
    made_at = MomentField(required=True)
    device_seq = fields.Integer(required=True)
    body = fields.Dict(required=True)


class PushSchema(Schema):
    """A batch. Its records are read one by one, so that a bad one spoils nothing."""

    records = fields.List(
        fields.Raw(allow_none=True), required=True, validate=Length(max=MOST_RECORDS)
    )


class VerdictSchema(Schema):
    """What became of one record: with a receipt if it is kept, with a problem if not.

    `missing_media` are the declared photos whose bytes have not arrived yet.
    """

    id = fields.Raw()
    verdict = fields.String()
    receipt = fields.Dict()
    missing_media = fields.List(fields.String())
    problem = fields.Dict()


class PushedSchema(Schema):
    """A verdict for each record, in the order sent."""

    verdicts = fields.List(fields.Nested(VerdictSchema))
    as_of = MomentField()


class PullSchema(Schema):
    """Where the phone has got to. Without a cursor it gets everything."""

    cursor = fields.String(load_default="")


_record = RecordSchema()


def read(sent: Any, who: Caller, now: datetime) -> Parcel:
    """Read one record of a batch. Never raises: the parcel says why it could not be read."""
    try:
        record = _record.load(sent)
        kind = KINDS[record["kind"]]
        facts = kind.schema.load(record["body"])
        made_at = facts.pop("made_at")
        sealed = envelope(who, record["id"], record["body"], made_at, now)
        return Parcel(sent, record["kind"], kind.build(envelope=sealed, **facts))
    except ValidationError as wrong:
        return Parcel(sent, None, Unreadable("It cannot be read.", errors=wrong.messages))
    except (ValueError, RecursionError) as wrong:
        return Parcel(sent, None, Unreadable(f"It has no canonical form: {wrong}."))


def verdict(parcel: Parcel, outcome: Outcome, proof: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to one record; one that is kept has a receipt and `missing_media`."""
    id = parcel.sent.get("id") if isinstance(parcel.sent, dict) else None
    answer = {"id": id, "verdict": outcome.verdict}
    return {**answer, **(proof if isinstance(outcome, Kept) else {"problem": describe(outcome)})}


class QuarantineQuerySchema(Schema):
    """Which page of what was kept aside."""

    limit = fields.Integer(load_default=50, validate=Range(min=1, max=200))
    after = fields.UUID()


class AsideSchema(Schema):
    """A record that was not entered. `record` is what was sent: JSON, as text.

    Without its body where it could tell where somebody went, for who may not read tracks there.
    """

    id = fields.UUID()
    kind = fields.Raw()
    record_id = fields.Raw()
    sender = fields.Nested(PersonRefSchema)
    received_at = MomentField()
    verdict = fields.String()
    problem = fields.Dict()
    record = fields.String()


class QuarantineSchema(Schema):
    """A page of what was kept aside, the latest first."""

    items = fields.List(fields.Nested(AsideSchema))
    next = fields.String(allow_none=True)


def aside_item(aside: Quarantined, sender: Person, shows_tracks: bool) -> dict[str, Any]:
    """Return a record that was kept aside, with the little that it says of itself.

    Whoever may not read the sender's tracks gets no body that is, or could be, part of one.
    """
    sent = json.loads(aside.record)
    told = sent if isinstance(sent, dict) else {}
    is_plain = shows_tracks or told.get("kind") in TRACKLESS
    return {
        "id": aside.id,
        "kind": _text(told.get("kind")),
        "record_id": _text(told.get("id")),
        "sender": sender,
        "received_at": aside.received_at,
        "verdict": aside.verdict,
        "problem": aside.problem,
        "record": aside.record if is_plain else json.dumps({"kind": _text(told.get("kind"))}),
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
