"""The box for names on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from gridsvc.roster.schemas import PersonDutySchema, SubjectSchema
from gridsvc.wire import TextField


class SearchQuerySchema(Schema):
    q = TextField(
        required=True,
        validate=Length(1, 100),
        metadata={"description": "A part of a name, a code or a login, or pinyin initials."},
    )
    limit = fields.Integer(load_default=8, validate=Range(1, 50))


class CalledPersonSchema(Schema):
    """Somebody, with the duties that tell people of one name apart."""

    id = fields.UUID()
    name = fields.String()
    roles = fields.List(fields.Nested(PersonDutySchema))


class CalledSchema(Schema):
    """Who and what is called so, the likeliest first."""

    people = fields.List(fields.Nested(CalledPersonSchema))
    grids = fields.List(fields.Nested(SubjectSchema))
    enterprises = fields.List(fields.Nested(SubjectSchema))
    units = fields.List(fields.Nested(SubjectSchema))
