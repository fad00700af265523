"""Enterprises on the wire."""

from math import isfinite
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range, Regexp
from shapely import Point, Polygon, box

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc import uscc
from gridsvc.enterprises.rules import DISPOSITIONS, INDUSTRY_CODE, PERMIT_CLASSES, wrong_uscc
from gridsvc.rules.rules import CLASSES
from gridsvc.wire import (
    DayField,
    GridRefSchema,
    MomentField,
    PersonRefSchema,
    PointField,
    TextField,
)

STATES = ("proposed", "active", "closed", "merged")


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
    state = fields.String(validate=OneOf(STATES))
    permit_ended = fields.Boolean()
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
    permit_class = fields.String(allow_none=True)
    permit_until = DayField(allow_none=True)
    address = fields.String()
    location = PointField()
    grid_id = fields.UUID()
    grid_reason = fields.String(allow_none=True)
    contact_name = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    is_scattered_polluter = fields.Boolean()
    disposition = fields.String(allow_none=True)
    state = fields.String()
    merged_into_id = fields.UUID(allow_none=True)
    version = fields.Integer()


class ListedEnterpriseSchema(EnterpriseSchema):
    """An enterprise in a list; with `near`, how far away it is."""

    distance_m = fields.Float()


class EnterprisesSchema(Schema):
    """A page of the registry."""

    items = fields.List(fields.Nested(ListedEnterpriseSchema))
    next = fields.String(allow_none=True)


class TallySchema(Schema):
    """How many enterprises there are, and how many of them want somebody."""

    active = fields.Integer()
    proposed = fields.Integer()
    without_responsible = fields.Integer()
    permit_ended = fields.Integer()
    as_of = MomentField()


class EnterpriseFileSchema(Schema):
    """An enterprise, its grid, and who answers for it now."""

    enterprise = fields.Nested(EnterpriseSchema)
    grid = fields.Nested(GridRefSchema)
    responsible_leader = fields.Nested(PersonRefSchema, allow_none=True)
    responsible_person = fields.Nested(PersonRefSchema, allow_none=True)


class UsccField(TextField):
    """A unified social credit code (GB 32100), its check digit verified."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        code = super()._deserialize(value, attr, data, **kwargs).upper()
        if not uscc.is_valid(code):
            raise ValidationError(wrong_uscc(code))
        return code


class FactsSchema(Schema):
    """What a person may say of an enterprise. A place needs its `crs`, another grid a reason."""

    name = TextField(validate=Length(min=2, max=120))
    uscc = UsccField(allow_none=True)
    kind = TextField(validate=Length(min=1, max=60))
    supervision_class = fields.String(validate=OneOf(CLASSES))
    industry_code = fields.String(allow_none=True, validate=Regexp(INDUSTRY_CODE))
    permit_no = TextField(allow_none=True, validate=Length(max=60))
    permit_class = fields.String(allow_none=True, validate=OneOf(PERMIT_CLASSES))
    permit_until = DayField(allow_none=True)
    address = TextField(validate=Length(min=1, max=200))
    contact_name = TextField(allow_none=True, validate=Length(max=60))
    contact_phone = TextField(allow_none=True, validate=Length(max=40))
    is_scattered_polluter = fields.Boolean()
    disposition = fields.String(allow_none=True, validate=OneOf(DISPOSITIONS))
    location = PointField()
    crs = fields.String(validate=OneOf(KNOWN_CRS))
    grid_id = fields.UUID(metadata={"description": "If not the grid of the place: see reason."})
    grid_reason = TextField(validate=Length(min=1, max=200))

    @validates_schema
    def _need_reasons(self, body: dict[str, Any], **_: Any) -> None:
        if ("location" in body) != ("crs" in body):
            raise ValidationError("Missing data for required field.", "crs")
        if ("grid_id" in body) != ("grid_reason" in body):
            raise ValidationError("Another grid needs a reason.", "grid_reason")

    @post_load
    def _convert_once(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        crs = body.pop("crs", None)
        if crs is not None:
            point = body["location"]
            body["given"] = {"crs": crs, "coordinates": [point.x, point.y]}
            body["location"] = to_wgs84(point, crs)
        return body


class NewEnterpriseSchema(FactsSchema):
    """An enterprise that a person enters. Without a `code` it gets the next free number."""

    code = TextField(validate=Length(min=1, max=60))
    name = TextField(required=True, validate=Length(min=2, max=120))
    kind = TextField(required=True, validate=Length(min=1, max=60))
    supervision_class = fields.String(required=True, validate=OneOf(CLASSES))
    address = TextField(required=True, validate=Length(min=1, max=200))
    location = PointField(required=True)
    crs = fields.String(required=True, validate=OneOf(KNOWN_CRS))


class ApprovalSchema(Schema):
    """What the office settles when it takes a place that was found into the registry."""

    code = TextField(validate=Length(min=1, max=60))
    name = TextField(validate=Length(min=2, max=120))
    kind = TextField(validate=Length(min=1, max=60))
    supervision_class = fields.String(validate=OneOf(CLASSES))
    reason = TextField(load_default="", validate=Length(max=500))


class BecauseSchema(Schema):
    """Why something is done."""

    reason = TextField(required=True, validate=Length(min=2, max=500))


class MergerSchema(BecauseSchema):
    """Which entry this one turned out to be."""

    into_id = fields.UUID(required=True)


class ApartSchema(BecauseSchema):
    """Which entry this one is not, alike as they look."""

    other_id = fields.UUID(required=True)


class LookalikeSchema(Schema):
    """An entry that may be the same place, and what speaks for it."""

    other = fields.Nested(EnterpriseSchema)
    distance_m = fields.Float()
    likeness = fields.Float(metadata={"description": "Of the names, 0 to 1."})
    reasons = fields.List(fields.String())


class CandidatesSchema(Schema):
    """Who an entry may be the same as, the likeliest first."""

    items = fields.List(fields.Nested(LookalikeSchema))


class DuplicateSchema(LookalikeSchema):
    """Two entries that may be one place."""

    one = fields.Nested(EnterpriseSchema)


class DuplicatesSchema(Schema):
    """Pairs of entries that may be one place."""

    items = fields.List(fields.Nested(DuplicateSchema))
    as_of = MomentField()


class PurposeSchema(Schema):
    """What a file with telephones is for."""

    purpose = TextField(required=True, validate=Length(min=2, max=200))
