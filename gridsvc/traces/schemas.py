"""Traces on the wire."""

from typing import Any

from marshmallow import Schema, fields, validates_schema
from marshmallow import ValidationError as Invalid

from gridsvc.dispatches.schemas import OrderSchema
from gridsvc.flags.schemas import FlagBriefSchema
from gridsvc.inspections.schemas import CorrectionsSchema
from gridsvc.media.schemas import ORIGINAL
from gridsvc.roster.schemas import LinkSchema
from gridsvc.wire import DayField, EnterpriseRefSchema, MomentField, PersonRefSchema


class TraceQuerySchema(Schema):
    """The span, by local days, both included: the last 90 unless named."""

    since = DayField(data_key="from", load_default=None)
    until = DayField(load_default=None)
    at = MomentField(load_default=None, metadata={"description": "Who was responsible then?"})
    verify = fields.Boolean(
        load_default=False, metadata={"description": "Walk the whole trail, and list its lines."}
    )

    @validates_schema
    def _in_order(self, query: dict[str, Any], **_: Any) -> None:
        if query["since"] and query["until"] and query["since"] > query["until"]:
            raise Invalid("Comes before from.", "until")


class TraceSubjectSchema(Schema):
    kind = fields.String()
    id = fields.UUID()
    name = fields.String()
    code = fields.String()


class AnsweredForSchema(Schema):
    kind = fields.String()
    id = fields.UUID()
    name = fields.String()


class TakenOverSchema(Schema):
    reason = fields.String()
    at = MomentField()


class AnsweringPeriodSchema(Schema):
    """Somebody answered for something from a moment to another; or nobody did."""

    role = fields.String()
    subject = fields.Nested(AnsweredForSchema)
    seat = fields.Integer()
    person = fields.Nested(PersonRefSchema, allow_none=True)
    since = MomentField(data_key="from", allow_none=True)
    until = MomentField(allow_none=True)
    vacant = fields.Boolean()
    handover = fields.Nested(TakenOverSchema, allow_none=True)


class TracePhotoSchema(Schema):
    sha256 = fields.String()
    purpose = fields.String()
    taken_at = MomentField()
    original_sha256 = fields.String(allow_none=True, metadata={"description": ORIGINAL})
    arrived = fields.Boolean()


class TraceVisitSchema(CorrectionsSchema):
    id = fields.UUID()
    at = MomentField()
    received_at = MomentField()
    late = fields.Boolean(metadata={"description": "It took over a day to arrive."})
    person = fields.Nested(PersonRefSchema)
    enterprise = fields.Nested(EnterpriseRefSchema)
    kind = fields.String(metadata={"enum": ["patrol", "formal"]})
    result = fields.String()
    findings = fields.String()
    flags = fields.List(fields.Nested(FlagBriefSchema))
    corrects_id = fields.UUID(allow_none=True)
    photos = fields.List(fields.Nested(TracePhotoSchema))


class MissingVisitSchema(Schema):
    """A visit that was due and not made. `until`: the day it was made up for, null if never.

    `vacant`: the enterprise had nobody of its own, so the head of its grid owed it, if any.
    """

    enterprise = fields.Nested(EnterpriseRefSchema)
    level = fields.Integer(metadata={"description": "Whose duty it was: 3 village, 2 town."})
    night = fields.Boolean()
    due_on = fields.Date()
    until = fields.Date(allow_none=True)
    owed_days = fields.Integer()
    owner = fields.Nested(PersonRefSchema, allow_none=True)
    vacant = fields.Boolean()


class TraceActionSchema(Schema):
    id = fields.UUID()
    action = fields.String()
    to_state = fields.String()
    at = MomentField()
    person = fields.Nested(PersonRefSchema)
    note = fields.String()
    photos = fields.List(fields.Nested(TracePhotoSchema))


class TraceIssueSchema(Schema):
    """An issue as it stood at the end of the trace."""

    id = fields.UUID()
    number = fields.String()
    category = fields.String()
    severity = fields.String()
    description = fields.String()
    inspection_id = fields.UUID(allow_none=True)
    state = fields.String()
    opened = MomentField()
    closed = MomentField(allow_none=True)
    due_at = MomentField(allow_none=True)
    relapses = fields.Integer()
    photos = fields.List(fields.Nested(TracePhotoSchema))
    actions = fields.List(fields.Nested(TraceActionSchema))


class TraceLanesSchema(Schema):
    responsibility = fields.List(fields.Nested(AnsweringPeriodSchema))
    visits = fields.List(fields.Nested(TraceVisitSchema))
    missing_visits = fields.List(fields.Nested(MissingVisitSchema))
    issues = fields.List(fields.Nested(TraceIssueSchema))
    orders = fields.List(fields.Nested(OrderSchema))


class TraceBreakSchema(Schema):
    seq = fields.Integer()
    reason = fields.String()


class TraceLineSchema(Schema):
    """A line of the trail about something in the trace."""

    seq = fields.Integer()
    at = MomentField()
    deed = fields.String()
    subject_kind = fields.String()
    subject_id = fields.UUID()
    person_id = fields.UUID(allow_none=True)
    person_name = fields.String(allow_none=True)
    hash = fields.String()


class TraceAuditSchema(Schema):
    """`verified` and `entries` are null unless asked for by verify."""

    verified = fields.Boolean(allow_none=True)
    lines = fields.Integer()
    first_break = fields.Nested(TraceBreakSchema, allow_none=True)
    entries = fields.List(fields.Nested(TraceLineSchema), allow_none=True)


class TraceSchema(Schema):
    """Everything about something in a span, and who answered for it when."""

    subject = fields.Nested(TraceSubjectSchema)
    since = fields.Date(data_key="from")
    until = fields.Date()
    lanes = fields.Nested(TraceLanesSchema)
    responsible_at = fields.List(fields.Nested(LinkSchema), allow_none=True)
    audit = fields.Nested(TraceAuditSchema)
    as_of = MomentField()
