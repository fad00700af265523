"""The file of a phone's queue on the wire. m/outbox/export.ts writes it."""

from marshmallow import EXCLUDE, Schema, fields
from marshmallow.validate import Equal, Length, Range, Regexp

from gridsvc.wire import MomentField, PersonRefSchema, TextField

FORMAT = "gridsvc-outbox/1"
MOST_RECORDS = 5000
MOST_PHOTOS = 2000


class FilePhotoSchema(Schema):
    """A photo with its bytes, in base64."""

    sha256 = fields.String(required=True, validate=Regexp(r"^[0-9a-f]{64}\Z"))
    type = TextField(required=True, validate=Length(max=60))
    data = fields.String(required=True)


class QueueFileSchema(Schema):
    """What a phone held that had no receipt: records as it would push them, and photos."""

    class Meta:
        unknown = EXCLUDE

    format = fields.String(required=True, validate=Equal(FORMAT))
    exported_at = MomentField(required=True)
    person_id = fields.UUID(required=True)
    clock_offset_s = fields.Float(load_default=0.0, validate=Range(min=-1e10, max=1e10))
    records = fields.List(
        fields.Raw(allow_none=True), required=True, validate=Length(max=MOST_RECORDS)
    )
    photos = fields.List(
        fields.Nested(FilePhotoSchema), load_default=list, validate=Length(max=MOST_PHOTOS)
    )


class QueueImportSchema(Schema):
    """A file, and whether only to say what it would do."""

    dry_run = fields.Boolean(load_default=True)
    file = fields.Nested(QueueFileSchema, required=True)


class QueuedRecordSchema(Schema):
    """What became, or would become, of a record."""

    id = fields.Raw()
    kind = fields.Raw()
    verdict = fields.String()
    problem = fields.Dict()


class QueuedPhotoSchema(Schema):
    """What became of a photo; without a problem it is there."""

    sha256 = fields.String()
    problem = fields.Dict()


class QueueImportedSchema(Schema):
    """What a file did, or would do: records in the order of the file."""

    dry_run = fields.Boolean()
    owner = fields.Nested(PersonRefSchema)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    records = fields.List(fields.Nested(QueuedRecordSchema))
    photos = fields.List(fields.Nested(QueuedPhotoSchema))
    as_of = MomentField()
