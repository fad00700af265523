"""Days off on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from gridsvc.wire import DayField, MomentField, PersonRefSchema, TextField


class LeaveReportSchema(Schema):
    """Days off, the last included, and who stands in."""

    person_id = fields.UUID(required=True)
    substitute_id = fields.UUID(load_default=None, allow_none=True)
    first_day = DayField(required=True)
    last_day = DayField(required=True)
    reason = TextField(required=True, validate=Length(min=1, max=500))


class LeaveSchema(Schema):
    """Who is away, and who stands in. `cancelled_at`: taken back before it began."""

    id = fields.UUID()
    person_id = fields.UUID()
    substitute_id = fields.UUID(allow_none=True)
    person = fields.Nested(PersonRefSchema)
    substitute = fields.Nested(PersonRefSchema, allow_none=True)
    first_day = fields.Date()
    last_day = fields.Date()
    reason = fields.String()
    recorded_at = MomentField()
    cancelled_at = MomentField(allow_none=True)


class LeavesQuerySchema(Schema):
    """Leaves with a day among these, today and the month after it if none is named."""

    first_day = DayField(load_default=None, data_key="from")
    last_day = DayField(load_default=None, data_key="until")


class LeavesSchema(Schema):
    items = fields.List(fields.Nested(LeaveSchema))
    as_of = MomentField()
