"""Batches on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf

from gridsvc.errors import Kept, Outcome
from gridsvc.identity import Caller
from gridsvc.problems import describe
from gridsvc.record_edge import envelope
from gridsvc.sync.kinds import KINDS
from gridsvc.sync.push import Parcel, Unreadable
from gridsvc.wire import MomentField, Uuid7Field

MOST_RECORDS = 500


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
    except ValueError as wrong:
        return Parcel(sent, None, Unreadable(f"It has no canonical form: {wrong}."))


def verdict(
    parcel: Parcel,
    outcome: Outcome,
    receipts: Mapping[UUID, dict[str, Any]],
    missing: Mapping[UUID, list[str]],
) -> dict[str, Any]:
    """Return the answer to one record."""
    id = parcel.sent.get("id") if isinstance(parcel.sent, dict) else None
    answer = {"id": id, "verdict": outcome.verdict}
    if isinstance(outcome, Kept):
        answer["missing_media"] = missing.get(outcome.id, [])
        return answer | {"receipt": receipts[outcome.id]}
    return answer | {"problem": describe(outcome)}
