"""Certificates on the wire."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from gridsvc.wire import DayField, MomentField, PersonRefSchema, TextField


class NewCertificateSchema(Schema):
    """The certificate of an enforcement officer; both days are included."""

    person_id = fields.UUID(required=True)
    number = TextField(required=True, validate=Length(min=2, max=40))
    valid_from = DayField(required=True)
    valid_until = DayField(required=True)

    @validates_schema
    def _in_order(self, told: dict[str, Any], **_: Any) -> None:
        if told["valid_until"] < told["valid_from"]:
            raise ValidationError("Not before valid_from.", "valid_until")


class CertificateSchema(Schema):
    """A certificate, and who holds it."""

    id = fields.UUID()
    person = fields.Nested(PersonRefSchema)
    number = fields.String()
    valid_from = DayField()
    valid_until = DayField()
    recorded_at = MomentField()
    withdrawn_on = DayField(allow_none=True)
    withdrawn_reason = fields.String(allow_none=True)


class CertificatesSchema(Schema):
    """Certificates, the latest first."""

    items = fields.List(fields.Nested(CertificateSchema))


class CertificatesQuerySchema(Schema):
    """Whose certificates; without it, everybody's."""

    person_id = fields.UUID()


class CertificateWithdrawalSchema(Schema):
    """Why a certificate is good no more."""

    reason = TextField(required=True, validate=Length(min=2, max=500))
