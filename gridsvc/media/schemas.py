"""Photos on the wire."""

from base64 import b64decode
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range, Regexp

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.media.rules import MEDIA_TYPES, PURPOSES, SOURCES, Announcement, DeclaredPhoto
from gridsvc.wire import MomentField, PointField, need_crs

SHA256 = r"\A[0-9a-f]{64}\Z"
ORIGINAL = "Of the file before the phone made it smaller: a claim, for it was never sent."


class PhotoSchema(Schema):
    """A photo that a record declares, by the SHA-256 of the bytes that will be uploaded."""

    sha256 = fields.String(required=True, validate=Regexp(SHA256))
    purpose = fields.String(load_default="scene", validate=OneOf(PURPOSES))
    taken_at = MomentField(required=True)
    position = PointField()
    crs = fields.String(validate=OneOf(KNOWN_CRS))
    accuracy_m = fields.Float(validate=Range(min=0))
    source = fields.String(
        validate=OneOf(SOURCES),
        metadata={"description": "Taken for this record, or picked from older pictures."},
    )
    original_sha256 = fields.String(
        validate=Regexp(SHA256),
        metadata={"description": ORIGINAL},
    )

    @validates_schema
    def _position_has_crs(self, photo: dict[str, Any], **_: Any) -> None:
        need_crs(photo)

    @post_load
    def _build(self, photo: dict[str, Any], **_: Any) -> DeclaredPhoto:
        crs = photo.pop("crs", None)
        if "position" in photo:
            photo["position"] = to_wgs84(photo["position"], crs)
        return DeclaredPhoto(**photo)


class PhotosField(fields.List[DeclaredPhoto]):
    """The photos of a record, at most 20."""

    def __init__(self, **options: Any) -> None:
        nested = fields.Nested(PhotoSchema)
        super().__init__(nested, load_default=list, validate=Length(max=20), **options)


class PhotosQuerySchema(Schema):
    """Whose photos to list."""

    record = fields.UUID(required=True)


class RecordQuerySchema(Schema):
    """As which record declares it; without it, as the first that you may see."""

    record = fields.UUID()


class DeclaredPhotoSchema(Schema):
    """A photo that a record declared, and whether its bytes have arrived."""

    sha256 = fields.String()
    purpose = fields.String()
    source = fields.String(allow_none=True)
    taken_at = MomentField()
    position = PointField()
    accuracy_m = fields.Float()
    original_sha256 = fields.String(allow_none=True, metadata={"description": ORIGINAL})
    arrived = fields.Boolean()
    media_type = fields.String(
        allow_none=True,
        metadata={"description": "What arrived: image/…, or a recording, which has no thumbnail."},
    )


class DeclaredPhotosSchema(Schema):
    """The photos of a record, in the order they were taken."""

    items = fields.List(fields.Nested(DeclaredPhotoSchema))


class Base64Field(fields.String):
    """Text in Base64, as tus has it in headers."""

    default_error_messages = {"unreadable": "Not Base64."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        try:
            return b64decode(value, validate=True).decode()
        except ValueError:
            raise self.make_error("unreadable") from None


class MetadataSchema(Schema):
    """What tus calls the metadata of an upload. Other keys are for others."""

    class Meta:
        unknown = EXCLUDE

    sha256 = Base64Field(required=True, validate=Regexp(SHA256))
    filetype = Base64Field(required=True, validate=OneOf(MEDIA_TYPES))


class MetadataField(fields.Field[dict[str, str]]):
    """Upload-Metadata: pairs of a key and its value in Base64, with commas between."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, str]:
        pairs = [pair.split() for pair in str(value).split(",")]
        told = {pair[0]: pair[-1] for pair in pairs if len(pair) == 2}
        known: dict[str, str] = MetadataSchema().load(told)
        return known


class ChecksumField(fields.Field[tuple[str, bytes]]):
    """Upload-Checksum: the name of an algorithm and a digest in Base64."""

    default_error_messages = {"unreadable": "Not an algorithm and a digest in Base64."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, bytes]:
        algorithm, _, text = str(value).partition(" ")
        try:
            return algorithm, b64decode(text, validate=True)
        except ValueError:
            raise self.make_error("unreadable") from None


class AnnouncementSchema(Schema):
    """The headers that announce an upload."""

    length = fields.Integer(required=True, data_key="Upload-Length", validate=Range(min=1))
    metadata = MetadataField(
        required=True,
        data_key="Upload-Metadata",
        metadata={"description": "sha256 (64 digits) and filetype, each in Base64"},
    )

    checksum = ChecksumField(data_key="Upload-Checksum", load_default=None)

    @post_load
    def _build(self, told: dict[str, Any], **_: Any) -> Announcement:
        sha256, media_type = told["metadata"]["sha256"], told["metadata"]["filetype"]
        return Announcement(
            sha256=sha256,
            length=told["length"],
            media_type=media_type,
            checksum=told["checksum"],
        )


class PieceSchema(Schema):
    """The headers of a piece of an upload."""

    offset = fields.Integer(required=True, data_key="Upload-Offset", validate=Range(min=0))
    checksum = ChecksumField(data_key="Upload-Checksum", load_default=None)
