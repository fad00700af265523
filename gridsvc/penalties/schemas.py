"""Penalties on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from gridsvc.wire import DayField, MomentField, TextField


class NewPenaltySchema(Schema):
    """A decision against an enterprise."""

    number = TextField(required=True, validate=Length(min=1, max=80))
    decided_on = DayField(required=True)
    authority = TextField(required=True, validate=Length(min=2, max=120))
    ground = TextField(required=True, validate=Length(min=2, max=1000))
    measure = TextField(required=True, validate=Length(min=2, max=1000))
    amount_cny = fields.Decimal(places=2, allow_none=True, validate=Range(min=0, max=10**10))


class PenaltySchema(NewPenaltySchema):
    """A penalty in the file of an enterprise."""

    id = fields.UUID()
    enterprise_id = fields.UUID()
    amount_cny = fields.Decimal(places=2, as_string=True, allow_none=True)
    recorded_at = MomentField()
    recorded_by_id = fields.UUID(allow_none=True)
    withdrawn_at = MomentField(allow_none=True)
    withdrawn_reason = fields.String(allow_none=True)


class WithdrawalSchema(Schema):
    """Why a penalty no longer counts."""

    reason = TextField(required=True, validate=Length(min=2, max=500))
