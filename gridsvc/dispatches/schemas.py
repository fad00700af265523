"""The month of a county on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Regexp

from gridsvc.dispatches.rules import MEASURES
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField, Uuid7Field

MONTH = Regexp(r"\A[1-9]\d{3}-(0[1-9]|1[0-2])\Z", error="Not a month such as 2026-11.")


class FigureSchema(Schema):
    """A number, and what was due: null where nothing can be due."""

    made = fields.Integer()
    due = fields.Integer(allow_none=True)


class EffectSchema(Schema):
    """What became of the number of an order. `met` is null where it has no value."""

    before = fields.Nested(FigureSchema)
    after = fields.Nested(FigureSchema, allow_none=True)
    met = fields.Boolean(allow_none=True)


class OrderSchema(Schema):
    """An order to a town. Its number is "year-serial", such as 2026-003."""

    id = fields.UUID()
    dispatch_id = fields.UUID()
    month = fields.String()
    number = fields.String()
    addressee = fields.Nested(GridRefSchema)
    requirement = fields.String()
    measured_by = fields.String(validate=OneOf(list(MEASURES)))
    before = fields.Nested(FigureSchema)
    due_on = fields.Date()
    issued_by = fields.Nested(PersonRefSchema)
    issued_at = MomentField()
    reply = fields.String(allow_none=True)
    replied_by = fields.Nested(PersonRefSchema, allow_none=True)
    replied_at = MomentField(allow_none=True)
    replied_late = fields.Boolean()


class PreviousOrderSchema(OrderSchema):
    effect = fields.Nested(EffectSchema)


class OrdersSchema(Schema):
    items = fields.List(fields.Nested(OrderSchema))


class RankedSchema(Schema):
    """A town in the ranking. Without any share it has no rank."""

    grid = fields.Nested(GridRefSchema)
    rank = fields.Integer(allow_none=True)
    previous_rank = fields.Integer(allow_none=True)
    numbers = fields.Dict(keys=fields.String(), values=fields.Nested(FigureSchema))
    weeks_signed = fields.Nested(FigureSchema)


class IssueBriefSchema(Schema):
    """An overdue or relapsed issue, by name. Its moment is as in the snapshot: a string."""

    id = fields.UUID()
    number = fields.String()
    description = fields.String()
    category = fields.String()
    grid = fields.Nested(GridRefSchema)
    town = fields.Nested(GridRefSchema)
    due_at = fields.String(allow_none=True)
    overdue_days = fields.Integer(allow_none=True)


class DispatchItemSchema(Schema):
    """The dispatch of a month in one line."""

    id = fields.UUID()
    month = fields.String()
    state = fields.String(validate=OneOf(["draft", "signed"]))
    version = fields.Integer()
    minutes = fields.String()
    signed_by = fields.Nested(PersonRefSchema, allow_none=True)
    signed_at = MomentField(allow_none=True)
    snapshot_digest = fields.String(allow_none=True)
    is_over = fields.Boolean()


class DispatchSchema(DispatchItemSchema):
    """A whole month: as it was signed, else worked out at `as_of`."""

    ranking = fields.List(fields.Nested(RankedSchema))
    overdue = fields.List(fields.Nested(IssueBriefSchema))
    relapsed = fields.List(fields.Nested(IssueBriefSchema))
    orders = fields.List(fields.Nested(OrderSchema))
    previous_orders = fields.List(fields.Nested(PreviousOrderSchema))
    as_of = fields.String()


class DispatchesSchema(Schema):
    items = fields.List(fields.Nested(DispatchItemSchema))


class DispatchesQuerySchema(Schema):
    month = fields.String(load_default=None, validate=MONTH)


class MinutesSchema(Schema):
    version = fields.Integer(required=True)
    minutes = TextField(required=True, validate=Length(max=20000))


class SignDispatchSchema(Schema):
    version = fields.Integer(required=True)


class GiveOrderSchema(Schema):
    """An order to give. Its month is named by `dispatch_id` or by `month`."""

    id = Uuid7Field(required=True)
    dispatch_id = fields.UUID(load_default=None)
    month = fields.String(load_default=None, validate=MONTH)
    addressee_id = fields.UUID(required=True)
    requirement = TextField(required=True, validate=Length(min=1, max=2000))
    measured_by = fields.String(required=True, validate=OneOf(list(MEASURES)))
    due_on = fields.Date(required=True)

    @validates_schema
    def _names_one_month(self, body: dict[str, Any], **_: Any) -> None:
        if (body["dispatch_id"] is None) == (body["month"] is None):
            raise ValidationError("Either this or month.", "dispatch_id")


class OrdersQuerySchema(Schema):
    addressee = fields.UUID(load_default=None)
    open = fields.Boolean(load_default=None)


class ReplySchema(Schema):
    reply = TextField(required=True, validate=Length(min=1, max=4000))
