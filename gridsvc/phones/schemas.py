"""Phones on the wire."""

from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from gridsvc.phones.rules import AMISS
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField

BYTES = Range(min=0, max=2**53)


class DeviceHealthSchema(Schema):
    """How a phone is, as it tells itself. Whatever it does not know, it leaves out."""

    app_build = TextField(allow_none=True, validate=Length(max=60))
    clock_offset_s = fields.Float(allow_none=True, validate=Range(min=-1e10, max=1e10))
    storage_free_bytes = fields.Integer(allow_none=True, validate=BYTES)
    storage_used_bytes = fields.Integer(allow_none=True, validate=BYTES)
    battery = fields.Float(allow_none=True, validate=Range(min=0, max=1))
    network = TextField(allow_none=True, validate=Length(max=20))
    queue_length = fields.Integer(allow_none=True, validate=BYTES)
    oldest_unsent_at = MomentField(allow_none=True)
    installation_id = fields.UUID(allow_none=True)


class BesideField(fields.Nested):
    """How a phone is, beside what it came for: what of it cannot be read keeps nothing up."""

    def __init__(self) -> None:
        super().__init__(DeviceHealthSchema(unknown=EXCLUDE), load_default=None)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().deserialize(value, *args, **kwargs)
        except ValidationError:
            return None


class HeldDeviceSchema(Schema):
    """A phone that somebody signed in on."""

    name = fields.String()
    created_at = MomentField()
    last_seen_at = MomentField()


class ToldSchema(DeviceHealthSchema):
    """What it last told, and when."""

    reported_at = MomentField()
    scope_too_wide = fields.Integer(
        allow_none=True, metadata={"description": "It was refused: of so many grids."}
    )


class PhoneStateSchema(Schema):
    """Somebody who patrols, a phone of theirs if there is one, and what is amiss with it."""

    person = fields.Nested(PersonRefSchema)
    grid = fields.Nested(GridRefSchema)
    device = fields.Nested(HeldDeviceSchema, allow_none=True)
    health = fields.Nested(ToldSchema, allow_none=True)
    amiss = fields.List(fields.String(validate=OneOf(AMISS)))
    former_owner = fields.Nested(
        PersonRefSchema, allow_none=True, metadata={"description": "Whose phone it was before."}
    )


class PhoneStatesQuerySchema(Schema):
    """`build`: that of the client as it is served, which every phone should have."""

    grid = fields.UUID()
    build = TextField(load_default=None, validate=Length(max=60))


class PhoneStatesSchema(Schema):
    """Every phone of a grid and those below, exceptions first."""

    items = fields.List(fields.Nested(PhoneStateSchema))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    as_of = MomentField()
