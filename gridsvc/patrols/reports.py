"""What phones send of a round, read and converted at the door."""

from typing import Any

import numpy as np
from marshmallow import Schema, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range
from shapely import MultiPoint, get_coordinates

from geo.crs import KNOWN_CRS, to_wgs84
from geo.track import Fixes
from gridsvc.wire import DayField, PointField, ReportSchema, TextField, need_crs

MOST_POINTS = 2000
MOST_COMPANIONS = 5
LATEST_S = 253_402_300_799  # the last second of the year 9999

COUNT = Range(min=0, max=1_000_000)


class FixesField(fields.Field[Fixes]):
    """Fixes, each [longitude, latitude, Unix seconds, accuracy in metres]; the last may be null."""

    default_error_messages = {
        "many": f"At least 1 and at most {MOST_POINTS} points.",
        "invalid": "Point {n} is not [lon, lat, unix_s, accuracy_m].",
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Fixes:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_POINTS:
            raise self.make_error("many")
        for n, point in enumerate(value):
            if not _is_fix(point):
                raise self.make_error("invalid", n=n)
        return np.array(value, dtype=np.float64)


def _is_fix(point: Any) -> bool:
    match point:
        case [float() | int() as lon, float() | int() as lat, float() | int() as at, accuracy_m]:
            known = accuracy_m is None or (
                isinstance(accuracy_m, float | int) and 0 <= accuracy_m <= 1e7
            )
            return known and abs(lon) <= 180 and abs(lat) <= 90 and 0 <= at <= LATEST_S
        case _:
            return False


class PatrolReportSchema(ReportSchema):
    """A round begins. Where the phone was is kept as it was sent."""

    grid_id = fields.UUID(required=True)
    position = PointField(load_only=True)
    crs = fields.String(validate=OneOf(KNOWN_CRS))
    accuracy_m = fields.Float(validate=Range(min=0, max=1e7))
    companions = fields.List(
        fields.UUID(),
        load_default=list,
        validate=Length(max=MOST_COMPANIONS),
        metadata={"description": "Who walks along (两人同行): it is one patrol, and of them all."},
    )

    @validates_schema
    def _clear(self, body: dict[str, Any], **_: Any) -> None:
        need_crs(body)

    @post_load
    def _facts(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        told = {name: body[name] for name in ("made_at", "grid_id")}
        return told | {"companions": tuple(dict.fromkeys(body["companions"]))}


class TrackPartSchema(Schema):
    """A part of a track."""

    crs = fields.String(required=True, validate=OneOf(KNOWN_CRS))
    points = FixesField(
        required=True,
        metadata={"type": "array", "items": {"type": "array"}, "maxItems": MOST_POINTS},
    )
    dropped = fields.Integer(
        load_default=0,
        validate=COUNT,
        metadata={"description": "Fixes that the phone itself left out."},
    )
    mocked = fields.Integer(
        load_default=0,
        validate=COUNT,
        metadata={"description": "Fixes that, as the phone says, an app made up."},
    )

    @post_load
    def _convert_once(self, body: dict[str, Any], **_: Any) -> dict[str, Any]:
        points, crs = body.pop("points"), body.pop("crs")
        places = get_coordinates(to_wgs84(MultiPoint(points[:, :2]), crs))
        fixes = np.column_stack([places, points[:, 2]])
        return {**body, "fixes": fixes, "accuracies": points[:, 3]}


class TrackReportSchema(TrackPartSchema, ReportSchema):
    """A part of a track, as a record of its own."""

    patrol_id = fields.UUID(required=True)
    seq = fields.Integer(required=True, validate=COUNT)


class PauseField(fields.Field[list[float]]):
    """A pause of a patrol: [since, until] in Unix seconds, by the clock of the phone."""

    default_error_messages = {"invalid": "Not [since, until] in Unix seconds."}

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[float]:
        match value:
            case [float() | int() as since, float() | int() as until]:
                if 0 <= since <= until <= LATEST_S:
                    return [float(since), float(until)]
        raise self.make_error("invalid")


class TalliedSchema(Schema):
    """What the phone counted on the way."""

    points = fields.Integer(validate=COUNT)
    distance_m = fields.Float(validate=Range(min=0, max=1e7))
    gaps = fields.Integer(validate=COUNT)
    visits = fields.Integer(validate=COUNT)
    pauses = fields.List(
        PauseField(),
        validate=Length(max=100),
        metadata={
            "type": "array",
            "description": "[since, until] in Unix seconds of the phone: nothing is recorded then.",
        },
    )


class PatrolEndReportSchema(ReportSchema):
    """A round ends."""

    patrol_id = fields.UUID(required=True)
    facts = fields.Nested(TalliedSchema, load_default=dict)


class UnvisitedSchema(Schema):
    """An enterprise that was due and not visited, and why."""

    enterprise_id = fields.UUID(required=True)
    reason = TextField(required=True, validate=Length(min=1, max=200))


class DayCloseReportSchema(ReportSchema):
    """What an officer says of a day in a grid. Zero is an answer."""

    grid_id = fields.UUID(required=True)
    day = DayField(required=True)
    visits = fields.Integer(required=True, validate=COUNT)
    problems = fields.Integer(required=True, validate=COUNT)
    remark = TextField(validate=Length(max=1000))
    unvisited = fields.List(
        fields.Nested(UnvisitedSchema), load_default=list, validate=Length(max=500)
    )
