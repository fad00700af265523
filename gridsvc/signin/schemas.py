"""Signing in, on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from gridsvc.roster.schemas import SubjectSchema
from gridsvc.wire import MomentField, PersonRefSchema, TextField


class DeviceSchema(Schema):
    """The phone or browser that signs in."""

    kind = fields.String(required=True, validate=OneOf(["phone", "browser"]))
    name = TextField(load_default="", validate=Length(max=200))
    app_build = TextField(load_default=None, validate=Length(max=60))


class SignInSchema(Schema):
    """Login and password. Where a login works in several jurisdictions, which."""

    login = TextField(required=True, validate=Length(min=1, max=100))
    password = TextField(required=True, validate=Length(min=1, max=200))
    jurisdiction_id = fields.Integer(load_default=None)
    device = fields.Nested(DeviceSchema, required=True)


class ActivationSchema(Schema):
    """The activation code that the grid office handed out, and the password to choose."""

    login = TextField(required=True, validate=Length(min=1, max=100))
    code = TextField(required=True, validate=Length(min=1, max=60))
    password = TextField(required=True, validate=Length(min=1, max=200))


class PasswordSchema(Schema):
    """The present password and the next one."""

    old = TextField(required=True, validate=Length(min=1, max=200))
    new = TextField(required=True, validate=Length(min=1, max=200))


class JurisdictionSchema(Schema):
    id = fields.Integer()
    name = fields.String()
    is_synthetic = fields.Boolean()


class MyDutySchema(Schema):
    """A duty of the caller that is held now."""

    id = fields.UUID()
    role = fields.String()
    subject = fields.Nested(SubjectSchema)
    seat = fields.Integer()
    since = MomentField(data_key="from", allow_none=True)
    until = MomentField(allow_none=True)


class MeSchema(Schema):
    """Who the caller is, where, and what their duties allow."""

    person = fields.Nested(PersonRefSchema)
    login = fields.String()
    jurisdiction = fields.Nested(JurisdictionSchema)
    duties = fields.List(fields.Nested(MyDutySchema))
    permissions = fields.List(fields.String())
    must_change_password = fields.Boolean()
    csrf_token = fields.String(metadata={"description": "For browsers: send as X-CSRFToken."})


class SignedInSchema(Schema):
    """A phone gets a token; a browser a cookie, and the CSRF token to send along."""

    token = fields.String()
    csrf_token = fields.String()
    me = fields.Nested(MeSchema)
