"""Evidence flags on the wire."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from gridsvc.flags.rules import KINDS, STATES
from gridsvc.wire import (
    DayField,
    EnterpriseRefSchema,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    PointField,
    TextField,
)

LONGEST = timedelta(days=200)


class FlagBriefSchema(Schema):
    """A flag beside its record. A hint, never a verdict."""

    kind = fields.String()
    evidence = fields.Dict()
    score = fields.Float()
    state = fields.String()


class FlagSchema(FlagBriefSchema):
    """A flag, and what people made of it."""

    id = fields.UUID()
    about = fields.String()
    rule_set_id = fields.UUID(allow_none=True)
    raised_at = MomentField()
    version = fields.Integer()
    reviewed_by = fields.String(allow_none=True)
    reviewed_at = MomentField(allow_none=True)
    reason = fields.String(allow_none=True)
    appeal = fields.String(allow_none=True)
    appealed_at = MomentField(allow_none=True)


class CaseSchema(Schema):
    """A record that has flags. `score` adds up those that are not dismissed."""

    record_kind = fields.String()
    record_id = fields.UUID()
    grid = fields.Nested(GridRefSchema)
    officer = fields.Nested(PersonRefSchema)
    occurred_at = MomentField()
    score = fields.Float()
    appealed = fields.Boolean()
    is_open = fields.Boolean()
    flags = fields.List(fields.Nested(FlagSchema))


class PersonWeekSchema(Schema):
    """What somebody's records of a week add up to."""

    person = fields.Nested(PersonRefSchema)
    week = fields.String()
    score = fields.Float()
    records = fields.Integer()
    open = fields.Integer()


class CasesQuerySchema(Schema):
    """Which cases: of a grid and all below it, by the days on which the records were made."""

    grid = fields.UUID()
    since = DayField(data_key="from", required=True)
    until = DayField(required=True)
    state = fields.String(validate=OneOf(STATES))
    kind = fields.String(validate=OneOf(list(KINDS)))
    person = fields.UUID()
    limit = fields.Integer(load_default=100, validate=Range(min=1, max=500))

    @validates_schema
    def _order(self, query: dict[str, Any], **_: Any) -> None:
        if not timedelta(0) <= query["until"] - query["since"] <= LONGEST:
            raise ValidationError("From then on, at most 200 days later.", "until")


class CasesSchema(Schema):
    """Appeals first, then what weighs most and is not judged yet; and people by week."""

    items = fields.List(fields.Nested(CaseSchema))
    people = fields.List(fields.Nested(PersonWeekSchema))
    as_of = MomentField()


class OwnCasesSchema(Schema):
    """What speaks against the caller's own records, the latest first."""

    items = fields.List(fields.Nested(CaseSchema))
    as_of = MomentField()


class FlaggedPlaceSchema(EnterpriseRefSchema):
    """Where the record should have been made."""

    location = PointField()


class WholeCaseSchema(CaseSchema):
    """All that is known about a record that has flags: places in WGS-84, four clocks."""

    made_at = MomentField()
    received_at = MomentField()
    clock_offset_s = fields.Float()
    gps_at = fields.String(allow_none=True)
    uptime_s = fields.Float(allow_none=True)
    device_id = fields.UUID(allow_none=True)
    patrol_id = fields.UUID(allow_none=True)
    position = PointField(allow_none=True)
    accuracy_m = fields.Float(allow_none=True)
    findings = fields.String(allow_none=True)
    enterprise = fields.Nested(FlaggedPlaceSchema, allow_none=True)
    site_radius_m = fields.Float(allow_none=True)


class ReviewSchema(Schema):
    """A judgement of a flag. To dismiss one needs a reason."""

    verdict = fields.String(required=True, validate=OneOf(["confirmed", "dismissed"]))
    reason = TextField(load_default="", validate=Length(max=1000))
    version = fields.Integer(required=True, strict=True)

    @validates_schema
    def _reasoned(self, body: dict[str, Any], **_: Any) -> None:
        if body["verdict"] == "dismissed" and not body["reason"].strip():
            raise ValidationError("Say why.", "reason")


class AppealSchema(Schema):
    """What its maker says to a flag."""

    words = TextField(required=True, validate=Length(min=1, max=2000))


class ReceiverRequestSchema(Schema):
    """A device that has an external receiver, from when to when."""

    device_id = fields.UUID(required=True)
    since = MomentField(load_default=None)
    until = MomentField(load_default=None)
    reason = TextField(required=True, validate=Length(min=2, max=500))


class ReceiverDeviceSchema(Schema):
    """A device, as people name it."""

    id = fields.UUID()
    name = fields.String()


class ReceiverSchema(Schema):
    """An external receiver that is, or was, trusted."""

    id = fields.UUID()
    device = fields.Nested(ReceiverDeviceSchema)
    person = fields.Nested(PersonRefSchema)
    since = MomentField()
    until = MomentField(allow_none=True)
    reason = fields.String()
    granted_at = MomentField()


class ReceiversSchema(Schema):
    """The receivers that are or were trusted, the latest first."""

    items = fields.List(fields.Nested(ReceiverSchema))
    as_of = MomentField()
