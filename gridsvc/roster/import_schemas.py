"""A table of people and duties, on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from gridsvc.roster.differences import HEADER
from gridsvc.wire import Base64Field, FaultSchema, MomentField, TextField


class ImportSchema(Schema):
    """A table of people and duties, and the `digest` that its dry run gave."""

    name = TextField(required=True, validate=Length(1, 200), metadata={"example": "people.xlsx"})
    content = Base64Field(required=True, metadata={"type": "string", "format": "byte"})
    dry_run = fields.Boolean(load_default=True)
    digest = TextField(load_default=None, allow_none=True, validate=Length(max=100))
    join = fields.Boolean(load_default=False)


class ChangedPeopleSchema(Schema):
    new = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()


class ChangedDutiesSchema(Schema):
    begun = fields.Integer()
    ended = fields.Integer()
    unchanged = fields.Integer()


class ActivationCodeSchema(Schema):
    """The code with which somebody new signs in for the first time. It is told once."""

    login = fields.String()
    name = fields.String()
    code = fields.String()
    code_until = MomentField()


DifferenceSchema = Schema.from_dict(
    {name: fields.String() for name in HEADER}, name="DifferenceSchema"
)


class ImportedSchema(Schema):
    """What a table changes of the roster, or would change."""

    dry_run = fields.Boolean()
    people = fields.Nested(ChangedPeopleSchema)
    duties = fields.Nested(ChangedDutiesSchema)
    differences = fields.List(fields.Nested(DifferenceSchema))
    faults = fields.List(fields.Nested(FaultSchema))
    digest = fields.String()
    codes = fields.List(fields.Nested(ActivationCodeSchema))
