"""How the domain's values look in JSON."""

from base64 import b64decode
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields
from shapely import Point
from werkzeug.routing import UUIDConverter

from gridsvc.plain import Doubt, QuickSchema, moment, text, uuid


class MomentField(fields.AwareDateTime):
    """An RFC 3339 moment. Must carry an offset; becomes UTC at the door, and leaves as Z."""

    plain = staticmethod(moment)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", obj_type="moment", input=value) from None

    def _serialize(self, value: datetime | None, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return value and as_told(value)


def as_told(moment: datetime) -> str:
    """Return a moment as every answer tells it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class DayField(fields.Date):
    """A local day, of a year that can be."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if not 2000 <= day.year < 2200:
            raise self.make_error("invalid", obj_type="day", input=value)
        return day


class PointField(fields.Field[Point]):
    """A GeoJSON Point (RFC 7946): [longitude, latitude] in degrees, in the body's `crs`."""

    default_error_messages = {
        "invalid": "Not a GeoJSON Point.",
        "range": "Longitude is -180 to 180 and latitude -90 to 90 degrees.",
    }

    def _serialize(self, value: Point | None, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return value and {"type": "Point", "coordinates": [value.x, value.y]}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Point:
        match value:
            case {"type": "Point", "coordinates": [float() | int() as lon, float() | int() as lat]}:
                if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
                    raise self.make_error("range")
                return Point(lon, lat)
            case _:
                raise self.make_error("invalid")


class TextField(fields.String):
    """Text that PostgreSQL can keep: no NUL, no half of a surrogate pair."""

    default_error_messages = {"unkeepable": "Contains a character that is none."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not _is_keepable(text):
            raise self.make_error("unkeepable")
        return text

    @staticmethod
    def plain(value: Any) -> str:
        """Read what is plainly right; see gridsvc.plain."""
        if _is_keepable(text(value)):
            return str(value)
        raise Doubt


def _is_keepable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


class UuidV7Converter(UUIDConverter):
    """The id of a field record in a path, such as <uuid7:inspection_id>."""

    regex = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-7[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}"


class Uuid7Field(fields.UUID):
    """The id of a field record in a body."""

    default_error_messages = {"version": "Not a UUIDv7."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        id = super()._deserialize(value, attr, data, **kwargs)
        if id.version != 7:
            raise self.make_error("version")
        return id

    @staticmethod
    def plain(value: Any) -> UUID:
        """Read what is plainly right; see gridsvc.plain."""
        id = uuid(value)
        if id.version == 7:
            return id
        raise Doubt


class Base64Field(fields.Field[bytes]):
    """Bytes of a file, in base64 (RFC 4648)."""

    default_error_messages = {"invalid": "Not base64."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bytes:
        try:
            return b64decode(value, validate=True)
        except (TypeError, ValueError):
            raise self.make_error("invalid") from None


class FaultSchema(Schema):
    """What is wrong with a line of a table."""

    line = fields.Integer()
    reason = fields.String()


class PersonRefSchema(Schema):
    """A person, as others name them."""

    id = fields.UUID()
    name = fields.String()


class GridRefSchema(Schema):
    """A grid, as others name it."""

    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    level = fields.Integer()


class EnterpriseRefSchema(Schema):
    """An enterprise, as others name it."""

    id = fields.UUID()
    code = fields.String()
    name = fields.String()


class ReportSchema(QuickSchema):
    """What every field record says: when, by the clock of the phone that made it."""

    made_at = MomentField(
        required=True, metadata={"description": "When it happened, by the phone's own clock."}
    )


def need_crs(body: dict[str, Any]) -> None:
    """Raise ValidationError if `body` has a position and does not say in which crs."""
    if body.get("position") is not None and not body.get("crs"):
        raise ValidationError("Missing data for required field.", "crs")


def json_body(schema: type[Schema]) -> dict[str, Any]:
    """Describe, for the API's document, a JSON body that the route reads by itself."""
    return {"required": True, "content": {"application/json": {"schema": schema}}}
