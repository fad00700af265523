"""Handovers on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from gridsvc.roster.schemas import DayOrMomentField, DutySchema, SubjectSchema
from gridsvc.wire import EnterpriseRefSchema, GridRefSchema, MomentField, PersonRefSchema, TextField


class HandOverSchema(Schema):
    """Who takes over, from when. A day means its beginning; today, and no `at`, mean now."""

    duty_id = fields.UUID(required=True)
    to_person_id = fields.UUID(required=True)
    at = DayOrMomentField(load_default=None)
    reason = TextField(required=True, validate=Length(min=1, max=500))


class HandoverSchema(Schema):
    """Who gave what to whom. `back_dated`: it was entered after the moment it counts from."""

    id = fields.UUID()
    role = fields.String()
    seat = fields.Integer()
    subject = fields.Nested(SubjectSchema)
    from_person = fields.Nested(PersonRefSchema)
    to_person = fields.Nested(PersonRefSchema)
    ended_id = fields.UUID()
    begun_id = fields.UUID()
    at = MomentField()
    recorded_at = MomentField()
    back_dated = fields.Boolean()
    reason = fields.String()
    passed_on_at = MomentField(allow_none=True)
    accepted_at = MomentField(allow_none=True)


class HandedOverSchema(Schema):
    """The duty that ended, the one that began, and their handover."""

    ended = fields.Nested(DutySchema)
    begun = fields.Nested(DutySchema)
    handover = fields.Nested(HandoverSchema)


class HandoversQuerySchema(Schema):
    """Handovers of a subject, or those in which somebody gave or took."""

    subject_id = fields.UUID(load_default=None)
    person_id = fields.UUID(load_default=None)

    @validates_schema
    def _need_one(self, data: dict[str, Any], **_: Any) -> None:
        if not (data.get("subject_id") or data.get("person_id")):
            raise ValidationError("Name a subject_id, a person_id, or both.", "subject_id")


class HandoversSchema(Schema):
    items = fields.List(fields.Nested(HandoverSchema))


class PreviewQuerySchema(Schema):
    duty = fields.UUID(required=True)


class OpenIssueSchema(Schema):
    """An issue that the holder owns: it will be passed on."""

    id = fields.UUID()
    number = fields.String()
    description = fields.String()
    state = fields.String()
    due_at = MomentField(allow_none=True)
    overdue = fields.Boolean()
    grid = fields.Nested(GridRefSchema)
    enterprise = fields.Nested(EnterpriseRefSchema, allow_none=True)


class OpenVisitSchema(Schema):
    enterprise = fields.Nested(EnterpriseRefSchema)
    due_on = fields.Date()
    owed_days = fields.Integer()


class OpenOrderSchema(Schema):
    id = fields.UUID()
    number = fields.String()
    requirement = fields.String()
    due_on = fields.Date()


class OpenCountsSchema(Schema):
    issues = fields.Integer()
    due_visits = fields.Integer()
    orders = fields.Integer()


class OpenWorkSchema(Schema):
    """What goes along with a duty that is handed over."""

    duty = fields.Nested(DutySchema)
    issues = fields.List(fields.Nested(OpenIssueSchema))
    due_visits = fields.List(fields.Nested(OpenVisitSchema))
    orders = fields.List(fields.Nested(OpenOrderSchema))
    counts = fields.Nested(OpenCountsSchema)
    as_of = MomentField()
