"""Weekly summaries on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Regexp

from gridsvc.inspections.schemas import CorrectionsSchema
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField

WEEK = Regexp(r"\A\d{4}-W(0[1-9]|[1-4]\d|5[0-3])\Z", error="Not an ISO week such as 2026-W47.")


class SummaryItemSchema(Schema):
    """A weekly summary in one line."""

    id = fields.UUID()
    grid = fields.Nested(GridRefSchema)
    week = fields.String()
    state = fields.String()
    version = fields.Integer()
    comment = fields.String()
    remarks = fields.Dict()
    signed_by = fields.Nested(PersonRefSchema, allow_none=True)
    signed_at = MomentField(allow_none=True)
    snapshot_digest = fields.String(allow_none=True)
    accepted_by = fields.Nested(PersonRefSchema, allow_none=True)
    accepted_at = MomentField(allow_none=True)
    returned_reason = fields.String(allow_none=True)


class DayCellSchema(Schema):
    day = fields.Date()
    due = fields.Boolean()
    patrolled = fields.Boolean()
    closed = fields.Boolean()
    problems = fields.Integer()
    on_leave = fields.Boolean()


class GridDaysSchema(Schema):
    grid = fields.Nested(GridRefSchema)
    days = fields.List(fields.Nested(DayCellSchema))


class RecordRefSchema(Schema):
    kind = fields.String()
    id = fields.UUID()


class NumberSchema(Schema):
    """A number, what was due (null where nothing can be), and the records it counts."""

    made = fields.Integer()
    due = fields.Integer(allow_none=True)
    records = fields.List(fields.Nested(RecordRefSchema))


class ContentSchema(Schema):
    week = fields.String()
    first = fields.String(attribute="from", data_key="from")
    until = fields.String()
    grids = fields.List(fields.Raw())
    numbers = fields.Dict(keys=fields.String(), values=fields.Raw())
    problems_by_category = fields.Dict(keys=fields.String(), values=fields.Integer())


class ExceptionSchema(Schema):
    """Something unusual. A red one needs a word before the summary can be signed."""

    key = fields.String()
    severity = fields.String(validate=OneOf(["bad", "wait", "none"]))
    count = fields.Integer()
    items = fields.List(fields.Dict())
    needs_word = fields.Boolean()
    word = fields.String()


class HistorySchema(Schema):
    week = fields.String()
    numbers = fields.Dict(keys=fields.String(), values=fields.Dict())


class AnchorBriefSchema(Schema):
    """Where the trail ended on a day: printed here, it shows if the trail is rewritten."""

    day = fields.Date()
    seq = fields.Integer()
    hash = fields.String(metadata={"example": "sha256:0f1e2d3c4b5a6978"})


class SummarySchema(SummaryItemSchema):
    """A whole summary. `frozen`: as it was signed; else worked out at `as_of`."""

    content = fields.Nested(ContentSchema)
    exceptions = fields.List(fields.Nested(ExceptionSchema))
    frozen = fields.Boolean()
    is_over = fields.Boolean()
    anchor = fields.Nested(AnchorBriefSchema, allow_none=True)
    history = fields.List(fields.Nested(HistorySchema))
    as_of = MomentField()


class SummariesSchema(Schema):
    items = fields.List(fields.Nested(SummaryItemSchema))


class SummariesQuerySchema(Schema):
    grid = fields.UUID(load_default=None)
    week = fields.String(load_default=None, validate=WEEK)
    state = fields.String(
        load_default=None, validate=OneOf(["draft", "signed", "accepted", "returned"])
    )


class NumberQuerySchema(Schema):
    number = fields.String(required=True)


class BriefSchema(CorrectionsSchema):
    """A record in one line."""

    kind = fields.String()
    id = fields.UUID()
    title = fields.String()
    at = MomentField()
    received_at = MomentField()
    person = fields.Nested(PersonRefSchema)
    grid = fields.Dict()
    facts = fields.Dict()


class BriefsSchema(Schema):
    items = fields.List(fields.Nested(BriefSchema))
    count = fields.Integer()


class RemarkSchema(Schema):
    version = fields.Integer(required=True)
    key = TextField(required=True, validate=Length(min=1, max=60))
    word = TextField(required=True, validate=Length(min=1, max=1000))


class SignSchema(Schema):
    version = fields.Integer(required=True)
    comment = TextField(load_default="", validate=Length(max=4000))


class ReturnSchema(Schema):
    reason = TextField(required=True, validate=Length(min=1, max=1000))
