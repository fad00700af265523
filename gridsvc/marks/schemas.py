"""Marks and turns on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from gridsvc.marks.rules import KINDS
from gridsvc.wire import (
    DayField,
    EnterpriseRefSchema,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    TextField,
)


class MarkSchema(Schema):
    """Days on which an enterprise wants attention, or is exempt. `ended_at`: cut short then."""

    id = fields.UUID()
    kind = fields.String(validate=OneOf(KINDS))
    enterprise = fields.Nested(EnterpriseRefSchema)
    reason = fields.String()
    first_day = fields.Date()
    last_day = fields.Date(metadata={"description": "Included; before the first: taken back."})
    recorded_at = MomentField()
    recorded_by = fields.Nested(PersonRefSchema, allow_none=True)
    ended_at = MomentField(allow_none=True)


class MarksSchema(Schema):
    """Marks, the latest first."""

    items = fields.List(fields.Nested(MarkSchema))
    as_of = MomentField()


class MarksQuerySchema(Schema):
    """Which marks: in a grid and all below it, with a day from `since` on."""

    grid = fields.UUID()
    enterprise = fields.UUID()
    kind = fields.String(validate=OneOf(KINDS))
    since = DayField()


class NewMarkSchema(Schema):
    """Attention (重点关注) or exemption (免巡) of an enterprise, from today on or later."""

    enterprise_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    first_day = DayField(required=True)
    last_day = DayField(required=True)
    reason = TextField(required=True, validate=Length(min=2, max=500))


class TurnSchema(Schema):
    """Whose turn it is in a grid, or at one enterprise there, by day or at night."""

    id = fields.UUID()
    person = fields.Nested(PersonRefSchema)
    grid = fields.Nested(GridRefSchema)
    enterprise = fields.Nested(EnterpriseRefSchema, allow_none=True)
    night = fields.Boolean()
    first_day = fields.Date()
    last_day = fields.Date()


class TurnsSchema(Schema):
    """Turns in order of their first day."""

    items = fields.List(fields.Nested(TurnSchema))
    as_of = MomentField()


class TurnsQuerySchema(Schema):
    """Which turns: in a grid and all below it, with a day among these; today if none is named."""

    grid = fields.UUID()
    since = DayField(data_key="from")
    until = DayField()


class NewTurnSchema(Schema):
    """Somebody with a post in the grid is to visit there on some days, or nights."""

    person_id = fields.UUID(required=True)
    grid_id = fields.UUID(required=True)
    enterprise_id = fields.UUID(load_default=None, allow_none=True)
    night = fields.Boolean(load_default=False)
    first_day = DayField(required=True)
    last_day = DayField(required=True)


class TurnGivenSchema(Schema):
    """A turn as it stands after a deed."""

    id = fields.UUID()
    person_id = fields.UUID()
    grid_id = fields.UUID()
    enterprise_id = fields.UUID(allow_none=True)
    first_day = fields.Date()
    last_day = fields.Date()
