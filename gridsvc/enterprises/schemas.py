"""Enterprises on the wire."""

from math import isfinite
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range
from shapely import Point, Polygon, box

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.rules.rules import CLASSES
from gridsvc.wire import GridRefSchema, PersonRefSchema, PointField, TextField


class DegreesField(fields.Field[list[float]]):
    """So many longitudes and latitudes, with commas between."""

    default_error_messages = {
        "invalid": "Not {count} numbers with commas between.",
        "range": "Longitude is -180 to 180 and latitude -90 to 90 degrees.",
    }

    def __init__(self, count: int, **options: Any) -> None:
        super().__init__(**options)
        self.count = count

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[float]:
        try:
            degrees = [float(part) for part in str(value).split(",")]
        except ValueError:
            degrees = []
        if len(degrees) != self.count or not all(map(isfinite, degrees)):
            raise self.make_error("invalid", count=self.count)
        lons, lats = degrees[::2], degrees[1::2]
        if max(map(abs, lons)) > 180 or max(map(abs, lats)) > 90:
            raise self.make_error("range")
        return degrees


class EnterprisesQuerySchema(Schema):
    """Which enterprises to list. `near` and `bbox` need the `crs` they are given in."""

    grid = fields.UUID()
    q = TextField(data_key="q", attribute="words", validate=Length(min=1, max=100))
    bbox = DegreesField(4, metadata={"type": "string", "example": "122.0,41.2,122.1,41.3"})
    near = DegreesField(2, metadata={"type": "string", "example": "122.05,41.24"})
    crs = fields.String(validate=OneOf(KNOWN_CRS))
    supervision_class = fields.String(data_key="class", validate=OneOf(CLASSES))
    without_responsible = fields.Boolean()
    limit = fields.Integer(load_default=100, validate=Range(min=1, max=500))
    after = TextField(metadata={"description": "The `next` of the page before."})

    @validates_schema
    def _need_crs(self, query: dict[str, Any], **_: Any) -> None:
        if ("near" in query or "bbox" in query) and "crs" not in query:
            raise ValidationError("Missing data for required field.", "crs")
        if "near" in query and "after" in query:
            raise ValidationError("The nearest have no further page.", "after")

    @post_load
    def _convert_once(self, query: dict[str, Any], **_: Any) -> dict[str, Any]:
        crs = query.pop("crs", None)
        if corners := query.pop("bbox", None):
            query["box"] = _box(corners, crs)
        if lon_lat := query.get("near"):
            query["near"] = to_wgs84(Point(lon_lat), crs)
        return query


def _box(corners: list[float], crs: str | None) -> Polygon:
    west, south, east, north = corners
    given: Polygon = to_wgs84(box(west, south, east, north), crs or "wgs84")
    return box(*given.bounds)


class EnterpriseSchema(Schema):
    """A supervised place."""

    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    uscc = fields.String(allow_none=True)
    kind = fields.String()
    supervision_class = fields.String()
    industry_code = fields.String(allow_none=True)
    permit_no = fields.String(allow_none=True)
    address = fields.String()
    location = PointField()
    grid_id = fields.UUID()
    grid_reason = fields.String(allow_none=True)
    contact_name = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    is_scattered_polluter = fields.Boolean()
    state = fields.String()
    version = fields.Integer()


class ListedEnterpriseSchema(EnterpriseSchema):
    """An enterprise in a list; with `near`, how far away it is."""

    distance_m = fields.Float()


class EnterprisesSchema(Schema):
    """A page of the registry."""

    items = fields.List(fields.Nested(ListedEnterpriseSchema))
    next = fields.String(allow_none=True)


class EnterpriseFileSchema(Schema):
    """An enterprise, its grid, and who answers for it now."""

    enterprise = fields.Nested(EnterpriseSchema)
    grid = fields.Nested(GridRefSchema)
    responsible_leader = fields.Nested(PersonRefSchema, allow_none=True)
    responsible_person = fields.Nested(PersonRefSchema, allow_none=True)
