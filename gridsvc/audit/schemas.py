"""The trail, on the wire."""

from marshmallow import Schema, fields

from gridsvc.wire import MomentField


class BreakSchema(Schema):
    """The first place where the trail does not hold."""

    seq = fields.Integer()
    reason = fields.String()


class HeadSchema(Schema):
    """Where the trail ends. Whoever writes it down can tell later that nothing was rewritten."""

    seq = fields.Integer()
    hash = fields.String()


class VerificationSchema(Schema):
    """What a walk along the whole trail has shown."""

    holds = fields.Boolean()
    lines = fields.Integer()
    first_break = fields.Nested(BreakSchema, data_key="break", allow_none=True)
    head = fields.Nested(HeadSchema)
    as_of = MomentField()


class PublicKeySchema(Schema):
    """The key that receipts are signed with, 32 bytes in hexadecimal."""

    algorithm = fields.String(metadata={"example": "ed25519"})
    public_key = fields.String()
