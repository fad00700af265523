"""Penalties on the wire."""

from decimal import Decimal

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

from gridsvc.wire import DayField, MomentField, TextField

MOST_CNY = 10**10


def _is_amount(value: Decimal) -> None:
    if not 0 <= value <= MOST_CNY:
        raise ValidationError(f"Not between 0 and {MOST_CNY}.")


class NewPenaltySchema(Schema):
    """A decision against an enterprise."""

    number = TextField(required=True, validate=Length(min=1, max=80))
    decided_on = DayField(required=True)
    authority = TextField(required=True, validate=Length(min=2, max=120))
    ground = TextField(required=True, validate=Length(min=2, max=1000))
    measure = TextField(required=True, validate=Length(min=2, max=1000))
    amount_cny = fields.Decimal(places=2, allow_none=True, validate=_is_amount)


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
