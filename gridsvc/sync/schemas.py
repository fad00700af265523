"""Batches on the wire."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from gridsvc.digests import canonical
from gridsvc.errors import Kept, Outcome
from gridsvc.people.models import Person
from gridsvc.phones.schemas import BesideField, DeviceHealthSchema
from gridsvc.plain import QuickSchema
from gridsvc.problems import describe
from gridsvc.quarantine import STATES, Quarantined
from gridsvc.sync.kinds import KINDS
from gridsvc.sync.models import QuarantineAttempt
from gridsvc.sync.push import Parcel, Sender, Unreadable
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField, Uuid7Field

MOST_RECORDS = 500


class RecordSchema(QuickSchema):
    """One record that a phone made. Its `body` is that of the single request of its kind."""

    kind = fields.String(required=True, validate=OneOf(KINDS))
    id = Uuid7Field(required=True)
    made_at = MomentField(required=True)
    device_seq = fields.Integer(required=True)
    body = fields.Dict(required=True)
    after = fields.List(
        fields.UUID(),
        load_default=list,
        validate=Length(max=8),
        metadata={"description": "Records that have to be entered before it."},
    )


class PushSchema(Schema):
    """A batch. Its records are read one by one, so that a bad one spoils nothing."""

    records = fields.List(
        fields.Raw(allow_none=True), required=True, validate=Length(max=MOST_RECORDS)
    )
    device = BesideField()


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


class PullBodySchema(PullSchema):
    """The same, where a long cursor has room; and how the phone is."""

    device = BesideField()


class HealthBodySchema(Schema):
    """How the phone is."""

    device = fields.Nested(DeviceHealthSchema, required=True)


_record = RecordSchema()


def read(
    sent: Any, who: Sender, *, until: datetime | None, arrived_at: datetime | None = None
) -> Parcel:
    """Read one record of a batch. Never raises: the parcel says why it could not be read.

    It may wait for others `until` then. `arrived_at`: when it came first, if it came before.
    """
    try:
        record = _record.load(sent)
        kind = KINDS[record["kind"]]
        facts = kind.schema.load(record["body"])
        sealed = who.envelope(
            id=record["id"], made_at=facts.pop("made_at"), arrived_at=arrived_at,
            text=canonical(record["body"]).decode(),
        )  # fmt: skip
        report = kind.build(envelope=sealed, **facts)
        return Parcel(sent, record["kind"], report, tuple(record["after"]), until)
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
    """Which page of what was kept aside: `open` is all that is neither entered nor dismissed."""

    state = fields.String(load_default="open", validate=OneOf(("open", *STATES)))
    limit = fields.Integer(load_default=50, validate=Range(min=1, max=200))
    after = fields.UUID()


class AttemptSchema(Schema):
    """One more attempt to enter what was kept aside. Without a problem it was entered."""

    at = MomentField()
    by = fields.String(metadata={"description": "person:<id>, or system:<job>."})
    verdict = fields.String()
    problem = fields.Dict()


class AsideSchema(Schema):
    """A record that was not entered. `record` is what was sent: JSON, as text.

    Without its body for who may not read tracks there.
    """

    id = fields.UUID()
    kind = fields.Raw()
    record_id = fields.Raw()
    sender = fields.Nested(PersonRefSchema)
    received_at = MomentField()
    verdict = fields.String()
    problem = fields.Dict()
    record = fields.String()
    state = fields.String(
        validate=OneOf(STATES),
        metadata={
            "description": "held: for another record; waiting: for its next attempt;"
            " resting: for a person."
        },
    )
    since = MomentField()
    next_at = MomentField(allow_none=True)
    attempts = fields.List(fields.Nested(AttemptSchema))
    waits_for_kind = fields.String(allow_none=True)
    waits_for = fields.UUID(allow_none=True)
    is_marked = fields.Boolean(metadata={"description": "Entered without what it waited for."})
    handed_in_by = fields.Nested(PersonRefSchema, allow_none=True)
    settled_by = fields.Nested(PersonRefSchema, allow_none=True)
    reason = fields.String(allow_none=True)


class QuarantineSchema(Schema):
    """A page of what was kept aside, the latest first."""

    items = fields.List(fields.Nested(AsideSchema))
    next = fields.String(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class DismissalSchema(Schema):
    """Why."""

    reason = TextField(required=True, validate=Length(min=1, max=400))


class FailureSchema(Schema):
    """A record of the caller's that was not entered, and why."""

    kind = fields.String(allow_none=True)
    record_id = fields.UUID(allow_none=True)
    at = MomentField(attribute="received_at")
    verdict = fields.String()
    state = fields.String(validate=OneOf(STATES))
    problem = fields.Dict()
    next_at = MomentField(allow_none=True)


class UnphotographedSchema(Schema):
    """A record that is entered, and declared photos that have not come."""

    kind = fields.String()
    record_id = fields.UUID()
    at = MomentField(metadata={"description": "When it was entered."})
    sha256s = fields.List(fields.String())
    sender = fields.Nested(PersonRefSchema)
    grid = fields.Nested(GridRefSchema)


class SyncHealthSchema(Schema):
    """What of the caller's did not arrive."""

    failures = fields.List(fields.Nested(FailureSchema))
    missing_media = fields.List(fields.Nested(UnphotographedSchema))
    as_of = MomentField()


class MissingMediaSchema(Schema):
    """Records of the caller's grids whose photos have not come within a minute."""

    items = fields.List(fields.Nested(UnphotographedSchema))
    as_of = MomentField()


def aside_item(
    aside: Quarantined,
    sender: Person,
    shows_tracks: bool,
    attempts: Sequence[QuarantineAttempt] = (),
    people: Mapping[UUID | None, Person] | None = None,
) -> dict[str, Any]:
    """Return a record that was kept aside, with the little that it says of itself.

    Whoever may not read the sender's tracks, an administrator, gets no body: what was in the
    field is not theirs to read.
    """
    sent = json.loads(aside.record)
    told = sent if isinstance(sent, dict) else {}
    return {
        "id": aside.id,
        "kind": _text(told.get("kind")),
        "record_id": _text(told.get("id")),
        "sender": sender,
        "received_at": aside.received_at,
        "verdict": aside.verdict,
        "problem": aside.problem,
        "record": aside.record if shows_tracks else json.dumps({"kind": _text(told.get("kind"))}),
        **{name: getattr(aside, name) for name in STANDING},
        "attempts": attempts,
        "handed_in_by": (people or {}).get(aside.handed_in_by_id),
        "settled_by": (people or {}).get(aside.settled_by_id),
    }


STANDING = (
    "state", "since", "next_at", "waits_for_kind", "waits_for", "is_marked", "reason",
)  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
