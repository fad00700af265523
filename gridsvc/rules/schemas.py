"""Rules on the wire."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from gridsvc.wire import DayField, MomentField

LONGEST = timedelta(days=400)


class RuleSetSchema(Schema):
    """The numbers in force from a moment until the next rule set."""

    id = fields.UUID()
    name = fields.String()
    in_force_from = MomentField()
    in_force = fields.Boolean(metadata={"description": "It is the one that counts now."})
    document = fields.Dict()


class RuleSetsSchema(Schema):
    """Every rule set, the latest first."""

    items = fields.List(fields.Nested(RuleSetSchema))
    as_of = MomentField()


class ChecklistSchema(Schema):
    """A version of the checklist of one kind of object."""

    id = fields.UUID()
    object_kind = fields.String()
    version = fields.Integer()
    in_force_from = MomentField()
    items = fields.List(fields.Dict())


class ChecklistsSchema(Schema):
    """Every version of every checklist."""

    items = fields.List(fields.Nested(ChecklistSchema))


class CalendarQuerySchema(Schema):
    """Which days, both included."""

    since = DayField(required=True, data_key="from")
    until = DayField(required=True)

    @validates_schema
    def _order(self, query: dict[str, Any], **_: Any) -> None:
        if not timedelta(0) <= query["until"] - query["since"] <= LONGEST:
            raise ValidationError("From then on, at most 400 days later.", "until")


class CalendarDaySchema(Schema):
    """A day. It has a name if it is not what its weekday says."""

    day = fields.Date()
    is_workday = fields.Boolean()
    name = fields.String()


class CalendarSchema(Schema):
    """Days in order, and a warning of the years that nobody has entered yet."""

    days = fields.List(fields.Nested(CalendarDaySchema))
    warning = fields.String()
    years_without_data = fields.List(fields.Integer())
