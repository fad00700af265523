"""Accounts, devices and access tokens, on the wire."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from gridsvc.accounts.rules import ACCOUNT_LISTS, READABLE, WORRIES
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField


class DevicesQuerySchema(Schema):
    """Whose devices: the caller's, or those of a person whom the caller looks after."""

    person = fields.UUID(load_default=None)


class SeenDeviceSchema(Schema):
    """A phone or a browser that somebody signed in on."""

    id = fields.UUID()
    kind = fields.String(metadata={"enum": ["phone", "browser"]})
    name = fields.String()
    app_build = fields.String(allow_none=True)
    proof = fields.String(metadata={"enum": ["password", "oidc"]})
    person = fields.Nested(PersonRefSchema)
    state = fields.String(metadata={"enum": ["active", "expired", "revoked"]})
    is_current = fields.Boolean(metadata={"description": "The one that asks."})
    created_at = MomentField()
    last_seen_at = MomentField()
    expires_at = MomentField()
    revoked_at = MomentField(allow_none=True)
    revoked_reason = fields.String(
        allow_none=True,
        metadata={"description": "What somebody wrote, or `signed_out`, or `copied`."},
    )


class SeenDevicesSchema(Schema):
    items = fields.List(fields.Nested(SeenDeviceSchema))
    as_of = MomentField()


class PhonesQuerySchema(Schema):
    """`after` is the `next` of the page before."""

    q = TextField(load_default="", validate=Length(max=100))
    worry = fields.String(load_default=None, validate=OneOf(WORRIES))
    limit = fields.Integer(load_default=50, validate=Range(1, 200))
    after = fields.Integer(load_default=0, validate=Range(0, 1_000_000))


class PhoneSchema(SeenDeviceSchema):
    """A phone in use. `worries` say why it should be in nobody's hands, the gravest first."""

    worries = fields.List(fields.String(metadata={"enum": list(WORRIES)}))


class PhoneCountsSchema(Schema):
    all = fields.Integer()
    no_duty = fields.Integer()
    several = fields.Integer()
    long_unseen = fields.Integer()
    expired = fields.Integer()


class PhonesSchema(Schema):
    """The phones in use that the caller looks after, those to worry about first."""

    items = fields.List(fields.Nested(PhoneSchema))
    counts = fields.Nested(PhoneCountsSchema)
    next = fields.Integer(allow_none=True)
    as_of = MomentField()


class ReasonSchema(Schema):
    """Why. It goes into the trail."""

    reason = TextField(required=True, validate=Length(min=1, max=500))


class AccountsQuerySchema(Schema):
    q = TextField(load_default="", validate=Length(max=100))
    standing = fields.String(
        load_default=None,
        validate=OneOf(ACCOUNT_LISTS),
        metadata={"description": "A state, or those that still lack the second factor they need."},
    )
    limit = fields.Integer(load_default=50, validate=Range(1, 200))
    after = TextField(load_default=None, validate=Length(max=200))


class AccountSchema(Schema):
    """An account, and how it stands."""

    login = fields.String()
    person = fields.Nested(PersonRefSchema)
    state = fields.String(metadata={"enum": ["active", "invited", "locked", "disabled"]})
    must_change_password = fields.Boolean()
    activation_until = MomentField(allow_none=True)
    has_second_factor = fields.Boolean()
    lacks_second_factor = fields.Boolean(
        metadata={"description": "Has none, and their post needs one here."}
    )
    has_oidc = fields.Boolean()
    works_elsewhere = fields.Boolean(
        metadata={"description": "Also in another jurisdiction, so it is not changed from here."}
    )
    disabled_at = MomentField(allow_none=True)
    created_at = MomentField()
    last_seen_at = MomentField(allow_none=True)
    devices = fields.Integer(metadata={"description": "How many are not revoked."})


class AccountCountsSchema(Schema):
    all = fields.Integer()
    active = fields.Integer()
    invited = fields.Integer()
    locked = fields.Integer()
    disabled = fields.Integer()
    second_factor = fields.Integer()


class AccountsSchema(Schema):
    items = fields.List(fields.Nested(AccountSchema))
    counts = fields.Nested(AccountCountsSchema)
    next = fields.String(allow_none=True)
    as_of = MomentField()


class CodeSchema(Schema):
    """An activation code. Shown once."""

    login = fields.String()
    name = fields.String()
    activation_code = fields.String(attribute="code")
    valid_until = MomentField(attribute="code_until")


class WantedAccessSchema(Schema):
    """What a program is to read, in a grid and all below it, what for, and until when."""

    name = TextField(required=True, validate=Length(min=1, max=100))
    purpose = TextField(required=True, validate=Length(min=1, max=500))
    deeds = fields.List(
        fields.String(validate=OneOf(READABLE)), required=True, validate=Length(min=1)
    )
    grid_id = fields.UUID(required=True)
    until = MomentField(required=True)


class AccessTokenSchema(Schema):
    """What a program may read."""

    id = fields.UUID()
    name = fields.String()
    purpose = fields.String()
    deeds = fields.List(fields.String())
    grid = fields.Nested(GridRefSchema)
    issued_by = fields.Nested(PersonRefSchema)
    state = fields.String(metadata={"enum": ["active", "expired", "revoked"]})
    created_at = MomentField()
    last_seen_at = MomentField()
    expires_at = MomentField()
    revoked_at = MomentField(allow_none=True)
    revoked_reason = fields.String(allow_none=True)


class AccessTokensSchema(Schema):
    items = fields.List(fields.Nested(AccessTokenSchema))
    as_of = MomentField()


class IssuedSchema(Schema):
    """The token, shown once, and what it is for."""

    token = fields.String()
    access_token = fields.Nested(AccessTokenSchema)
