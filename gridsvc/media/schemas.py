"""Photos on the wire."""

from typing import Any

from marshmallow import Schema, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range, Regexp

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.media.rules import PURPOSES, DeclaredPhoto
from gridsvc.wire import MomentField, PointField, need_crs


class PhotoSchema(Schema):
    """A photo that a record declares, by the SHA-256 of the bytes that will be uploaded."""

    sha256 = fields.String(required=True, validate=Regexp(r"\A[0-9a-f]{64}\Z"))
    purpose = fields.String(load_default="scene", validate=OneOf(PURPOSES))
    taken_at = MomentField(required=True)
    position = PointField()
    crs = fields.String(validate=OneOf(KNOWN_CRS))
    accuracy_m = fields.Float(validate=Range(min=0))

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
