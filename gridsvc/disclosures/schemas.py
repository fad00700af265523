"""The trail as it is searched, on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from gridsvc.wire import MomentField, TextField


class TrailQuerySchema(Schema):
    """What to look for. `until` is not included; `after` is the `next` of the page before."""

    subject = fields.UUID(metadata={"description": "What was done to: the id of anything."})
    person = fields.UUID(metadata={"description": "Who did it."})
    deed = TextField(validate=Length(1, 100), metadata={"example": "duty.hand_over"})
    since = MomentField(data_key="from")
    until = MomentField()
    after = fields.Integer(validate=Range(1, 2**53))
    limit = fields.Integer(load_default=50, validate=Range(1, 500))
    purpose = TextField(
        validate=Length(2, 500),
        metadata={"description": "What for; needed from whoever is no auditor, and noted."},
    )


class ActorSchema(Schema):
    """A person, or the system or a program under a name."""

    kind = fields.String(metadata={"example": "person"})
    id = fields.UUID(allow_none=True)
    name = fields.String(allow_none=True)


class DoneToSchema(Schema):
    """What something was done to. The name is null where it has none."""

    kind = fields.String()
    id = fields.UUID()
    name = fields.String(allow_none=True)


class TrailLineSchema(Schema):
    """Who did what to what, when. `changes` says {"name": [before, after]}.

    A sealed value is {"sealed": true}.
    """

    seq = fields.Integer()
    at = MomentField()
    device_at = fields.String(allow_none=True)
    actor = fields.Nested(ActorSchema)
    deed = fields.String()
    subject = fields.Nested(DoneToSchema)
    changes = fields.Dict(keys=fields.String())
    digest = fields.String(allow_none=True)
    media = fields.List(fields.String())
    device_id = fields.String(allow_none=True)
    request_id = fields.String(allow_none=True)
    hash = fields.String()


class TrailSchema(Schema):
    """A page of the trail, the latest line first."""

    items = fields.List(fields.Nested(TrailLineSchema))
    next = fields.Integer(allow_none=True)
    as_of = MomentField()
