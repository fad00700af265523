"""The tree of grids and the map, on the wire."""

from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range
from shapely import Point

from geo.crs import KNOWN_CRS, to_wgs84
from gridsvc.maps.rules import STATES
from gridsvc.wire import GridRefSchema, MomentField, PersonRefSchema, TextField


class GridSchema(GridRefSchema):
    """A grid in the tree."""

    kind = fields.String()
    parent_id = fields.UUID(allow_none=True)


class GridsQuerySchema(Schema):
    """Which grids of the tree to list."""

    level = fields.Integer(validate=Range(min=1, max=3))
    parent = fields.UUID()
    q = TextField(validate=Length(1, 100), metadata={"description": "Name, code or initials."})


class GridsSchema(Schema):
    """Grids of the tree, in order of level and code."""

    items = fields.List(fields.Nested(GridSchema))


class HolderSchema(Schema):
    """Somebody who answers for a grid; without a person, a seat that is vacant."""

    role = fields.String()
    seat = fields.Integer()
    person = fields.Nested(PersonRefSchema, allow_none=True)
    since = MomentField(data_key="from", allow_none=True)


class GridFileSchema(GridSchema):
    """A grid, where it stands in the tree, and who answers for it now."""

    chain = fields.List(
        fields.Nested(GridRefSchema), metadata={"description": "From the county down to itself."}
    )
    holders = fields.List(fields.Nested(HolderSchema))
    children = fields.List(fields.Nested(GridRefSchema))


class LocateQuerySchema(Schema):
    """A place, the crs it is given in, and the moment that is meant."""

    lon = fields.Float(required=True, validate=Range(min=-180, max=180))
    lat = fields.Float(required=True, validate=Range(min=-90, max=90))
    crs = fields.String(required=True, validate=OneOf(KNOWN_CRS))
    at = MomentField()

    @post_load
    def _convert_once(self, query: dict[str, Any], **_: Any) -> dict[str, Any]:
        place = to_wgs84(Point(query["lon"], query["lat"]), query["crs"])
        return {"place": place, "at": query.get("at")}


class LocatedGridSchema(GridRefSchema):
    """A grid around a place, and who answered for it at the moment."""

    kind = fields.String()
    holders = fields.List(fields.Nested(HolderSchema))


class LocatedSchema(Schema):
    """The grids around a place, level 1 first."""

    grids = fields.List(fields.Nested(LocatedGridSchema))
    near_border = fields.Boolean(
        metadata={"description": "So near to a border that a phone may err about the side."}
    )
    as_of = MomentField()


class OutlineQuerySchema(Schema):
    """The grid to draw itself, or the one whose children to draw."""

    grid = fields.UUID()
    parent = fields.UUID()

    @validates_schema
    def _one_of_them(self, query: dict[str, Any], **_: Any) -> None:
        if len(query) != 1:
            raise ValidationError("Either this or parent.", "grid")


class GeometryField(fields.Field[Any]):
    """GeoJSON geometry that PostgreSQL made."""

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return orjson.loads(value)


class OutlinedGridSchema(GridRefSchema):
    """A grid, with the pinyin initials by which phones find it without signal."""

    initials = fields.String()


class FeatureSchema(Schema):
    type = fields.Constant("Feature")
    id = fields.UUID()
    properties = fields.Nested(OutlinedGridSchema)
    geometry = GeometryField(metadata={"type": "object"})


class OutlineSchema(Schema):
    """GeoJSON in longitude and latitude of WGS 84, as it is now."""

    type = fields.Constant("FeatureCollection")
    crs = fields.Constant("wgs84")
    features = fields.List(fields.Nested(FeatureSchema))


class StatesQuerySchema(Schema):
    """Whose children to look at (the county's, unless given), and when (now)."""

    parent = fields.UUID()
    at = MomentField()


class GridStateSchema(Schema):
    """How a grid stands: bad (overdue), wait (due soon), none (silence on a patrol day), ok."""

    grid_id = fields.UUID()
    state = fields.String(validate=OneOf(STATES))
    overdue = fields.Integer()
    due_soon = fields.Integer()
    reported_today = fields.Boolean()
    rest_day = fields.Boolean()


class StatesSchema(Schema):
    """How the grids below one stand."""

    items = fields.List(fields.Nested(GridStateSchema))
    as_of = MomentField()
