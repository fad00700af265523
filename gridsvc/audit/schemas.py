"""The trail, on the wire."""

from marshmallow import Schema, fields

from gridsvc.wire import MomentField


class BreakSchema(Schema):
    """The first place where the trail does not hold."""

    seq = fields.Integer()
    kind = fields.String(
        metadata={
            "enum": [
                "altered", "missing", "out_of_order", "cut_off", "rewritten", "beyond", "anchor",
            ]
        }
    )  # fmt: skip
    reason = fields.String()


class HeadSchema(Schema):
    """Where the trail ends. Whoever writes it down can tell later that nothing was rewritten."""

    seq = fields.Integer()
    hash = fields.String()


class LastAnchorSchema(HeadSchema):
    """Where the trail ended when a local day began."""

    day = fields.Date()
    signed_at = MomentField()


class AnchorSchema(Schema):
    """Where the trail ended when a local day began, with the signature over the rest."""

    jurisdiction_id = fields.Integer()
    day = fields.String(metadata={"example": "2026-03-02"})
    audit_seq = fields.Integer()
    audit_hash = fields.String()
    signed_at = fields.String()
    signature = fields.String()


class AnchorsSchema(Schema):
    items = fields.List(fields.Nested(AnchorSchema))


class VerificationSchema(Schema):
    """What a walk along the whole trail has shown."""

    holds = fields.Boolean()
    lines = fields.Integer()
    first_break = fields.Nested(BreakSchema, data_key="break", allow_none=True)
    head = fields.Nested(HeadSchema)
    anchors = fields.Integer(metadata={"description": "How many it was compared with."})
    last_anchor = fields.Nested(LastAnchorSchema, allow_none=True)
    as_of = MomentField()


class PublicKeySchema(Schema):
    """The key that receipts are signed with, 32 bytes in hexadecimal."""

    algorithm = fields.String(metadata={"example": "ed25519"})
    public_key = fields.String()
