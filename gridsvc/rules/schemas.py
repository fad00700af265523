"""Rules on the wire."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Regexp

from gridsvc.rules.rules import SEVERITIES
from gridsvc.rules.service import NewRules
from gridsvc.wire import DayField, MomentField, PersonRefSchema, TextField

LONGEST = timedelta(days=400)


class RuleSetSchema(Schema):
    """The numbers in force from a moment until the next rule set."""

    id = fields.UUID()
    name = fields.String()
    in_force_from = MomentField()
    in_force = fields.Boolean(metadata={"description": "It is the one that counts now."})
    judges_from = fields.Date(
        metadata={"description": "The first day whose due visits it judges: a day has one rule."}
    )
    document = fields.Dict(
        metadata={"description": "In the shape of /api/v1/rule-sets/schema, also if it is older."}
    )
    note = fields.String(allow_none=True)
    put_by = fields.Nested(PersonRefSchema, allow_none=True)
    put_at = MomentField(allow_none=True)


class RuleSetsSchema(Schema):
    """Every rule set, the latest first."""

    items = fields.List(fields.Nested(RuleSetSchema))
    as_of = MomentField()


class NewRuleSetSchema(Schema):
    """A rule set to be put in force, from now on if no moment is named."""

    name = TextField(required=True, validate=Length(min=1, max=80))
    document = fields.Dict(required=True, metadata={"description": "See /api/v1/rule-sets/schema."})
    note = TextField(load_default="", validate=Length(max=1000))
    in_force_from = MomentField(attribute="since", load_default=None, allow_none=True)

    @post_load
    def _read(self, body: dict[str, Any], **_: Any) -> NewRules:
        return NewRules(**body)


class ChecklistItemSchema(Schema):
    """One thing to look at; its answer is ok, problem or not_applicable."""

    item = fields.String(required=True, validate=Regexp(r"^[a-z][a-z0-9_]{0,39}$"))
    text = TextField(required=True, validate=Length(min=1, max=200))
    text_en = TextField(load_default="", validate=Length(max=300))
    key_point = TextField(load_default="", validate=Length(max=300))
    standard = TextField(load_default="", validate=Length(max=500))
    photo_required = fields.Boolean(load_default=False)
    photo_if_problem = fields.Boolean(load_default=True)
    severity = fields.String(load_default="ordinary", validate=OneOf(SEVERITIES))


class NewChecklistSchema(Schema):
    """A new version of the checklist of a kind of object, from now on if no moment is named."""

    object_kind = fields.String(required=True, validate=Regexp(r"^[a-z][a-z0-9_]{0,39}$"))
    items = fields.List(
        fields.Nested(ChecklistItemSchema), required=True, validate=Length(min=1, max=60)
    )
    in_force_from = MomentField(attribute="since", load_default=None, allow_none=True)

    @validates_schema
    def _distinct(self, body: dict[str, Any], **_: Any) -> None:
        keys = [item["item"] for item in body["items"]]
        if len(set(keys)) < len(keys):
            raise ValidationError("Two items have the same key.", "items")


class ChecklistSchema(Schema):
    """A version of the checklist of one kind of object."""

    id = fields.UUID()
    object_kind = fields.String()
    version = fields.Integer()
    in_force_from = MomentField()
    items = fields.List(fields.Dict())
    put_by = fields.Nested(PersonRefSchema, allow_none=True)
    put_at = MomentField(allow_none=True)


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


class MarkDaySchema(Schema):
    """What a day is, if not what its weekday says."""

    is_workday = fields.Boolean(required=True)
    name = TextField(required=True, validate=Length(min=1, max=40))
