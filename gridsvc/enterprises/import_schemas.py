"""A table of enterprises, on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from geo.crs import KNOWN_CRS
from gridsvc.wire import Base64Field, FaultSchema, TextField


class RegistryImportSchema(Schema):
    """A table of enterprises, what its coordinates are in, and the `digest` of its dry run."""

    name = TextField(required=True, validate=Length(1, 200), metadata={"example": "firms.xlsx"})
    content = Base64Field(required=True, metadata={"type": "string", "format": "byte"})
    crs = fields.String(required=True, validate=OneOf(KNOWN_CRS))
    dry_run = fields.Boolean(load_default=True)
    digest = TextField(load_default=None, allow_none=True, validate=Length(max=100))


class TabledEnterpriseSchema(Schema):
    code = fields.String()
    name = fields.String()


class ChangedEnterpriseSchema(TabledEnterpriseSchema):
    columns = fields.List(fields.String())


class RegistryImportedSchema(Schema):
    """What a table changes of the registry, or would change."""

    dry_run = fields.Boolean()
    new = fields.List(fields.Nested(TabledEnterpriseSchema))
    changed = fields.List(fields.Nested(ChangedEnterpriseSchema))
    unchanged = fields.Integer()
    faults = fields.List(fields.Nested(FaultSchema))
    digest = fields.String()
