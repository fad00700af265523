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
    otp = TextField(
        load_default=None,
        validate=Length(max=60),
        metadata={"description": "The code of the second factor, or a recovery code."},
    )
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


class RotationSchema(Schema):
    """What the phone runs by now."""

    app_build = TextField(load_default=None, validate=Length(max=60))


class RotatedSchema(Schema):
    """The token to show from now on. The one before goes on until this one has arrived."""

    token = fields.String()
    rotate_after = MomentField()


class BeginSecondFactorSchema(Schema):
    """The password again, so that nobody does this at a browser left alone."""

    password = TextField(required=True, validate=Length(min=1, max=200))


class SecretSchema(Schema):
    """For the authenticator. Shown once."""

    otpauth_uri = fields.String()
    secret = fields.String()


class ConfirmSchema(Schema):
    """The code that the authenticator shows."""

    otp = TextField(required=True, validate=Length(min=1, max=60))


class RecoveryCodesSchema(Schema):
    """For when the authenticator is lost. Each is good once; shown once."""

    recovery_codes = fields.List(fields.String())


class RemoveSecondFactorSchema(BeginSecondFactorSchema):
    """The password again, and a code."""

    otp = TextField(required=True, validate=Length(min=1, max=60))


class OidcQuerySchema(Schema):
    jurisdiction_id = fields.Integer(load_default=None)


class OidcSchema(Schema):
    """Whether people may sign in with another provider, and where that begins."""

    is_offered = fields.Boolean()
    issuer = fields.String(allow_none=True)
    start = fields.String(allow_none=True)


class MyDeviceSchema(Schema):
    """What the caller asks from. A phone asks for another token after `rotate_after`."""

    id = fields.UUID()
    kind = fields.String()
    expires_at = MomentField()
    rotate_after = MomentField(allow_none=True)


class MySecondFactorSchema(Schema):
    is_set_up = fields.Boolean()
    must_set_up = fields.Boolean()
    recovery_codes_left = fields.Integer()


class JurisdictionSchema(Schema):
    id = fields.Integer()
    name = fields.String()
    is_synthetic = fields.Boolean()


class MyDutySchema(Schema):
    """A duty of the caller that is held now, or of whom they stand in for today."""

    id = fields.UUID()
    role = fields.String()
    subject = fields.Nested(SubjectSchema)
    seat = fields.Integer()
    since = MomentField(data_key="from", allow_none=True)
    until = MomentField(allow_none=True)
    stands_in_for = fields.Nested(PersonRefSchema, allow_none=True)


class MeSchema(Schema):
    """Who the caller is, where, and what their duties allow."""

    person = fields.Nested(PersonRefSchema)
    login = fields.String()
    jurisdiction = fields.Nested(JurisdictionSchema)
    duties = fields.List(fields.Nested(MyDutySchema))
    permissions = fields.List(fields.String())
    must_change_password = fields.Boolean()
    device = fields.Nested(MyDeviceSchema)
    second_factor = fields.Nested(MySecondFactorSchema)
    csrf_token = fields.String(metadata={"description": "For browsers: send as X-CSRFToken."})


class SignedInSchema(Schema):
    """A phone gets a token; a browser a cookie, and the CSRF token to send along."""

    token = fields.String()
    csrf_token = fields.String()
    me = fields.Nested(MeSchema)
